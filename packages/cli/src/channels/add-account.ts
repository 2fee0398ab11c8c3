import type { AccountSetup, Channel } from "@openclaw/plugin-sdk";
import { accountPatch } from "@openclaw/setup/onboarding";
import { editConfig } from "../commands/edit-config.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

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
  const problem = channel.accounts?.checkInput?.(given);
  if (problem !== undefined) throw new CliError(problem);
  const keys = { ...channel.accounts?.setup?.(given), ...(name === undefined ? {} : { name }) };
  const places = { channelId: id, switchedSingly: channel.accounts?.switchedSingly };
  // Added by name, an account of such a channel has a place of its own: nothing else would tell that it is there.
  const patch = places.switchedSingly
    ? { channels: { [id]: { accounts: { [accountId]: { enabled: true, ...keys } } } } }
    : accountPatch(config, places, accountId, keys);
  await editConfig(context, (store) => store.patch({ patch }));
}
