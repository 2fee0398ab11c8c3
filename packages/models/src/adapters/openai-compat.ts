import type { CompatConfig } from "../models-config.ts";

/** A {@link CompatConfig} with nothing left open. */
export interface OpenAICompat {
  readonly supportsStore: boolean;
  readonly supportsDeveloperRole: boolean;
  readonly supportsReasoningEffort: boolean;
  readonly supportsUsageInStreaming: boolean;
  readonly supportsStrictMode: boolean;
  readonly maxTokensField: "max_completion_tokens" | "max_tokens";
  readonly requiresToolResultName: boolean;
  readonly requiresAssistantAfterToolResult: boolean;
  readonly requiresThinkingAsText: boolean;
  readonly requiresMistralToolIds: boolean;
  readonly thinkingFormat: "openai" | "zai" | "qwen";
  readonly openRouterRouting?: Readonly<Record<string, unknown>>;
  readonly vercelGatewayRouting?: Readonly<Record<string, unknown>>;
}

const openaiItself: OpenAICompat = {
  supportsStore: true,
  supportsDeveloperRole: true,
  supportsReasoningEffort: true,
  supportsUsageInStreaming: true,
  supportsStrictMode: true,
  maxTokensField: "max_completion_tokens",
  requiresToolResultName: false,
  requiresAssistantAfterToolResult: false,
  requiresThinkingAsText: false,
  requiresMistralToolIds: false,
  thinkingFormat: "openai",
};

const basic = { supportsStore: false, supportsDeveloperRole: false } as const;

/** Known deviations, by provider id and by host. */
const families: readonly { ids: readonly string[]; hosts: readonly string[]; compat: CompatConfig }[] = [
  { ids: ["cerebras"], hosts: ["cerebras.ai"], compat: basic },
  { ids: ["deepseek"], hosts: ["deepseek.com"], compat: basic },
  { ids: ["opencode"], hosts: ["opencode.ai"], compat: basic },
  { ids: ["xai"], hosts: ["x.ai"], compat: { ...basic, supportsReasoningEffort: false } },
  {
    ids: ["zai"],
    hosts: ["z.ai", "bigmodel.cn"],
    compat: { ...basic, supportsReasoningEffort: false, thinkingFormat: "zai" },
  },
  { ids: ["chutes"], hosts: ["chutes.ai"], compat: { ...basic, maxTokensField: "max_tokens" } },
  {
    ids: ["mistral"],
    hosts: ["mistral.ai"],
    compat: {
      ...basic,
      maxTokensField: "max_tokens",
      requiresToolResultName: true,
      requiresThinkingAsText: true,
      requiresMistralToolIds: true,
    },
  },
  // Its chat templates know no developer role, and it reads max_tokens only.
  { ids: ["ollama"], hosts: [], compat: { ...basic, maxTokensField: "max_tokens" } },
];

/** Settles how a server deviates: what is known about it, with each configured flag winning. */
export function resolveOpenAICompat(provider: string, baseUrl: string, configured: CompatConfig): OpenAICompat {
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : "";
  const family = families.find(
    ({ ids, hosts }) => ids.includes(provider) || hosts.some((name) => host === name || host.endsWith(`.${name}`)),
  );
  const set = Object.fromEntries(Object.entries(configured).filter(([, value]) => value !== undefined));
  return { ...openaiItself, ...family?.compat, ...set };
}
