import { type LanguageModelV4CallOptions, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { answerTokens, isHost, type ModelSetup, requestedThinking } from "./adapter.ts";
import { defined, type RequestBody } from "./model-request.ts";
import type { OpenAICompat } from "./openai-compat.ts";
import { openAIMessages } from "./openai-messages.ts";
import { adaptPrompt, type PromptRules } from "./prompt.ts";
import { objectSchema } from "./tool-schema.ts";

export type WireMessage = Record<string, unknown>;

/** The body of a chat-completions request in the form the server wants. */
export function openAIBody(
  options: LanguageModelV4CallOptions,
  setup: ModelSetup,
  compat: OpenAICompat,
  rules: PromptRules,
): RequestBody {
  const messages = openAIMessages(adaptPrompt(options.prompt, rules));
  const temperature = options.temperature ?? setup.params.temperature;
  // A window can be shorter than the longest answer plus the prompt; servers refuse such requests.
  const maxTokens = Math.min(answerTokens(setup, options), Math.max(1, Math.floor(setup.info.contextWindow / 2)));
  if (compat.supportsDeveloperRole && setup.info.reasoning) {
    for (const message of messages) if (message.role === "system") message.role = "developer";
  }
  if (compat.requiresToolResultName) nameToolResults(messages);
  const body: RequestBody = {
    model: setup.info.id,
    messages: compat.requiresAssistantAfterToolResult ? separateToolResults(messages) : messages,
    [compat.maxTokensField]: maxTokens,
    ...(compat.supportsStore && { store: false }),
    ...defined({
      temperature,
      top_p: options.topP,
      frequency_penalty: options.frequencyPenalty,
      presence_penalty: options.presencePenalty,
      stop: options.stopSequences,
      seed: options.seed,
      response_format: responseFormat(options.responseFormat, compat),
      tool_choice: toolChoice(options.toolChoice),
    }),
    ...thinkingFields(options, setup, compat),
    ...(compat.openRouterRouting && { provider: compat.openRouterRouting }),
    ...(compat.vercelGatewayRouting && { providerOptions: { gateway: compat.vercelGatewayRouting } }),
  };
  const tools = wireTools(options.tools ?? [], compat);
  if (tools.length > 0) body.tools = tools;
  cachePrompt(body, messages, setup);
  return body;
}

/** The fields of a streamed request beside those of any other. */
export function streamFields(compat: OpenAICompat): RequestBody {
  return { stream: true, ...(compat.supportsUsageInStreaming && { stream_options: { include_usage: true } }) };
}

function wireTools(tools: NonNullable<LanguageModelV4CallOptions["tools"]>, compat: OpenAICompat): object[] {
  return tools.map((tool) => {
    if (tool.type !== "function")
      throw new UnsupportedFunctionalityError({ functionality: `the provider's own tool ${tool.id}` });
    const { name, description, inputSchema, strict } = tool;
    return {
      type: "function",
      function: {
        name,
        ...(description !== undefined && { description }),
        parameters: objectSchema(inputSchema),
        ...((strict !== undefined || compat.supportsStrictMode) && { strict: strict ?? false }),
      },
    };
  });
}

function toolChoice(choice: LanguageModelV4CallOptions["toolChoice"]): unknown {
  return choice?.type === "tool" ? { type: "function", function: { name: choice.toolName } } : choice?.type;
}

function responseFormat(format: LanguageModelV4CallOptions["responseFormat"], compat: OpenAICompat): unknown {
  if (format?.type !== "json") return undefined;
  if (format.schema === undefined || !compat.supportsStrictMode) return { type: "json_object" };
  const { schema, name = "response", description } = format;
  return {
    type: "json_schema",
    json_schema: { name, strict: true, schema, ...(description !== undefined && { description }) },
  };
}

/** The body fields that carry the thinking level. */
function thinkingFields(options: LanguageModelV4CallOptions, setup: ModelSetup, compat: OpenAICompat): RequestBody {
  if (!setup.info.reasoning) return {};
  const level = requestedThinking(options);
  switch (compat.thinkingFormat) {
    case "zai":
      return { thinking: { type: level && level !== "off" ? "enabled" : "disabled", ...setup.params.thinking } };
    case "qwen":
      return { enable_thinking: level !== undefined && level !== "off" };
    case "openai":
      return level && level !== "off" && compat.supportsReasoningEffort ? { reasoning_effort: level } : {};
  }
}

function objects(value: unknown): WireMessage[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

function nameToolResults(messages: readonly WireMessage[]): void {
  const names = new Map<unknown, unknown>();
  for (const message of messages) {
    for (const call of objects(message.tool_calls)) {
      const definition = call.function;
      if (typeof definition === "object" && definition !== null) names.set(call.id, Reflect.get(definition, "name"));
    }
    if (message.role === "tool" && names.has(message.tool_call_id)) message.name = names.get(message.tool_call_id);
  }
}

function separateToolResults(messages: readonly WireMessage[]): WireMessage[] {
  return messages.flatMap((message, index) =>
    message.role === "user" && messages[index - 1]?.role === "tool"
      ? [{ role: "assistant", content: "I have the tool results." }, message]
      : [message],
  );
}

/** Claude behind OpenRouter caches up to a marked text part; OpenAI itself keeps its cache for a day when asked. */
function cachePrompt(body: RequestBody, messages: readonly WireMessage[], setup: ModelSetup): void {
  const retention = setup.params.cacheRetention;
  if (retention === "long" && isHost(setup.baseUrl, "api.openai.com")) body.prompt_cache_retention = "24h";
  if (setup.info.provider !== "openrouter" || !setup.info.id.startsWith("anthropic/") || retention === "none") return;
  for (const message of messages.toReversed()) {
    if (message.role !== "user" && message.role !== "assistant") continue;
    if (typeof message.content === "string" && message.content) {
      message.content = [{ type: "text", text: message.content, cache_control: { type: "ephemeral" } }];
      return;
    }
    const part = objects(message.content).findLast((item) => item.type === "text");
    if (part) {
      part.cache_control = { type: "ephemeral" };
      return;
    }
  }
}
