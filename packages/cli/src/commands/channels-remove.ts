import { normalizeAccountId } from "@openclaw/plugin-sdk";
import { localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
import { deleteAccount, disableAccount } from "../channels/remove-account.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsRemoveFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { confirm } from "../terminal/confirm.ts";

/** `channels remove`: switches an account off, or takes it out of the configuration. */
export async function run(
  { flags }: CommandInput<typeof channelsRemoveFlags>,
  given: CommandContext,
): Promise<undefined> {
  if (flags.channel === undefined) {
    if (flags.account !== undefined || flags.delete || given.stdin.isTTY !== true) {
      throw new CliError("Channel is required. Use --channel <name>.");
    }
    const { removeChannel } = await import("../channels/remove-channel.ts");
    return removeChannel(await withPluginChannels(given));
  }
  const context = await withPluginChannels(given, flags.channel);
  const local = localChannels(context);
  const entry = local.entry(flags.channel);
  if (entry === undefined) throw new CliError(`Unknown channel: ${flags.channel}`);
  const { label } = entry.meta;
  const { config } = await context.config();
  const channel = await entry.load();
  const input = local.input(channel, config);
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
