import {
  type LanguageModelV4FilePart,
  type LanguageModelV4Message,
  type LanguageModelV4Prompt,
  type LanguageModelV4TextPart,
  type LanguageModelV4ToolResultOutput,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { adaptPrompt, type PromptRules, signatureOf } from "./prompt.ts";
import { imageAddress, resultText } from "./wire-content.ts";
import { objectOf, textOf } from "./wire-value.ts";

/** The items of a Responses request. */
export function responsesInput(
  prompt: LanguageModelV4Prompt,
  rules: PromptRules,
  systemRole: "system" | "developer",
): object[] {
  return adaptPrompt(prompt, rules).flatMap((message) => inputItems(message, systemRole));
}

function inputItems(message: LanguageModelV4Message, systemRole: string): object[] {
  switch (message.role) {
    case "system":
      return [{ role: systemRole, content: message.content }];
    case "user":
      return [{ role: "user", content: message.content.map(inputPart) }];
    case "assistant":
      return message.content.flatMap(outputItems);
    case "tool":
      return message.content.flatMap((part) =>
        part.type === "tool-result"
          ? [{ type: "function_call_output", call_id: part.toolCallId, output: toolOutput(part.output) }]
          : [],
      );
  }
}

function inputPart(part: LanguageModelV4TextPart | LanguageModelV4FilePart): object {
  return part.type === "text"
    ? { type: "input_text", text: part.text }
    : { type: "input_image", detail: "auto", image_url: imageAddress(part) };
}

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];

function outputItems(part: AssistantPart): object[] {
  switch (part.type) {
    case "text":
      return [
        {
          type: "message",
          role: "assistant",
          status: "completed",
          content: [{ type: "output_text", text: part.text, annotations: [] }],
        },
      ];
    case "reasoning": {
      const item = reasoningItem(signatureOf(part) ?? "");
      return item ? [item] : [];
    }
    case "tool-call":
      return [
        {
          type: "function_call",
          call_id: part.toolCallId,
          name: part.toolName,
          arguments: JSON.stringify(part.input ?? {}),
        },
      ];
    default:
      throw new UnsupportedFunctionalityError({ functionality: `${part.type} in an assistant message` });
  }
}

/** The signature of reasoning is the item itself, as text. Undefined when it is something else. */
function reasoningItem(signature: string): object | undefined {
  let item: ReturnType<typeof objectOf>;
  try {
    item = objectOf(JSON.parse(signature));
  } catch (error) {
    // Reasoning signed by another kind of service cannot be handed back.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (item?.type !== "reasoning" || textOf(item.encrypted_content) === undefined) return undefined;
  const { id, summary, encrypted_content } = item;
  return { type: "reasoning", id, summary: Array.isArray(summary) ? summary : [], encrypted_content };
}

function toolOutput(output: LanguageModelV4ToolResultOutput): unknown {
  if (output.type !== "content") return resultText(output);
  return output.value.map((block) => {
    if (block.type === "text") return { type: "input_text", text: block.text };
    if (block.type === "file") return { type: "input_image", detail: "auto", image_url: imageAddress(block) };
    throw new UnsupportedFunctionalityError({ functionality: `${block.type} in a tool result` });
  });
}
