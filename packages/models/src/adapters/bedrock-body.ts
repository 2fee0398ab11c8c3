import {
  type LanguageModelV4CallOptions,
  type LanguageModelV4FilePart,
  type LanguageModelV4Message,
  type LanguageModelV4Prompt,
  type LanguageModelV4TextPart,
  type LanguageModelV4ToolResultOutput,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { answerTokens, type ModelSetup, requestedThinking } from "./adapter.ts";
import { anthropicThinking } from "./anthropic-thinking.ts";
import { defined, type RequestBody } from "./model-request.ts";
import { adaptPrompt, anthropicToolIds, signatureOf } from "./prompt.ts";
import { objectSchema } from "./tool-schema.ts";
import { imageBytes, isFailure, resultText } from "./wire-content.ts";

interface Turn {
  readonly role: "user" | "assistant";
  readonly content: object[];
}

/** The body of a Converse request, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. */
export function bedrockBody(options: LanguageModelV4CallOptions, setup: ModelSetup): RequestBody {
  const { info, params } = setup;
  const claude = isClaude(info.id);
  const prompt = adaptPrompt(options.prompt, {
    target: info,
    images: info.input.includes("image"),
    toolIds: anthropicToolIds,
    reasoning: claude ? "signed" : "drop",
    imagesInToolResults: true,
  });
  const answer = answerTokens(setup, options);
  const thinking =
    claude && info.reasoning
      ? anthropicThinking(info.id, requestedThinking(options), answer, info.maxTokens)
      : { maxTokens: answer };
  const thinks = thinking.thinking !== undefined;
  const system: object[] = prompt.flatMap((message) => (message.role === "system" ? [{ text: message.content }] : []));
  const messages = turns(prompt);
  if (claude && (params.cacheRetention === "short" || params.cacheRetention === "long")) markForCache(system, messages);
  const extra = {
    ...(thinking.thinking && { thinking: thinking.thinking }),
    ...(thinking.effort && { output_config: { effort: thinking.effort } }),
  };
  return {
    messages,
    ...(system.length > 0 && { system }),
    inferenceConfig: defined({
      maxTokens: thinking.maxTokens,
      // Neither can be combined with thinking.
      temperature: thinks ? undefined : (options.temperature ?? params.temperature),
      topP: thinks ? undefined : options.topP,
      stopSequences: options.stopSequences,
    }),
    ...toolFields(options, prompt, thinks),
    ...(Object.keys(extra).length > 0 && { additionalModelRequestFields: extra }),
  };
}

function isClaude(id: string): boolean {
  return /anthropic|claude/.test(id);
}

/** Users' and the model's turns; the service insists on their taking turns. */
function turns(prompt: LanguageModelV4Prompt): Turn[] {
  const found: Turn[] = [];
  for (const message of prompt) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = blocks(message);
    const last = found.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) found.push({ role, content });
  }
  return found;
}

function blocks(message: Exclude<LanguageModelV4Message, { role: "system" }>): object[] {
  switch (message.role) {
    case "user":
      return message.content.map(userBlock);
    case "assistant":
      return message.content.map((part) => {
        switch (part.type) {
          case "text":
            return { text: part.text };
          case "reasoning":
            return reasoningBlock(part.text, signatureOf(part));
          case "tool-call":
            return { toolUse: { toolUseId: part.toolCallId, name: part.toolName, input: part.input ?? {} } };
          default:
            throw new UnsupportedFunctionalityError({ functionality: `${part.type} in an assistant message` });
        }
      });
    case "tool":
      return message.content.flatMap((part) =>
        part.type === "tool-result"
          ? [
              {
                toolResult: {
                  toolUseId: part.toolCallId,
                  content: resultBlocks(part.output),
                  status: isFailure(part.output) ? "error" : "success",
                },
              },
            ]
          : [],
      );
  }
}

function userBlock(part: LanguageModelV4TextPart | LanguageModelV4FilePart): object {
  return part.type === "text" ? { text: part.text } : imageBlock(part);
}

function imageBlock(image: Pick<LanguageModelV4FilePart, "mediaType" | "data">): object {
  const { mediaType, base64 } = imageBytes(image);
  return { image: { format: mediaType.slice("image/".length).replace("jpg", "jpeg"), source: { bytes: base64 } } };
}

/** Reasoning without words is encrypted; its signature is all there is of it. */
function reasoningBlock(text: string, signature: string | undefined): object {
  return text === ""
    ? { reasoningContent: { redactedContent: signature } }
    : { reasoningContent: { reasoningText: { text, signature } } };
}

function resultBlocks(output: LanguageModelV4ToolResultOutput): object[] {
  if (output.type !== "content") return [{ text: resultText(output) || " " }];
  return output.value.map((block) => {
    if (block.type === "text") return { text: block.text };
    if (block.type === "file") return imageBlock(block);
    throw new UnsupportedFunctionalityError({ functionality: `${block.type} in a tool result` });
  });
}

function toolFields(
  { tools = [], toolChoice }: LanguageModelV4CallOptions,
  prompt: LanguageModelV4Prompt,
  thinks: boolean,
): RequestBody {
  const specs = tools.map((tool) => {
    if (tool.type !== "function") {
      throw new UnsupportedFunctionalityError({ functionality: `the provider's own tool ${tool.id}` });
    }
    const { name, description, inputSchema } = tool;
    return toolSpec(name, description ?? name, objectSchema(inputSchema));
  });
  // A conversation with calls is refused when no tools are declared, so those it knows are.
  const known = specs.length > 0 ? specs : [...calledTools(prompt)].map((name) => toolSpec(name, name, anyObject));
  if (known.length === 0) return {};
  const choice = thinks && toolChoice?.type !== "auto" ? undefined : toolChoice;
  return { toolConfig: { tools: known, ...(choice && wireChoice(choice)) } };
}

const anyObject = { type: "object", properties: {} };

function toolSpec(name: string, description: string, json: object): object {
  return { toolSpec: { name, description, inputSchema: { json } } };
}

function wireChoice(choice: NonNullable<LanguageModelV4CallOptions["toolChoice"]>): object {
  switch (choice.type) {
    case "auto":
      return { toolChoice: { auto: {} } };
    case "required":
      return { toolChoice: { any: {} } };
    case "tool":
      return { toolChoice: { tool: { name: choice.toolName } } };
    case "none":
      return {};
  }
}

function calledTools(prompt: LanguageModelV4Prompt): Set<string> {
  const names = new Set<string>();
  for (const message of prompt) {
    if (message.role !== "assistant") continue;
    for (const part of message.content) if (part.type === "tool-call") names.add(part.toolName);
  }
  return names;
}

const cachePoint = { cachePoint: { type: "default" } };

/** Everything before a mark is reused: the system prompt, and the conversation up to its newest user turn. */
function markForCache(system: object[], messages: readonly Turn[]): void {
  if (system.length > 0) system.push(cachePoint);
  messages.findLast((turn) => turn.role === "user")?.content.push(cachePoint);
}
