import { type LanguageModelV4CallOptions, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { ThinkingLevel } from "../thinking-level.ts";
import { answerTokens, isHost, type ModelSetup, requestedThinking, sessionOf } from "./adapter.ts";
import { defined, type RequestBody } from "./model-request.ts";
import { openaiToolIds, type PromptRules } from "./prompt.ts";
import { responsesInput } from "./responses-input.ts";
import { objectSchema } from "./tool-schema.ts";

/** Keys by which OpenAI finds cached prompts may be this long. */
const maxCacheKey = 64;
/** The service refuses to answer in fewer tokens. */
const leastAnswer = 16;

/** The body of a Responses request, https://platform.openai.com/docs/api-reference/responses. Nothing is stored there. */
export function responsesBody(options: LanguageModelV4CallOptions, setup: ModelSetup): RequestBody {
  const { info, params } = setup;
  return {
    model: info.id,
    input: responsesInput(options.prompt, responsesRules(setup), info.reasoning ? "developer" : "system"),
    store: false,
    max_output_tokens: Math.max(leastAnswer, answerTokens(setup, options)),
    ...defined({
      temperature: options.temperature ?? params.temperature,
      top_p: options.topP,
      text: textFormat(options.responseFormat),
    }),
    ...toolFields(options),
    ...(info.reasoning && reasoningFields(requestedThinking(options))),
    ...cacheFields(options, setup),
  };
}

export function responsesRules(setup: ModelSetup): PromptRules {
  return {
    target: setup.info,
    images: setup.info.input.includes("image"),
    toolIds: openaiToolIds,
    reasoning: "signed",
    imagesInToolResults: true,
  };
}

/** Fields of the thinking level. The encrypted reasoning comes along, so that the next request can hand it back. */
export function reasoningFields(level: ThinkingLevel | undefined): RequestBody {
  if (level === undefined || level === "off") return {};
  return { reasoning: { effort: level, summary: "auto" }, include: ["reasoning.encrypted_content"] };
}

/** Where the service looks for what it knows of earlier prompts of the session. */
export function cacheFields(options: LanguageModelV4CallOptions, { params, baseUrl }: ModelSetup): RequestBody {
  const session = sessionOf(options);
  if (params.cacheRetention === "none") return {};
  return {
    ...(session !== undefined && { prompt_cache_key: session.slice(0, maxCacheKey) }),
    ...(params.cacheRetention === "long" && isHost(baseUrl, "api.openai.com") && { prompt_cache_retention: "24h" }),
  };
}

export function toolFields({ tools = [], toolChoice }: LanguageModelV4CallOptions): RequestBody {
  if (tools.length === 0) return {};
  const choice = toolChoice?.type === "tool" ? { type: "function", name: toolChoice.toolName } : toolChoice?.type;
  return { tools: tools.map(wireTool), ...(choice !== undefined && { tool_choice: choice }) };
}

function wireTool(tool: NonNullable<LanguageModelV4CallOptions["tools"]>[number]): object {
  if (tool.type !== "function") {
    throw new UnsupportedFunctionalityError({ functionality: `the provider's own tool ${tool.id}` });
  }
  const { name, description, inputSchema, strict = false } = tool;
  return {
    type: "function",
    name,
    ...(description !== undefined && { description }),
    parameters: objectSchema(inputSchema),
    strict,
  };
}

function textFormat(format: LanguageModelV4CallOptions["responseFormat"]): unknown {
  if (format?.type !== "json") return undefined;
  const { schema, name = "response", description } = format;
  if (schema === undefined) return { format: { type: "json_object" } };
  return {
    format: { type: "json_schema", name, strict: true, schema, ...(description !== undefined && { description }) },
  };
}
