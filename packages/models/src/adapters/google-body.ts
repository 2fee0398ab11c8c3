import { type LanguageModelV4CallOptions, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { answerTokens, type ModelSetup, requestedThinking } from "./adapter.ts";
import { googleContents } from "./google-contents.ts";
import { googleThinking } from "./google-thinking.ts";
import { defined, type RequestBody } from "./model-request.ts";
import { adaptPrompt, anthropicToolIds, type PromptRules } from "./prompt.ts";
import { googleSchema } from "./tool-schema.ts";

/** The body of a `generateContent` request, https://ai.google.dev/api/generate-content. */
export function googleBody(options: LanguageModelV4CallOptions, setup: ModelSetup): RequestBody {
  const { info, params } = setup;
  const system = options.prompt.flatMap((message) => (message.role === "system" ? [{ text: message.content }] : []));
  const prompt = adaptPrompt(options.prompt, googleRules(setup));
  return {
    contents: googleContents(prompt, info.id),
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    generationConfig: defined({
      maxOutputTokens: answerTokens(setup, options),
      temperature: options.temperature ?? params.temperature,
      topP: options.topP,
      topK: options.topK,
      seed: options.seed,
      stopSequences: options.stopSequences,
      ...jsonFields(options.responseFormat),
      thinkingConfig: info.reasoning ? googleThinking(info.id, requestedThinking(options)) : undefined,
    }),
    ...toolFields(options),
  };
}

function googleRules({ info }: ModelSetup): PromptRules {
  return {
    target: info,
    images: info.input.includes("image"),
    toolIds: anthropicToolIds,
    reasoning: "keep",
    imagesInToolResults: false,
  };
}

function jsonFields(format: LanguageModelV4CallOptions["responseFormat"]): RequestBody {
  if (format?.type !== "json") return {};
  return {
    responseMimeType: "application/json",
    ...(format.schema !== undefined && { responseSchema: googleSchema(format.schema) }),
  };
}

function toolFields({ tools = [], toolChoice }: LanguageModelV4CallOptions): RequestBody {
  if (tools.length === 0) return {};
  const functionDeclarations = tools.map((tool) => {
    if (tool.type !== "function") {
      throw new UnsupportedFunctionalityError({ functionality: `the provider's own tool ${tool.id}` });
    }
    const { name, description, inputSchema } = tool;
    const parameters = googleSchema(inputSchema);
    // An object without properties is refused; a function without parameters is not.
    const takesNothing = Object.keys(parameters.properties ?? {}).length === 0;
    return { name, ...(description !== undefined && { description }), ...(!takesNothing && { parameters }) };
  });
  return {
    tools: [{ functionDeclarations }],
    ...(toolChoice && { toolConfig: { functionCallingConfig: callingMode(toolChoice) } }),
  };
}

function callingMode(choice: NonNullable<LanguageModelV4CallOptions["toolChoice"]>): object {
  switch (choice.type) {
    case "auto":
      return { mode: "AUTO" };
    case "none":
      return { mode: "NONE" };
    case "required":
      return { mode: "ANY" };
    case "tool":
      return { mode: "ANY", allowedFunctionNames: [choice.toolName] };
  }
}
