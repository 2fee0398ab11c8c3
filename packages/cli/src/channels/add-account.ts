import { type AccountSetup, type Channel, ownAccountSection } from "@openclaw/plugin-sdk";
import { editConfig } from "../commands/edit-config.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { localChannels } from "./local-channels.ts";

/**
 * Writes an account of a channel into the configuration. Access rules stay as they are.
 * @throws CliError for what the channel does not accept
 */
export async function addAccount(
  channel: Channel,
  given: AccountSetup,
  name: string | undefined,
  context: CommandContext,
): Promise<void> {
  const { id } = channel.meta;
  const { accountId } = given;
  const { config } = await context.config();
  const input = localChannels(context).input(channel, config);
  const problem = channel.accounts?.checkInput?.(given);
  if (problem !== undefined) throw new CliError(problem);
  const keys = {
    ...channel.accounts?.setup?.(given),
    ...(name === undefined ? {} : { name }),
    enabled: true,
  };
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
}
