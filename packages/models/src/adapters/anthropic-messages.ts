import { AnthropicLanguageModel } from "@ai-sdk/anthropic/internal";
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FunctionTool,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import type { CacheRetention } from "../model-params.ts";
import type { ModelSetup } from "./adapter.ts";
import { answerTokens, isHost, requestedThinking } from "./adapter.ts";
import { guardStream, singleBlockStream } from "./answer-stream.ts";
import {
  asSubscription,
  isSubscription,
  subscriptionBetas,
  subscriptionHeaders,
  withOwnNames,
} from "./anthropic-identity.ts";
import type { AnthropicThinking } from "./anthropic-thinking.ts";
import { anthropicThinking } from "./anthropic-thinking.ts";
import { addressOf, keyIn } from "./model-request.ts";
import type { PromptRules } from "./prompt.ts";
import { adaptPrompt, anthropicToolIds, signatureOf } from "./prompt.ts";
import { tokenUsage } from "./token-usage.ts";
import { objectSchema } from "./tool-schema.ts";

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
    target: setup.info,
    images: setup.info.input.includes("image"),
    toolIds: anthropicToolIds,
    reasoning: "signed",
    imagesInToolResults: true,
  };

  // The SDK's model is three fields, so each call has its own: its body hook then knows the call it belongs to.
  const modelFor = (thinking: AnthropicThinking, credential: RequestCredential) => {
    const address = addressOf(credential, setup);
    return new AnthropicLanguageModel(setup.info.id, {
      provider: "anthropic.messages",
      baseURL: address.endsWith("/v1") ? address : `${address}/v1`,
      headers: requestHeaders(setup, cache, credential),
      fetch: setup.fetch,
      // Adds a beta to every request with tools, for strict tools, which are not used here.
      supportsNativeStructuredOutput: false,
      supportsStrictTools: false,
      transformRequestBody: (body) => shapeAnthropicBody(body, thinking, cache),
    });
  };

  const prepare = async (options: LanguageModelV4CallOptions) => {
    const credential = await setup.credential();
    const thinking = setup.info.reasoning
      ? anthropicThinking(setup.info.id, requestedThinking(options), answerTokens(setup, options), setup.info.maxTokens)
      : { maxTokens: answerTokens(setup, options) };
    const { reasoning: _, tools, ...rest } = options;
    const temperature = options.temperature ?? setup.params.temperature;
    const call: LanguageModelV4CallOptions = {
      ...rest,
      prompt: withSignatures(adaptPrompt(options.prompt, rules)),
      maxOutputTokens: thinking.maxTokens,
      ...(tools && { tools: tools.map((tool) => (tool.type === "function" ? cleanTool(tool) : tool)) }),
      ...(temperature !== undefined && { temperature }),
      // Fine-grained tool streaming is asked for by header; the per-tool field is unknown to compatible servers.
      providerOptions: { anthropic: { toolStreaming: false, ...options.providerOptions?.anthropic } },
    };
    const inner = modelFor(thinking, credential);
    return isSubscription(credential) ? { inner, ...asSubscription(call) } : { inner, call, ownNames: noNames };
  };

  const generate = async (options: LanguageModelV4CallOptions) => {
    const { inner, call, ownNames } = await prepare(options);
    const result = await inner.doGenerate(call);
    const content = result.content.map(
      (block): LanguageModelV4Content => (block.type === "tool-call" ? withOwnNames(block, ownNames) : block),
    );
    return { ...result, content, usage: believable(result.usage) };
  };

  return {
    specificationVersion: "v4",
    provider: setup.info.provider,
    modelId: setup.info.id,
    supportedUrls: {},
    doGenerate: generate,
    async doStream(options) {
      if (!setup.streaming) return singleBlockStream(await generate(options));
      const { inner, call, ownNames } = await prepare(options);
      const finishPart = (part: LanguageModelV4StreamPart): LanguageModelV4StreamPart =>
        part.type === "finish" ? { ...part, usage: believable(part.usage) } : withOwnNames(part, ownNames);
      return guardStream(await inner.doStream(call), setup, finishPart);
    },
  };
}

const noNames: ReadonlyMap<string, string> = new Map();

function requestHeaders(
  setup: ModelSetup,
  cache: CacheControl | undefined,
  credential: RequestCredential,
): Record<string, string> {
  const subscription = isSubscription(credential);
  const features = [...(subscription ? subscriptionBetas : []), ...betas, ...(cache?.ttl ? [hourCacheBeta] : [])];
  return {
    "anthropic-version": "2023-06-01",
    "anthropic-beta": features.join(","),
    ...authorization(credential, setup.authHeader),
    ...(subscription && subscriptionHeaders),
    ...setup.headers,
  };
}

function authorization(credential: RequestCredential, authHeader: boolean | undefined): Record<string, string> {
  if (credential.kind === "api-key" && isSubscription(credential)) return { authorization: `Bearer ${credential.key}` };
  return keyIn("x-api-key", credential, authHeader);
}

/** Hands signatures back under the name the SDK looks for them. Reasoning without words is a redacted one. */
function withSignatures(prompt: LanguageModelV4Prompt): LanguageModelV4Prompt {
  return prompt.map((message): typeof message => {
    if (message.role !== "assistant") return message;
    const content = message.content.map((part): typeof part => {
      const signature = part.type === "reasoning" ? signatureOf(part) : undefined;
      if (part.type !== "reasoning" || signature === undefined) return part;
      const anthropic = part.text === "" ? { redactedData: signature } : { signature };
      return { ...part, providerOptions: { anthropic } };
    });
    return { ...message, content };
  });
}

function cleanTool(tool: LanguageModelV4FunctionTool): LanguageModelV4FunctionTool {
  return { ...tool, inputSchema: objectSchema(tool.inputSchema) };
}

/** Token counts no server can mean are left out. */
function believable({ inputTokens, outputTokens }: ReturnType<typeof tokenUsage>) {
  return tokenUsage({
    input: inputTokens.noCache,
    inputWithoutCache: true,
    cacheRead: inputTokens.cacheRead,
    cacheWrite: inputTokens.cacheWrite,
    output: outputTokens.total,
    reasoning: outputTokens.reasoning,
  });
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
