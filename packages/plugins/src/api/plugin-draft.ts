import type { PluginRegistry } from "../registry/plugin-registry.ts";
import { noRegistrations, type Registrations } from "../registry/registrations.ts";

/** What belongs to the core and cannot be taken by a plugin. */
export interface CoreNames {
  /** Methods of the Gateway. */
  hasMethod(name: string): boolean;
  /** Tools of the core. */
  hasTool(name: string): boolean;
  /** HTTP paths that plugins cannot have; `path` starts with a slash. */
  isReservedPath(path: string): boolean;
}

/** What one plugin registers while its `register` runs. It counts once that has returned; a throw leaves nothing behind. */
export interface PluginDraft {
  readonly pluginId: string;
  readonly source: string;
  readonly own: Registrations;
  readonly registry: PluginRegistry;
  readonly core: CoreNames;
  warn(message: string): void;
  fail(message: string): void;
  /** Something of this kind that is registered: by this plugin now, or by another one before. */
  find<K extends Exclude<keyof Registrations, "hooks">>(
    kind: K,
    matches: (registered: Registrations[K][number]) => boolean,
  ): Registrations[K][number] | undefined;
}

export function createDraft(options: {
  pluginId: string;
  source: string;
  registry: PluginRegistry;
  core: CoreNames;
}): PluginDraft {
  const { pluginId, source, registry, core } = options;
  const own = noRegistrations();
  const tell = (level: "warn" | "error", message: string) =>
    void registry.diagnostics.push({ level, message, pluginId, source });
  return {
    pluginId,
    source,
    own,
    registry,
    core,
    warn: (message) => tell("warn", message),
    fail: (message) => tell("error", message),
    find(kind, matches) {
      const all: Registrations[typeof kind] = registry[kind];
      const mine: Registrations[typeof kind] = own[kind];
      for (const registered of all) if (matches(registered)) return registered;
      for (const registered of mine) if (matches(registered)) return registered;
      return undefined;
    },
  };
}
