import { randomUUID } from "node:crypto";
import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import type { EventReader } from "./event-stream.ts";
import { tokenUsage } from "./token-usage.ts";
import { objectOf, objectsOf, parseObject, textOf, type WireObject } from "./wire-value.ts";

/** Turns the chunks of a `streamGenerateContent` answer into parts. `unwrap` finds the chunk in what was sent. */
export function createGoogleEvents(
  push: (part: LanguageModelV4StreamPart) => void,
  unwrap: (event: WireObject) => WireObject = (event) => event,
): EventReader {
  let blocks = 0;
  let open: { kind: "text" | "reasoning"; id: string; signature?: string } | undefined;
  let greeted = false;
  let called = false;
  let finish: string | undefined;
  let usage: WireObject | undefined;

  /** The part that ends what is being said. */
  function closing(): LanguageModelV4StreamPart[] {
    const ended = open;
    open = undefined;
    return ended ? [{ type: `${ended.kind}-end`, id: ended.id, ...signedBy(ended.signature) }] : [];
  }

  function close(): void {
    for (const part of closing()) push(part);
  }

  function say(kind: "text" | "reasoning", delta: string, signature: string | undefined): void {
    if (open?.kind !== kind) {
      if (delta === "") return;
      close();
      open = { kind, id: `${kind}-${blocks++}` };
      push({ type: `${kind}-start`, id: open.id });
    }
    if (signature !== undefined) open.signature = signature;
    if (delta !== "") push({ type: `${kind}-delta`, id: open.id, delta });
  }

  return {
    take(data) {
      const event = unwrap(parseObject(data));
      if (event.error !== undefined && event.error !== null) {
        push({ type: "error", error: event });
        return true;
      }
      if (!greeted) {
        greeted = true;
        push({ type: "response-metadata", ...responseMetadata(event) });
      }
      usage = objectOf(event.usageMetadata) ?? usage;
      finish = finishWord(event) ?? finish;
      for (const part of partsOf(event)) {
        const call = objectOf(part.functionCall);
        if (call) {
          close();
          called = true;
          const block = toolCall(part, call);
          push({ type: "tool-input-start", id: block.toolCallId, toolName: block.toolName });
          push({ type: "tool-input-delta", id: block.toolCallId, delta: block.input });
          push({ type: "tool-input-end", id: block.toolCallId });
          push(block);
        } else if (typeof part.text === "string") {
          say(part.thought === true ? "reasoning" : "text", part.text, textOf(part.thoughtSignature));
        }
      }
      return false;
    },
    end() {
      if (finish === undefined) return undefined;
      return [...closing(), { type: "finish", finishReason: finishReason(finish, called), usage: readUsage(usage) }];
    },
  };
}

/** A complete answer. */
export function readGoogleAnswer(
  raw: WireObject,
): Pick<LanguageModelV4GenerateResult, "content" | "finishReason" | "usage" | "warnings"> {
  const content = partsOf(raw).flatMap((part): LanguageModelV4Content[] => {
    const call = objectOf(part.functionCall);
    if (call) return [toolCall(part, call)];
    const text = textOf(part.text);
    if (text === undefined) return [];
    return [{ type: part.thought === true ? "reasoning" : "text", text, ...signedBy(textOf(part.thoughtSignature)) }];
  });
  const called = content.some((block) => block.type === "tool-call");
  return {
    content,
    finishReason: finishReason(finishWord(raw) ?? "unknown", called),
    usage: readUsage(objectOf(raw.usageMetadata)),
    warnings: [],
  };
}

export function responseMetadata(raw: WireObject) {
  const id = textOf(raw.responseId);
  const modelId = textOf(raw.modelVersion);
  return { ...(id !== undefined && { id }), ...(modelId !== undefined && { modelId }) };
}

function partsOf(event: WireObject): WireObject[] {
  const [candidate] = objectsOf(event.candidates);
  return objectsOf(objectOf(candidate?.content)?.parts);
}

/** Why the answer ended; a prompt that is refused has no answer at all. */
function finishWord(event: WireObject): string | undefined {
  const [candidate] = objectsOf(event.candidates);
  return textOf(candidate?.finishReason) ?? textOf(objectOf(event.promptFeedback)?.blockReason);
}

function toolCall(part: WireObject, call: WireObject) {
  return {
    type: "tool-call" as const,
    toolCallId: textOf(call.id) ?? `call_${randomUUID().replaceAll("-", "")}`,
    toolName: textOf(call.name) ?? "",
    input: JSON.stringify(objectOf(call.args) ?? {}),
    ...signedBy(textOf(part.thoughtSignature)),
  };
}

function signedBy(signature: string | undefined) {
  return signature === undefined ? {} : { providerMetadata: { openclaw: { signature } } };
}

function finishReason(raw: string, called: boolean): LanguageModelV4FinishReason {
  switch (raw) {
    case "STOP":
      return { unified: called ? "tool-calls" : "stop", raw };
    case "MAX_TOKENS":
      return { unified: "length", raw };
    case "SAFETY":
    case "RECITATION":
    case "BLOCKLIST":
    case "PROHIBITED_CONTENT":
    case "SPII":
    case "IMAGE_SAFETY":
      return { unified: "content-filter", raw };
    case "MALFORMED_FUNCTION_CALL":
    case "UNEXPECTED_TOOL_CALL":
      return { unified: "error", raw };
    default:
      return { unified: "other", raw };
  }
}

function readUsage(usage: WireObject | undefined) {
  const thoughts = usage?.thoughtsTokenCount;
  const said = usage?.candidatesTokenCount;
  // Thoughts are counted beside the answer here.
  const output = typeof thoughts === "number" ? thoughts + (typeof said === "number" ? said : 0) : said;
  return tokenUsage({
    input: usage?.promptTokenCount,
    cacheRead: usage?.cachedContentTokenCount,
    output,
    reasoning: thoughts,
  });
}
