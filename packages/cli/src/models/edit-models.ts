import { formatModelRef, type ModelRef } from "@openclaw/models";
import { asCliError } from "../commands/config-failure.ts";
import { editConfig } from "../commands/edit-config.ts";
import type { CommandContext } from "../run/command-context.ts";

/** Merges a patch into the configuration file; comments and everything else stay. */
export async function patchConfig(patch: Readonly<Record<string, unknown>>, context: CommandContext): Promise<void> {
  try {
    await editConfig(context, (store) => store.patch({ patch }));
  } catch (error) {
    throw asCliError(error);
  }
}

/**
 * The patch that keeps models selectable once there is a list of allowed models, and a note where it makes one.
 */
export async function allowModels(
  refs: readonly ModelRef[],
  context: CommandContext,
): Promise<{ patch: Record<string, object>; note?: string }> {
  const { config } = await context.config();
  const listed = Object.keys(config.agents?.defaults?.models ?? {});
  const keys = [...new Set(refs.map(formatModelRef))].filter((key) => !listed.includes(key));
  const patch = Object.fromEntries(keys.map((key) => [key, {}]));
  if (listed.length > 0 || keys.length === 0) return { patch };
  return {
    patch,
    note: `Note: agents.defaults.models now restricts model selection to ${keys.length} entries.`,
  };
}

/** Changes `agents.defaults` and says which file that was. */
export async function patchDefaults(
  patch: Readonly<Record<string, unknown>>,
  allowed: readonly ModelRef[],
  context: CommandContext,
): Promise<void> {
  const { patch: models, note } = await allowModels(allowed, context);
  const hasModels = Object.keys(models).length > 0;
  await patchConfig({ agents: { defaults: { ...patch, ...(hasModels && { models }) } } }, context);
  context.print(`Updated ${context.shorten(context.paths.configPath)}`);
  if (note !== undefined) context.print(note);
}
