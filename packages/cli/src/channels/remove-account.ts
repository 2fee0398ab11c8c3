import { writeConfigObject } from "@openclaw/config";
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
  const next = accounts?.withEnabled?.(accountId, false);
  await editConfig(context, async (store) => {
    if (next === undefined) await store.patch({ patch: disablePatch(config, places, accountId) });
    else await writeConfigObject(store, next);
  });
  context.print(`Disabled ${meta.label} account "${accountId}".`);
}

/** Takes an account out of the configuration. */
export async function deleteAccount(
  { meta, accounts }: Channel,
  accountId: string,
  context: CommandContext,
): Promise<void> {
  const { config } = await context.config();
  const next = accounts?.without?.(accountId);
  await editConfig(context, async (store) => {
    if (next === undefined) await store.patch({ patch: removePatch(config, meta.id, accountId) });
    else await writeConfigObject(store, next);
  });
  context.print(`Deleted ${meta.label} account "${accountId}".`);
}
