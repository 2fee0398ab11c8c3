import { normalizeAccountId } from "@openclaw/plugin-sdk";
import { loadChannel } from "../channels/load-channel.ts";
import { localChannels } from "../channels/local-channels.ts";
import { deleteAccount, disableAccount } from "../channels/remove-account.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsRemoveFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { confirm } from "../terminal/confirm.ts";

/** `channels remove`: switches an account off, or takes it out of the configuration. */
export async function run(
  { flags }: CommandInput<typeof channelsRemoveFlags>,
  context: CommandContext,
): Promise<undefined> {
  if (flags.channel === undefined) {
    if (flags.account !== undefined || flags.delete || context.stdin.isTTY !== true) {
      throw new CliError("Channel is required. Use --channel <name>.");
    }
    const { removeChannel } = await import("../channels/remove-channel.ts");
    return removeChannel(context);
  }
  const channel = await loadChannel(flags.channel, context);
  const { label } = channel.meta;
  const { config } = await context.config();
  const input = localChannels(context).input(channel, config);
  const accountId = normalizeAccountId(flags.account);
  const accounts = input.section?.accounts;
  const listed = typeof accounts === "object" && accounts !== null && Object.hasOwn(accounts, accountId);
  if (input.section === undefined || (accountId !== "default" && !listed)) {
    throw new CliError(`${label} has no account "${accountId}".`);
  }
  if (flags.delete) {
    await deleteAccount(channel, accountId, context);
    return undefined;
  }
  if (!(await confirm(`Disable ${label} account "${accountId}"? (keeps config)`, context))) return;
  await disableAccount(channel, accountId, context);
}
