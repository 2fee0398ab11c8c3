/** Where a hook comes from. */
export type HookSource = "openclaw-bundled" | "openclaw-managed" | "openclaw-workspace" | "openclaw-plugin";

/** What a hook needs to be of use. */
export interface HookRequirements {
  readonly bins: readonly string[];
  readonly anyBins: readonly string[];
  readonly env: readonly string[];
  readonly config: readonly string[];
  readonly os: readonly string[];
}

/** A hook as its HOOK.md describes it. */
export interface Hook {
  readonly name: string;
  readonly description: string;
  readonly source: HookSource;
  /** Under which the configuration speaks of it. */
  readonly key: string;
  readonly emoji?: string | undefined;
  readonly homepage?: string | undefined;
  /** Its own word; the configuration counts more. */
  readonly enabled: boolean;
  readonly events: readonly string[];
  /** Its requirements are not looked at, except the platform. */
  readonly always: boolean;
  readonly requires: HookRequirements;
  readonly pluginId?: string | undefined;
  /** Its folder; absent for one that is built in. */
  readonly dir?: string | undefined;
  /** Loads what handles its events. @throws what its module throws */
  load(): Promise<HookHandler>;
}

/** A hook that a plugin has registered. */
export interface PluginHook {
  readonly pluginId: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly events: readonly string[];
  /** False for one that is only listed. */
  readonly active: boolean;
}

/** Something that happened. Handlers may put texts for the user into `messages`. */
export interface HookEvent {
  type: string;
  action: string;
  sessionKey: string;
  timestamp: Date;
  messages: string[];
  context: Record<string, unknown>;
}

export type HookHandler = (event: HookEvent) => unknown;
