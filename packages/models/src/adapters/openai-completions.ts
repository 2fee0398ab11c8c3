import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { ModelSetup } from "./adapter.ts";
import { answerTokens, isHost, requestedThinking } from "./adapter.ts";
import { guardStream, singleBlockStream } from "./answer-stream.ts";
import { shapeOpenAIBody } from "./openai-body.ts";
import type { OpenAICompat } from "./openai-compat.ts";
import { resolveOpenAICompat } from "./openai-compat.ts";
import type { PromptRules } from "./prompt.ts";
import { adaptPrompt, mistralToolIds, openaiToolIds } from "./prompt.ts";

/** The name under which the AI SDK looks for provider options. */
const sdkName = "openaiCompatible";

/** A model behind an OpenAI-compatible `POST {baseUrl}/chat/completions`. */
export function createOpenAICompletionsModel(setup: ModelSetup): LanguageModelV4 {
  const compat = resolveOpenAICompat(setup.info.provider, setup.baseUrl, setup.compat);
  const rules: PromptRules = {
    images: setup.info.input.includes("image"),
    toolIds: compat.requiresMistralToolIds ? mistralToolIds : openaiToolIds,
    reasoning: compat.requiresThinkingAsText ? "text" : isHost(setup.baseUrl, "api.openai.com") ? "drop" : "keep",
    imagesInToolResults: false,
  };
  const provider = createOpenAICompatible({
    name: sdkName,
    baseURL: setup.baseUrl,
    headers: { ...setup.headers },
    fetch: setup.fetch,
    includeUsage: compat.supportsUsageInStreaming,
    transformRequestBody: (body) => shapeOpenAIBody(body, setup, compat),
    ...(setup.key && setup.authHeader !== false && { apiKey: setup.key }),
  });
  const inner = provider.chatModel(setup.info.id);
  const prepare = (options: LanguageModelV4CallOptions) => prepareCall(options, setup, compat, rules);

  return {
    specificationVersion: "v4",
    provider: setup.info.provider,
    modelId: setup.info.id,
    supportedUrls: {},
    doGenerate: (options) => inner.doGenerate(prepare(options)),
    async doStream(options) {
      const call = prepare(options);
      return setup.streaming
        ? guardStream(await inner.doStream(call), setup)
        : singleBlockStream(await inner.doGenerate(call));
    },
  };
}

function prepareCall(
  options: LanguageModelV4CallOptions,
  setup: ModelSetup,
  compat: OpenAICompat,
  rules: PromptRules,
): LanguageModelV4CallOptions {
  const { reasoning: _, ...rest } = options;
  return {
    ...rest,
    prompt: adaptPrompt(options.prompt, rules),
    // A window can be shorter than the longest answer plus the prompt; servers refuse such requests.
    maxOutputTokens: Math.min(answerTokens(setup, options), Math.max(1, Math.floor(setup.info.contextWindow / 2))),
    ...((options.temperature ?? setup.params.temperature) !== undefined && {
      temperature: options.temperature ?? setup.params.temperature,
    }),
    providerOptions: {
      [sdkName]: { ...options.providerOptions?.[sdkName], ...thinkingFields(options, setup, compat) },
    },
  };
}

/** The body fields that carry the thinking level. */
function thinkingFields(options: LanguageModelV4CallOptions, setup: ModelSetup, compat: OpenAICompat) {
  if (!setup.info.reasoning) return {};
  const level = requestedThinking(options);
  switch (compat.thinkingFormat) {
    case "zai":
      return { thinking: { type: level && level !== "off" ? "enabled" : "disabled", ...setup.params.thinking } };
    case "qwen":
      return { enable_thinking: level !== undefined && level !== "off" };
    case "openai":
      return level && level !== "off" && compat.supportsReasoningEffort ? { reasoningEffort: level } : {};
  }
}
