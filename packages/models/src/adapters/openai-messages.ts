import {
  type LanguageModelV4FilePart,
  type LanguageModelV4Message,
  type LanguageModelV4Prompt,
  type LanguageModelV4TextPart,
  type LanguageModelV4ToolResultOutput,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import type { WireMessage } from "./openai-body.ts";

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
      : { type: "image_url", image_url: { url: imageUrl(part) } },
  );
}

function imageUrl({ mediaType, data }: LanguageModelV4FilePart): string {
  if (!mediaType.startsWith("image")) throw new UnsupportedFunctionalityError({ functionality: `${mediaType} files` });
  if (data.type === "url") return data.url.toString();
  if (data.type !== "data") throw new UnsupportedFunctionalityError({ functionality: `images given by ${data.type}` });
  const base64 = typeof data.data === "string" ? data.data : Buffer.from(data.data).toString("base64");
  const type = /^image\/[^*]/.test(mediaType) ? mediaType : "image/jpeg";
  return `data:${type};base64,${base64}`;
}

function assistantMessage({ content }: Extract<LanguageModelV4Message, { role: "assistant" }>): WireMessage {
  let text = "";
  let reasoning = "";
  const calls: object[] = [];
  for (const part of content) {
    if (part.type === "text") text += part.text;
    else if (part.type === "reasoning") reasoning += part.text;
    else if (part.type === "tool-call") {
      calls.push({
        id: part.toolCallId,
        type: "function",
        function: { name: part.toolName, arguments: JSON.stringify(part.input ?? {}) },
      });
    }
  }
  return {
    role: "assistant",
    content: text === "" && calls.length > 0 ? null : text,
    ...(reasoning !== "" && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function resultText(output: LanguageModelV4ToolResultOutput): string {
  switch (output.type) {
    case "text":
    case "error-text":
      return output.value;
    case "json":
    case "error-json":
    case "content":
      return JSON.stringify(output.value);
    case "execution-denied":
      return output.reason ?? "The call was not permitted.";
  }
}
