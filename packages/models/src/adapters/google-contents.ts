import {
  type LanguageModelV4Message,
  type LanguageModelV4Prompt,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { signatureOf } from "./prompt.ts";
import { imageBytes, isFailure, resultText } from "./wire-content.ts";

interface Content {
  readonly role: "user" | "model";
  readonly parts: object[];
}

/**
 * Gemini 3 refuses a function call without the signature it came with. This one, which its documentation names for calls
 * of other models, passes: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
const foreignCallSignature = "skip_thought_signature_validator";

/** The turns of a conversation, users' and the model's by turns, as the API insists on. Expects an adapted prompt. */
export function googleContents(prompt: LanguageModelV4Prompt, model: string): Content[] {
  const contents: Content[] = [];
  const add = (role: Content["role"], parts: object[]) => {
    if (parts.length === 0) return;
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
  };
  for (const message of prompt) {
    if (message.role === "assistant") add("model", modelParts(message, model));
    else if (message.role !== "system") add("user", userParts(message, model));
  }
  return contents;
}

function userParts(message: Extract<LanguageModelV4Message, { role: "user" | "tool" }>, model: string): object[] {
  if (message.role === "user") {
    return message.content.map((part) => {
      if (part.type === "text") return { text: part.text };
      const { mediaType, base64 } = imageBytes(part);
      return { inlineData: { mimeType: mediaType, data: base64 } };
    });
  }
  return message.content.flatMap((part) => {
    if (part.type !== "tool-result") return [];
    const text = resultText(part.output);
    const response = isFailure(part.output) ? { error: text } : { output: text };
    return [{ functionResponse: { ...callId(part.toolCallId, model), name: part.toolName, response } }];
  });
}

function modelParts({ content }: Extract<LanguageModelV4Message, { role: "assistant" }>, model: string): object[] {
  let firstCall = true;
  return content.map((part) => {
    const signature = signatureOf(part);
    const signed = signature === undefined ? {} : { thoughtSignature: signature };
    switch (part.type) {
      case "text":
        return { text: part.text, ...signed };
      case "reasoning":
        return { thought: true, text: part.text, ...signed };
      case "tool-call": {
        const needed = firstCall && /gemini-3/.test(model) ? { thoughtSignature: foreignCallSignature } : {};
        firstCall = false;
        return {
          functionCall: { ...callId(part.toolCallId, model), name: part.toolName, args: part.input ?? {} },
          ...needed,
          ...signed,
        };
      }
      default:
        throw new UnsupportedFunctionalityError({ functionality: `${part.type} in an assistant message` });
    }
  });
}

/** Gemini matches results to calls by their order; Claude behind the same API by their ids. */
function callId(id: string, model: string): { id?: string } {
  return model.startsWith("claude") ? { id } : {};
}
