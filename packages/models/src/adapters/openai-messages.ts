import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
} from "@ai-sdk/provider";
import type { WireMessage } from "./openai-body.ts";
import { imageAddress, resultText } from "./wire-content.ts";

/** The messages of a chat-completions request, as https://platform.openai.com/docs/api-reference/chat describes them. */
export function openAIMessages(prompt: LanguageModelV4Prompt): WireMessage[] {
  return prompt.flatMap(wireMessages);
}

function wireMessages(message: LanguageModelV4Message): WireMessage[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content }];
    case "user":
      return [{ role: "user", content: userContent(message.content) }];
    case "assistant":
      return [assistantMessage(message)];
    case "tool":
      return message.content.flatMap((part) =>
        part.type === "tool-result"
          ? [{ role: "tool", tool_call_id: part.toolCallId, content: resultText(part.output) }]
          : [],
      );
  }
}

function userContent(parts: readonly (LanguageModelV4TextPart | LanguageModelV4FilePart)[]): unknown {
  const [only, second] = parts;
  if (only?.type === "text" && second === undefined) return only.text;
  return parts.map((part) =>
    part.type === "text"
      ? { type: "text", text: part.text }
      : { type: "image_url", image_url: { url: imageAddress(part) } },
  );
}

function assistantMessage({ content }: Extract<LanguageModelV4Message, { role: "assistant" }>): WireMessage {
  const texts: string[] = [];
  let reasoning = "";
  const calls: object[] = [];
  for (const part of content) {
    if (part.type === "text") texts.push(part.text);
    else if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "tool-call") {
      calls.push({
        id: part.toolCallId,
        type: "function",
        function: { name: part.toolName, arguments: JSON.stringify(part.input ?? {}) },
      });
    }
  }
  const text = texts.join("\n");
  return {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}
