import type { CliBackendConfig, ModelsConfig } from "../models-config.ts";

/** A program that answers in place of an API, with everything its configuration leaves out filled in. */
export interface CliBackend {
  readonly id: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Arguments of a call that goes on with an earlier session; absent where the session flag alone does it. */
  readonly resumeArgs?: readonly string[];
  readonly output: CliOutput;
  readonly resumeOutput: CliOutput;
  readonly input: "arg" | "stdin";
  /** Longer prompts go to standard input, characters. */
  readonly maxPromptArgChars?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly clearEnv: readonly string[];
  readonly modelArg?: string;
  /** What the program calls a model. A name that ends in `*` stands for all that begin so. */
  readonly modelAliases: Readonly<Record<string, string>>;
  readonly sessionArg?: string;
  readonly sessionArgs?: readonly string[];
  readonly sessionMode: "always" | "existing" | "none";
  readonly sessionIdFields: readonly string[];
  readonly systemPromptArg?: string;
  /** The configuration wants the program's own system prompt replaced, and no flag of it does that. */
  readonly cannotReplacePrompt: boolean;
  readonly systemPromptWhen: "first" | "always" | "never";
  readonly imageArg?: string;
  readonly imageMode: "repeat" | "list";
  readonly serialize: boolean;
}

export type CliOutput = "json" | "text" | "jsonl";

const usualIdFields = ["session_id", "sessionId", "conversation_id", "conversationId"];

const claudeArgs = ["-p", "--output-format", "json", "--dangerously-skip-permissions"];
const codexTail = ["--color", "never", "--sandbox", "read-only", "--skip-git-repo-check"];

/** Programs that need no configuration. */
const builtins: Readonly<Record<string, CliBackendConfig>> = {
  "claude-cli": {
    command: "claude",
    args: claudeArgs,
    output: "json",
    modelArg: "--model",
    modelAliases: {
      "opus*": "opus",
      "claude-opus-4*": "opus",
      "sonnet*": "sonnet",
      "claude-sonnet-4*": "sonnet",
      "haiku*": "haiku",
      "claude-haiku*": "haiku",
    },
    sessionArg: "--session-id",
    sessionMode: "always",
    systemPromptArg: "--append-system-prompt",
    clearEnv: ["ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY_OLD"],
  },
  "codex-cli": {
    command: "codex",
    args: ["exec", "--json", ...codexTail],
    resumeArgs: ["exec", "resume", "{sessionId}", ...codexTail],
    output: "jsonl",
    resumeOutput: "text",
    modelArg: "--model",
    sessionMode: "existing",
    sessionIdFields: ["thread_id"],
    imageArg: "--image",
  },
};

/** Flags that put our system prompt in the place of the program's own. */
const replacingArgs: Readonly<Record<string, string>> = { "claude-cli": "--system-prompt" };

/** What is told of the built-in programs' models where somebody has set such a program up. */
export const builtinCliModels: Readonly<Record<string, readonly string[]>> = {
  "claude-cli": ["opus-4.6", "sonnet-4.5"],
  "codex-cli": ["gpt-5.3-codex"],
};

/** The program behind a provider id; undefined when it is none. */
export function findCliBackend(provider: string, config: ModelsConfig): CliBackend | undefined {
  const builtin = Object.hasOwn(builtins, provider) ? builtins[provider] : undefined;
  const own = Object.entries(config.agents?.defaults?.cliBackends ?? {}).find(
    ([id]) => id.trim().toLowerCase() === provider,
  )?.[1];
  if (!builtin && !own) return undefined;
  const merged: CliBackendConfig = { ...builtin, ...own };
  const command = merged.command?.trim();
  if (!command) return undefined;
  const args = merged.args ?? [];
  const resumeArgs =
    provider === "claude-cli" && !own?.resumeArgs ? [...args, "--resume", "{sessionId}"] : merged.resumeArgs;
  const output = merged.output ?? "json";
  const replaces = merged.systemPromptMode === "replace";
  // Whoever names a flag knows what it does.
  const systemPromptArg = (replaces && !own?.systemPromptArg && replacingArgs[provider]) || merged.systemPromptArg;
  return {
    id: provider,
    command,
    args,
    output,
    resumeOutput: merged.resumeOutput ?? output,
    input: merged.input ?? "arg",
    env: { ...builtin?.env, ...own?.env },
    clearEnv: [...new Set([...(builtin?.clearEnv ?? []), ...(own?.clearEnv ?? [])])],
    modelAliases: { ...builtin?.modelAliases, ...own?.modelAliases },
    sessionMode: merged.sessionMode ?? "always",
    sessionIdFields: merged.sessionIdFields ?? usualIdFields,
    systemPromptWhen: merged.systemPromptWhen ?? "first",
    cannotReplacePrompt: replaces && !systemPromptArg,
    imageMode: merged.imageMode ?? "repeat",
    serialize: merged.serialize ?? true,
    ...(resumeArgs && { resumeArgs }),
    ...(merged.maxPromptArgChars !== undefined && { maxPromptArgChars: merged.maxPromptArgChars }),
    ...(merged.modelArg && { modelArg: merged.modelArg }),
    ...(merged.sessionArg && { sessionArg: merged.sessionArg }),
    ...(merged.sessionArgs && { sessionArgs: merged.sessionArgs }),
    ...(systemPromptArg && { systemPromptArg }),
    ...(merged.imageArg && { imageArg: merged.imageArg }),
  };
}
