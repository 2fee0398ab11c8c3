import type { Logger } from "@openclaw/log";
import type { ModelInfo, Models } from "@openclaw/models";
import type { Tool } from "@openclaw/plugin-sdk";
import type { Sessions } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { MessageSizes } from "../context/message-sizes.ts";
import type { PruneMemory } from "../context/prune-context.ts";
import type { PromptImages } from "../images/prompt-images.ts";
import type { ArgumentChecker } from "../loop/tool-arguments.ts";
import type { BootstrapHook } from "../prompt/bootstrap-files.ts";
import type { PromptCache } from "../prompt/prompt-cache.ts";
import type { Sandboxes } from "../sandbox/sandboxes.ts";
import type { WasStopped } from "./record-prompt.ts";
import type { PluginRunTool, RunPlugins } from "./run-plugins.ts";
import type { SkillsOf } from "./run-skills.ts";
import type { ToolScope } from "./run-tools.ts";
import type { RuntimeConfig } from "./runtime-config.ts";
import type { Timers } from "./timers.ts";

/** What every run of one runtime works with. */
export interface RuntimeParts {
  models: Models;
  sessions: Sessions;
  config: () => RuntimeConfig;
  clock: Clock;
  timers: Timers;
  log: Logger;
  homeDir: string;
  /** Roots beside the workspace from which replies may attach files. */
  mediaRoots: readonly string[];
  prompts: PromptCache;
  /** Attaches the images that messages name. */
  promptImages: PromptImages;
  checker: ArgumentChecker;
  toolsFor: (
    scope: ToolScope,
    model: ModelInfo,
    plugins: RunPlugins | undefined,
    external?: readonly PluginRunTool[],
  ) => Tool[];
  /** Tools of programs outside. A promise while they are being started. */
  externalTools: (
    agentId: string,
    options: { start: boolean },
  ) => readonly PluginRunTool[] | Promise<readonly PluginRunTool[]>;
  /** What plugins add to runs; undefined without plugins. A promise while they are being loaded. */
  plugins: () => RunPlugins | Promise<RunPlugins | undefined> | undefined;
  /** The workspace of an agent, made when it is missing. */
  workspace: (agentId: string) => Promise<string>;
  skillsOf: SkillsOf;
  sandboxes: Sandboxes;
  redact: (text: string) => string;
  sizes: MessageSizes;
  /** How the answers of a session are spoken, by the mode that is stored there; undefined where they are not. */
  voiceHint?: (sessionMode: string | undefined) => Promise<string | undefined> | undefined;
  bootstrap?: BootstrapHook | undefined;
  /** Whether a user stopped a run, for what a crash kept out of the transcript. */
  wasStopped?: WasStopped | undefined;
  /** What was pruned of sessions whose provider keeps their context in a cache. */
  pruned: Map<string, PruneMemory>;
}
