import { type AccountSetup, normalizeAccountId, ownAccountSection } from "@openclaw/plugin-sdk";
import { localChannels } from "../channels/local-channels.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import type { channelsAddFlags } from "../spec/channel-commands.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import { editConfig } from "./edit-config.ts";

const ownFlags = new Set(["channel", "account", "name", "use-env"]);

/** `channels add`: writes an account into the configuration. Access rules stay as they are. */
export async function run(
  { flags }: CommandInput<typeof channelsAddFlags>,
  context: CommandContext,
): Promise<undefined> {
  if (flags.channel === undefined) throw new CliError("Channel is required. Use --channel <name>.");
  const local = localChannels(context);
  const channel = await local.load(flags.channel);
  const { id, label } = channel.meta;
  const setup = channel.accounts?.setup;
  if (setup === undefined) throw new CliError(`Channel ${id} does not support add.`);
  const { config } = await context.config();
  const input = local.input(channel, config);
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
  const problem = channel.accounts?.checkInput?.(given);
  if (problem !== undefined) throw new CliError(problem);
  const keys = { ...setup(given), ...(flags.name === undefined ? {} : { name: flags.name }), enabled: true };
  const inAccounts = accountId !== "default" || input.section?.accounts !== undefined;
  const baseName = input.section?.name;
  await editConfig(context, async (store) => {
    const base = ["channels", id];
    const place = inAccounts ? [...base, "accounts", accountId] : base;
    const before = inAccounts ? ownAccountSection(input.section, accountId) : (input.section ?? {});
    await store.set(place, { ...before, ...keys });
    // Both keep a name: what was the only account's becomes that of `default`.
    if (inAccounts && accountId !== "default" && typeof baseName === "string") {
      await store.set([...base, "accounts", "default", "name"], baseName);
      await store.unset([...base, "name"]);
    }
  });
  context.print(`Added ${label} account "${accountId}".`);
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
