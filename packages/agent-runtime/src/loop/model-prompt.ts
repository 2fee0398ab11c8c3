import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4ToolResultOutput,
} from "@ai-sdk/provider";
import type { AssistantMessage, ContextMessage, ToolResultMessage, UserBlock, UserMessage } from "@openclaw/sessions";
import { toolCallIdRule } from "./tool-call-ids.ts";

/** Which model a prompt is for. What other models said is marked as theirs. */
export interface PromptTarget {
  api: string;
  provider: string;
  model: string;
}

/** Providers refuse a conversation that begins with an assistant message. */
const bootstrapText = "(session bootstrap)";

/**
 * Builds a model's prompt and extends it message by message, so that a step of the loop costs no more than what it
 * added. User messages in a row become one, because some providers insist on alternating roles.
 */
export function createModelPrompt(system: string | undefined, target: PromptTarget) {
  const toolCallId = toolCallIdRule(target);
  const prompt: LanguageModelV4Prompt = system === undefined ? [] : [{ role: "system", content: system }];

  return {
    add(message: ContextMessage): void {
      if (message.role === "assistant" && !prompt.some((earlier) => earlier.role !== "system")) {
        prompt.push({ role: "user", content: [{ type: "text", text: bootstrapText }] });
      }
      const converted = promptMessage(message, target, toolCallId);
      if (converted === undefined) return;
      const last = prompt.at(-1);
      if (last?.role === "user" && converted.role === "user") {
        prompt[prompt.length - 1] = { role: "user", content: [...last.content, ...converted.content] };
      } else if (last?.role === "tool" && converted.role === "tool") {
        prompt[prompt.length - 1] = { role: "tool", content: [...last.content, ...converted.content] };
      } else {
        prompt.push(converted);
      }
    },
    /** The prompt so far; the array itself is the caller's. */
    messages: (): LanguageModelV4Prompt => prompt.slice(),
  };
}

function promptMessage(
  message: ContextMessage,
  target: PromptTarget,
  toolCallId: (id: string) => string,
): LanguageModelV4Message | undefined {
  switch (message.role) {
    case "user":
      return userMessage(message);
    case "assistant":
      return assistantMessage(message, target, toolCallId);
    case "toolResult":
      return {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: toolCallId(message.toolCallId),
            toolName: message.toolName,
            output: resultOutput(message),
          },
        ],
      };
    default: {
      const never: never = message;
      return never;
    }
  }
}

function userMessage(message: UserMessage): LanguageModelV4Message | undefined {
  const blocks: readonly UserBlock[] =
    typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content;
  const content = blocks.filter((block) => block.type !== "text" || block.text !== "").map(userPart);
  return content.length === 0 ? undefined : { role: "user", content };
}

function userPart(block: UserBlock): LanguageModelV4TextPart | LanguageModelV4FilePart {
  if (block.type === "text") return { type: "text", text: block.text };
  return { type: "file", mediaType: block.mimeType, data: { type: "data", data: block.data } };
}

function assistantMessage(
  message: AssistantMessage,
  target: PromptTarget,
  toolCallId: (id: string) => string,
): LanguageModelV4Message | undefined {
  const content: Extract<LanguageModelV4Message, { role: "assistant" }>["content"] = [];
  for (const block of message.content) {
    switch (block.type) {
      case "text":
        if (block.text !== "") content.push({ type: "text", text: block.text, ...signedBy(block.textSignature) });
        break;
      case "thinking":
        content.push({ type: "reasoning", text: block.thinking, ...signedBy(block.thinkingSignature) });
        break;
      case "toolCall":
        content.push({
          type: "tool-call",
          toolCallId: toolCallId(block.id),
          toolName: block.name,
          input: block.arguments,
          ...signedBy(block.thoughtSignature),
        });
        break;
      default: {
        const never: never = block;
        return never;
      }
    }
  }
  if (content.length === 0) return undefined;
  const { api, provider, model } = message;
  const own = provider === target.provider && model === target.model && api === target.api;
  return { role: "assistant", content, ...(!own && { providerOptions: { openclaw: { provider, model } } }) };
}

/** The model's adapter hands a signature back in the form its provider wants. */
function signedBy(signature: string | undefined) {
  return signature === undefined ? {} : { providerOptions: { openclaw: { signature } } };
}

function resultOutput(message: ToolResultMessage): LanguageModelV4ToolResultOutput {
  if (message.content.some((block) => block.type === "image")) {
    return {
      type: "content",
      value: message.content.map((block) =>
        block.type === "text"
          ? { type: "text" as const, text: block.text }
          : { type: "file" as const, mediaType: block.mimeType, data: { type: "data" as const, data: block.data } },
      ),
    };
  }
  const value = message.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
  return { type: message.isError ? "error-text" : "text", value };
}
