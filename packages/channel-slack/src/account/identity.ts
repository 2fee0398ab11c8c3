import type { ChannelLog } from "@openclaw/plugin-sdk";
import type { SlackApi } from "../connection/slack-api.ts";
import { wireIdentity } from "../inbound/wire.ts";

/** Who the account is in Slack, as far as it is known. */
export interface Identity {
  userId: string | undefined;
  botId: string | undefined;
  name: string | undefined;
  teamId: string | undefined;
  teamName: string | undefined;
  appId: string | undefined;
}

/**
 * Asks Slack who the bot is. A server that does not answer now is no reason not to start: events say it too.
 * @throws ChannelError for a token that is not accepted
 */
export async function identify(
  api: Pick<SlackApi, "call">,
  appToken: string | undefined,
  log: ChannelLog,
): Promise<Identity> {
  const appId = appOfToken(appToken);
  try {
    const me = await api.call(wireIdentity, "auth.test");
    if (me.app_id !== undefined && appId !== undefined && me.app_id !== appId) {
      log.warn(
        `the app token belongs to the app ${appId} and the bot token to ${me.app_id}: take both from the same app's pages`,
      );
    }
    return {
      userId: me.user_id,
      botId: me.bot_id,
      name: me.user,
      teamId: me.team_id,
      teamName: me.team,
      appId: me.app_id ?? appId,
    };
  } catch (error) {
    if (error instanceof Error && "permanent" in error && error.permanent === true) throw error;
    log.warn(`Slack did not say who the bot is: ${error instanceof Error ? error.message : String(error)}`);
    return { userId: undefined, botId: undefined, name: undefined, teamId: undefined, teamName: undefined, appId };
  }
}

/** The app's id is the third part of its token, `xapp-1-A0123-…`. */
export function appOfToken(appToken: string | undefined): string | undefined {
  return /^xapp-\d+-([A-Z0-9]+)-/.exec(appToken ?? "")?.[1];
}
