import type { HookBusHandler } from "@openclaw/plugin-sdk";
import type { PluginRegistry } from "../registry/plugin-registry.ts";

/** The hooks of a folder, as their HOOK.md describe them, and what is wrong with others. */
export interface FolderHooks {
  hooks: readonly {
    name: string;
    description: string;
    events: readonly string[];
    /** What it needs is there. */
    eligible: boolean;
    load(): Promise<HookBusHandler>;
  }[];
  problems: readonly string[];
}

/** What became of the hooks of a folder. */
export interface AddedHooks {
  hooks: { name: string; events: readonly string[] }[];
  loaded: number;
  skipped: number;
  errors: string[];
}

/**
 * Adds the hooks of a folder to those a plugin has registered: those whose requirements are there. Never rejects for what
 * is wrong with one of them.
 */
export async function addFolderHooks(
  registry: PluginRegistry,
  pluginId: string,
  dir: string,
  read: (dir: string) => Promise<FolderHooks>,
): Promise<AddedHooks> {
  const found = await read(dir);
  const errors = [...found.problems];
  const added: AddedHooks["hooks"] = [];
  let skipped = 0;
  const record = registry.records.find(({ id }) => id === pluginId);
  for (const hook of found.hooks) {
    if (!hook.eligible || hook.events.length === 0) {
      skipped += 1;
      continue;
    }
    try {
      const handler = await hook.load();
      const { name, description, events } = hook;
      registry.busHooks.push({ pluginId, name, description, events, handler, active: true });
      record?.hookNames.push(name);
      if (record) record.hookCount += 1;
      added.push({ name, events });
    } catch (error) {
      errors.push(`${hook.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const message of errors) registry.diagnostics.push({ level: "warn", message, pluginId });
  return { hooks: added, loaded: added.length, skipped, errors };
}
