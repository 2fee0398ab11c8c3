import type { CredentialsConfig } from "./credentials/credentials.ts";

/**
 * The part of the configuration this package reads. A validated OpenClaw configuration is assignable to it;
 * `${VAR}` is already replaced.
 */
export interface ModelsConfig {
  /** Which auth profiles there are, and how long they rest after a failure. */
  readonly auth?: CredentialsConfig["auth"];
  readonly models?: {
    readonly mode?: "merge" | "replace";
    readonly providers?: Readonly<Record<string, ProviderConfig | undefined>>;
    readonly bedrockDiscovery?: BedrockDiscoveryConfig;
  };
  readonly agents?: {
    readonly defaults?: {
      readonly model?: ModelChoice;
      readonly imageModel?: ModelChoice;
      readonly models?: Readonly<Record<string, ModelEntryConfig | undefined>>;
      /** Programs that answer in place of an API, by the provider id their models have. */
      readonly cliBackends?: Readonly<Record<string, CliBackendConfig | undefined>>;
    };
    readonly list?: readonly AgentModelConfig[];
  };
}

/** How the models of Amazon Bedrock are looked up. */
export interface BedrockDiscoveryConfig {
  readonly enabled?: boolean;
  readonly region?: string;
  /** Vendors to keep, such as `anthropic`; all when absent. */
  readonly providerFilter?: readonly string[];
  /** Seconds a list is believed; 0 = not at all. */
  readonly refreshInterval?: number;
  readonly defaultContextWindow?: number;
  readonly defaultMaxTokens?: number;
}

export type ModelChoice = string | { readonly primary?: string; readonly fallbacks?: readonly string[] };

export interface AgentModelConfig {
  readonly id: string;
  readonly default?: boolean;
  readonly agentDir?: string;
  readonly model?: ModelChoice;
}

/** One entry of `agents.defaults.models`. */
export interface ModelEntryConfig {
  readonly alias?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly streaming?: boolean;
}

/** One entry of `agents.defaults.cliBackends`. */
export interface CliBackendConfig {
  readonly command?: string;
  readonly args?: readonly string[];
  readonly resumeArgs?: readonly string[];
  readonly output?: "json" | "text" | "jsonl";
  readonly resumeOutput?: "json" | "text" | "jsonl";
  readonly input?: "arg" | "stdin";
  readonly maxPromptArgChars?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly clearEnv?: readonly string[];
  readonly modelArg?: string;
  readonly modelAliases?: Readonly<Record<string, string>>;
  readonly sessionArg?: string;
  readonly sessionArgs?: readonly string[];
  readonly sessionMode?: "always" | "existing" | "none";
  readonly sessionIdFields?: readonly string[];
  readonly systemPromptArg?: string;
  /** Says what the program does with the prompt it is given; the call is the same. */
  readonly systemPromptMode?: "append" | "replace";
  readonly systemPromptWhen?: "first" | "always" | "never";
  readonly imageArg?: string;
  readonly imageMode?: "repeat" | "list";
  readonly serialize?: boolean;
}

/** One entry of `models.providers`. */
export interface ProviderConfig {
  readonly baseUrl?: string;
  readonly apiKey?: string;
  readonly auth?: string;
  readonly api?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authHeader?: boolean;
  readonly models?: readonly ModelDefinitionConfig[];
  /** Other values for single fields of models, listed or built in. Only `models.json` has it. */
  readonly modelOverrides?: Readonly<Record<string, Partial<ModelDefinitionConfig>>>;
}

export interface ModelDefinitionConfig {
  readonly id: string;
  readonly name?: string;
  readonly api?: string;
  readonly reasoning?: boolean;
  readonly input?: readonly ("text" | "image")[];
  readonly cost?: {
    readonly input?: number;
    readonly output?: number;
    readonly cacheRead?: number;
    readonly cacheWrite?: number;
  };
  readonly contextWindow?: number;
  readonly maxTokens?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly compat?: CompatConfig;
}

/** Deviations of an OpenAI-compatible server from OpenAI's own chat completions. */
export interface CompatConfig {
  /** Sends `store: false`. */
  readonly supportsStore?: boolean;
  /** Names the system prompt of reasoning models `developer`. */
  readonly supportsDeveloperRole?: boolean;
  /** Sends `reasoning_effort`. */
  readonly supportsReasoningEffort?: boolean;
  /** Sends `stream_options: { include_usage: true }`. */
  readonly supportsUsageInStreaming?: boolean;
  /** Sends `strict: false` with each tool. */
  readonly supportsStrictMode?: boolean;
  readonly maxTokensField?: "max_completion_tokens" | "max_tokens";
  /** Adds the tool's `name` to tool results. */
  readonly requiresToolResultName?: boolean;
  /** Puts a short assistant message between a tool result and a user message. */
  readonly requiresAssistantAfterToolResult?: boolean;
  /** Replays earlier reasoning as text. */
  readonly requiresThinkingAsText?: boolean;
  /** Makes tool-call ids nine letters and digits. */
  readonly requiresMistralToolIds?: boolean;
  readonly thinkingFormat?: "openai" | "zai" | "qwen";
  /** Sent as `provider`. */
  readonly openRouterRouting?: Readonly<Record<string, unknown>>;
  /** Sent as `providerOptions.gateway`. */
  readonly vercelGatewayRouting?: Readonly<Record<string, unknown>>;
}

/** The primary of a model choice, in both of its forms. Blank counts as absent. */
export function primaryOf(choice: ModelChoice | undefined): string | undefined {
  const text = typeof choice === "string" ? choice : choice?.primary;
  return text?.trim() || undefined;
}
