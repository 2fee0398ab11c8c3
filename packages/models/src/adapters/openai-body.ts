import type { ModelSetup } from "./adapter.ts";
import { isHost } from "./adapter.ts";
import type { OpenAICompat } from "./openai-compat.ts";

/** A request body on its way out. It was made for this one request, so it is changed in place. */
export type RequestBody = Record<string, unknown>;
type WireMessage = Record<string, unknown>;

/** Gives a chat-completions body the form the server wants. */
export function shapeOpenAIBody(body: RequestBody, setup: ModelSetup, compat: OpenAICompat): RequestBody {
  const messages = objects(body.messages);
  if (compat.supportsStore) body.store = false;
  if (compat.maxTokensField === "max_completion_tokens") {
    body.max_completion_tokens = body.max_tokens;
    delete body.max_tokens;
  }
  if (compat.supportsStrictMode) declareLooseTools(body.tools);
  if (compat.supportsDeveloperRole && setup.info.reasoning) {
    for (const message of messages) if (message.role === "system") message.role = "developer";
  }
  if (compat.requiresToolResultName) nameToolResults(messages);
  if (compat.requiresAssistantAfterToolResult) body.messages = separateToolResults(messages);
  if (compat.openRouterRouting) body.provider = compat.openRouterRouting;
  if (compat.vercelGatewayRouting) body.providerOptions = { gateway: compat.vercelGatewayRouting };
  cachePrompt(body, messages, setup);
  return body;
}

function objects(value: unknown): WireMessage[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "object" && item !== null) : [];
}

function declareLooseTools(tools: unknown): void {
  for (const tool of objects(tools)) {
    const definition = tool.function;
    if (typeof definition === "object" && definition !== null && !("strict" in definition)) {
      tool.function = { ...definition, strict: false };
    }
  }
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
