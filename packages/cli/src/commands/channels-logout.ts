import { gatewayCall } from "../call/gateway-call.ts";
import { localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsLogoutFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { recordOf, textOf } from "./payload.ts";

/** `channels logout`: the Gateway stops the account and forgets its credentials. */
export async function run(
  { flags }: CommandInput<typeof channelsLogoutFlags>,
  given: CommandContext,
): Promise<undefined> {
  const { channel, account } = flags;
  const context = await withPluginChannels(given, channel);
  const known = await localChannels(context).entry(channel)?.load();
  if (
    known !== undefined &&
    known.login === undefined &&
    known.logout === undefined &&
    (known.secretKeys ?? []).length === 0
  ) {
    throw new CliError(`Channel ${channel} does not support logout`);
  }
  const answer = recordOf(
    await gatewayCall({
      context,
      method: "channels.logout",
      params: { channel, ...(account === undefined ? {} : { accountId: account }) },
    }),
  );
  const name = `${textOf(answer.channel) ?? channel} account "${textOf(answer.accountId) ?? "default"}"`;
  context.print(answer.cleared === true ? `Logged out of ${name}.` : `Nothing to clear for ${name}.`);
  if (answer.envToken === true)
    context.warn("A token in the environment still applies. Unset it to stop the account for good.");
}
