import { z } from "zod";
import * as t from "../leaves.ts";

/** `auth`: which credential profiles exist and in which order they are tried; never a secret. */
export const authSection = () =>
  z.strictObject({
    profiles: t.laterMap(() =>
      z.strictObject({ provider: t.mustStr, mode: t.mustChoice("api_key", "oauth", "token"), email: t.str }),
    ),
    order: t.mapOf(z.array(z.string())),
    cooldowns: z
      .strictObject({
        billingBackoffHours: t.numAbove0,
        billingBackoffHoursByProvider: t.mapOf(z.number().positive()),
        billingMaxHours: t.numAbove0,
        failureWindowHours: t.numAbove0,
      })
      .optional(),
  });

const wireApi = () =>
  t.choice(
    "openai-completions",
    "openai-responses",
    "openai-codex-responses",
    "anthropic-messages",
    "google-generative-ai",
    "google-gemini-cli",
    "github-copilot",
    "bedrock-converse-stream",
    "ollama",
  );

const model = (api: ReturnType<typeof wireApi>) =>
  z.strictObject({
    id: t.mustFilled,
    name: t.mustFilled,
    api,
    reasoning: t.flag,
    input: z.array(t.mustChoice("text", "image")).optional(),
    cost: z.strictObject({ input: t.num, output: t.num, cacheRead: t.num, cacheWrite: t.num }).optional(),
    contextWindow: t.numAbove0,
    maxTokens: t.numAbove0,
    headers: t.strMap,
    compat: z
      .strictObject({
        supportsStore: t.flag,
        supportsDeveloperRole: t.flag,
        supportsReasoningEffort: t.flag,
        supportsUsageInStreaming: t.flag,
        supportsStrictMode: t.flag,
        maxTokensField: t.choice("max_completion_tokens", "max_tokens"),
        requiresToolResultName: t.flag,
        requiresAssistantAfterToolResult: t.flag,
        requiresThinkingAsText: t.flag,
        requiresMistralToolIds: t.flag,
        thinkingFormat: t.choice("openai", "zai", "qwen"),
        openRouterRouting: t.freeMap,
        vercelGatewayRouting: t.freeMap,
      })
      .optional(),
  });

const provider = () => {
  const api = wireApi();
  return z.strictObject({
    baseUrl: t.mustFilled,
    apiKey: t.str,
    auth: t.choice("api-key", "aws-sdk", "oauth", "token"),
    api,
    headers: t.strMap,
    authHeader: t.flag,
    models: z.array(model(api)),
  });
};

/** `models`: providers and models beyond the built-in catalogue. */
export const modelsSection = () =>
  z.strictObject({
    mode: t.choice("merge", "replace"),
    providers: t.laterMap(() => provider()),
    bedrockDiscovery: z
      .strictObject({
        enabled: t.flag,
        region: t.str,
        providerFilter: t.strList,
        refreshInterval: t.intFrom0,
        defaultContextWindow: t.intAbove0,
        defaultMaxTokens: t.intAbove0,
      })
      .optional(),
  });
