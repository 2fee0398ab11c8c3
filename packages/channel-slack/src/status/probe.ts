import type { AccountProbe } from "@openclaw/plugin-sdk";
import { WebClient } from "@slack/web-api";
import { appOfToken } from "../account/identity.ts";
import type { SlackAccount } from "../account/slack-account.ts";
import { missingCredentials, writingToken } from "../account/slack-account.ts";
import { libraryLogger } from "../connection/slack-api.ts";
import { slackErrorCode } from "../connection/slack-error.ts";
import { type WireIdentity, wireIdentity } from "../inbound/wire.ts";

const silent = { error() {}, warn() {}, info() {}, debug() {} };

/** Asks Slack who the bot is, and what the tokens may do. */
export async function probeSlack(account: SlackAccount, signal: AbortSignal): Promise<AccountProbe> {
  const { userToken } = account;
  const botToken = writingToken(account);
  if (botToken === undefined) return { ok: false, error: missingCredentials(account) ?? "not configured" };
  const began = Date.now();
  const ask = async (token: string): Promise<WireIdentity> => {
    const client = new WebClient(token, {
      slackApiUrl: account.apiUrl,
      logger: libraryLogger(silent),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: (url, init = {}) =>
        fetch(url, { ...init, signal: init.signal === undefined ? signal : AbortSignal.any([init.signal, signal]) }),
    });
    return wireIdentity.parse(await client.apiCall("auth.test"));
  };
  try {
    const me = await ask(botToken);
    const person = userToken === undefined ? undefined : await ask(userToken).catch(() => undefined);
    const appId = me.app_id ?? appOfToken(account.appToken);
    return {
      ok: true,
      status: 200,
      error: null,
      elapsedMs: Date.now() - began,
      bot: { id: me.user_id, name: me.user },
      team: { id: me.team_id, name: me.team },
      ...(appId === undefined ? {} : { app: { id: appId } }),
      scopes: {
        bot: me.response_metadata?.scopes ?? [],
        ...(userToken === undefined ? {} : { user: person?.response_metadata?.scopes ?? [] }),
      },
    };
  } catch (error) {
    const code = slackErrorCode(error);
    return {
      ok: false,
      status: code === undefined ? null : 200,
      error: code ?? (error instanceof Error ? error.message : String(error)),
      elapsedMs: Date.now() - began,
    };
  }
}
