import { type AccountSetup, normalizeAccountId } from "@openclaw/plugin-sdk";
import { addAccount } from "../channels/add-account.ts";
import { localChannels } from "../channels/local-channels.ts";
import { withPluginChannels } from "../channels/plugin-channels.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsAddFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";

const ownFlags = new Set(["channel", "account", "name", "use-env"]);

/** `channels add`: writes an account into the configuration. Access rules stay as they are. */
export async function run(
  { flags }: CommandInput<typeof channelsAddFlags>,
  outer: CommandContext,
): Promise<number | undefined> {
  if (flags.channel === undefined) {
    const named = Object.values(flags).some((value) => typeof value === "string");
    if (named || outer.stdin.isTTY !== true) throw new CliError("Channel is required. Use --channel <name>.");
    const { addChannels } = await import("../channels/add-channels.ts");
    return addChannels(outer);
  }
  const context = await withPluginChannels(outer, flags.channel);
  const local = localChannels(context);
  const channel = await local.load(flags.channel);
  const { id, label } = channel.meta;
  if (channel.accounts?.setup === undefined) throw new CliError(`Channel ${id} does not support add.`);
  const accountId = normalizeAccountId(flags.account);
  const given: AccountSetup = {
    accountId,
    useEnv: flags["use-env"],
    values: Object.fromEntries(
      Object.entries(flags).flatMap(([name, value]) =>
        typeof value === "string" && !ownFlags.has(name) ? [[camelCase(name), value]] : [],
      ),
    ),
    env: context.env,
  };
  await addAccount(channel, given, flags.name, context);
  context.print(`Added ${label} account "${accountId}".`);
  return undefined;
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
