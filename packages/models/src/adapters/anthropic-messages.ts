import { AnthropicLanguageModel } from "@ai-sdk/anthropic/internal";
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import type { CacheRetention } from "../model-params.ts";
import type { ModelSetup } from "./adapter.ts";
import { answerTokens, isHost, requestedThinking } from "./adapter.ts";
import { guardStream, singleBlockStream } from "./answer-stream.ts";
import type { AnthropicThinking } from "./anthropic-thinking.ts";
import { anthropicThinking } from "./anthropic-thinking.ts";
import type { PromptRules } from "./prompt.ts";
import { adaptPrompt, anthropicToolIds } from "./prompt.ts";

const betas = ["fine-grained-tool-streaming-2025-05-14", "interleaved-thinking-2025-05-14"];
const hourCacheBeta = "extended-cache-ttl-2025-04-11";

interface CacheControl {
  readonly type: "ephemeral";
  readonly ttl?: "1h";
}

/** A model behind an Anthropic-compatible `POST {baseUrl}/v1/messages`. */
export function createAnthropicMessagesModel(setup: ModelSetup): LanguageModelV4 {
  const cache = cacheControl(setup);
  const rules: PromptRules = {
    images: setup.info.input.includes("image"),
    toolIds: anthropicToolIds,
    reasoning: "keep",
    imagesInToolResults: true,
  };

  // The SDK's model is three fields, so each call has its own: its body hook then knows the call it belongs to.
  const modelFor = (thinking: AnthropicThinking, credential: RequestCredential) =>
    new AnthropicLanguageModel(setup.info.id, {
      provider: "anthropic.messages",
      baseURL: setup.baseUrl.endsWith("/v1") ? setup.baseUrl : `${setup.baseUrl}/v1`,
      headers: requestHeaders(setup, cache, credential),
      fetch: setup.fetch,
      // Adds a beta to every request with tools, for strict tools, which are not used here.
      supportsNativeStructuredOutput: false,
      supportsStrictTools: false,
      transformRequestBody: (body) => shapeAnthropicBody(body, thinking, cache),
    });

  const prepare = async (options: LanguageModelV4CallOptions) => {
    const thinking = setup.info.reasoning
      ? anthropicThinking(setup.info.id, requestedThinking(options), answerTokens(setup, options), setup.info.maxTokens)
      : { maxTokens: answerTokens(setup, options) };
    const { reasoning: _, ...rest } = options;
    const temperature = options.temperature ?? setup.params.temperature;
    const call: LanguageModelV4CallOptions = {
      ...rest,
      prompt: adaptPrompt(options.prompt, rules),
      maxOutputTokens: thinking.maxTokens,
      ...(temperature !== undefined && { temperature }),
      // Fine-grained tool streaming is asked for by header; the per-tool field is unknown to compatible servers.
      providerOptions: { anthropic: { toolStreaming: false, ...options.providerOptions?.anthropic } },
    };
    return { inner: modelFor(thinking, await setup.credential()), call };
  };

  return {
    specificationVersion: "v4",
    provider: setup.info.provider,
    modelId: setup.info.id,
    supportedUrls: {},
    async doGenerate(options) {
      const { inner, call } = await prepare(options);
      return inner.doGenerate(call);
    },
    async doStream(options) {
      const { inner, call } = await prepare(options);
      return setup.streaming
        ? guardStream(await inner.doStream(call), setup)
        : singleBlockStream(await inner.doGenerate(call));
    },
  };
}

function requestHeaders(
  setup: ModelSetup,
  cache: CacheControl | undefined,
  credential: RequestCredential,
): Record<string, string> {
  return {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": [...betas, ...(cache?.ttl ? [hourCacheBeta] : [])].join(","),
    ...authorization(credential, setup.authHeader === true),
    ...setup.headers,
  };
}

function authorization(credential: RequestCredential, alsoBearer: boolean): Record<string, string> {
  switch (credential.kind) {
    case "none":
      return {};
    case "api-key":
      return { "x-api-key": credential.key, ...(alsoBearer && { Authorization: `Bearer ${credential.key}` }) };
    case "token":
      return { Authorization: `Bearer ${credential.token}` };
  }
}

/** Prompts of Anthropic itself are cached for minutes unless told otherwise; other servers only when asked to. */
function cacheControl(setup: ModelSetup): CacheControl | undefined {
  const retention: CacheRetention =
    setup.params.cacheRetention ?? (setup.info.provider === "anthropic" ? "short" : "none");
  if (retention === "none") return undefined;
  return retention === "long" && isHost(setup.baseUrl, "api.anthropic.com")
    ? { type: "ephemeral", ttl: "1h" }
    : { type: "ephemeral" };
}

type Body = Record<string, unknown>;

function shapeAnthropicBody(body: Body, call: AnthropicThinking, cache: CacheControl | undefined): Body {
  body.max_tokens = call.maxTokens;
  if (call.thinking) {
    body.thinking = call.thinking;
    // None of these can be combined with thinking.
    delete body.temperature;
    delete body.top_k;
    delete body.top_p;
    if (hasType(body.tool_choice, "any") || hasType(body.tool_choice, "tool")) body.tool_choice = { type: "auto" };
  }
  if (call.effort) body.output_config = { ...objectOf(body.output_config), effort: call.effort };
  if (cache) markForCache(body, cache);
  return body;
}

/** Marks the last system block and the last block of the last user message: everything before them is reused. */
function markForCache(body: Body, cache: CacheControl): void {
  const lastSystem = Array.isArray(body.system) ? body.system.at(-1) : undefined;
  if (lastSystem) lastSystem.cache_control = cache;
  const messages = Array.isArray(body.messages) ? body.messages : [];
  const lastUser = messages.findLast((message) => objectOf(message).role === "user");
  const blocks = objectOf(lastUser).content;
  const lastBlock = Array.isArray(blocks) ? blocks.at(-1) : undefined;
  if (lastBlock) lastBlock.cache_control = cache;
}

function objectOf(value: unknown): Body {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function hasType(value: unknown, type: string): boolean {
  return objectOf(value).type === type;
}
