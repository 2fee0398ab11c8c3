import type { Channel } from "@openclaw/plugin-sdk";
import { disablePatch, removePatch } from "@openclaw/setup/onboarding";
import { editConfig } from "../commands/edit-config.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Switches an account off; its configuration stays. */
export async function disableAccount(
  { meta, accounts }: Channel,
  accountId: string,
  context: CommandContext,
): Promise<void> {
  const { config } = await context.config();
  const places = { channelId: meta.id, switchedSingly: accounts?.switchedSingly };
  await editConfig(context, (store) => store.patch({ patch: disablePatch(config, places, accountId) }));
  context.print(`Disabled ${meta.label} account "${accountId}".`);
}

/** Takes an account out of the configuration. */
export async function deleteAccount({ meta }: Channel, accountId: string, context: CommandContext): Promise<void> {
  const { config } = await context.config();
  await editConfig(context, (store) => store.patch({ patch: removePatch(config, meta.id, accountId) }));
  context.print(`Deleted ${meta.label} account "${accountId}".`);
}
