import { randomUUID } from "node:crypto";
import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { tokenUsage } from "./token-usage.ts";
import { numberOf, objectOf, objectsOf, parseObject, textOf, type WireObject } from "./wire-value.ts";

interface OpenCall {
  readonly id: string;
  readonly name: string;
  input: string;
}

/** What the events of one chat-completions stream add up to. */
export interface OpenAIEvents {
  /** Takes the data of one event; what it says is handed on as parts. True when it was the last one. */
  take(data: string): boolean;
  /** The parts that end the answer; undefined when the server never said why it stopped. */
  end(): LanguageModelV4StreamPart[] | undefined;
}

const textId = "text-0";
const reasoningId = "reasoning-0";

/**
 * Turns the events of a chat-completions stream into parts. Reads the fields of the format and the two names servers use
 * for reasoning, `reasoning_content` and `reasoning`; what it does not know it passes over.
 */
export function createOpenAIEvents(push: (part: LanguageModelV4StreamPart) => void): OpenAIEvents {
  const calls: OpenCall[] = [];
  /** Which call an `index` of the stream stands for now. */
  const byIndex = new Map<number, OpenCall>();
  let greeted = false;
  let text = false;
  let reasoning = false;
  let finish: string | undefined;
  let usage: WireObject | undefined;

  function endReasoning(): void {
    if (reasoning) push({ type: "reasoning-end", id: reasoningId });
    reasoning = false;
  }

  function addReasoning(delta: string): void {
    if (!reasoning) push({ type: "reasoning-start", id: reasoningId });
    reasoning = true;
    push({ type: "reasoning-delta", id: reasoningId, delta });
  }

  function addText(delta: string): void {
    endReasoning();
    if (!text) push({ type: "text-start", id: textId });
    text = true;
    push({ type: "text-delta", id: textId, delta });
  }

  function addCall(piece: WireObject): void {
    endReasoning();
    const index = numberOf(piece.index) ?? Math.max(0, calls.length - 1);
    const fn = objectOf(piece.function);
    const name = textOf(fn?.name);
    const id = textOf(piece.id);
    let call = byIndex.get(index);
    // Some servers number every call 0; a new id with a name begins a new call all the same.
    if (!call || (name !== undefined && id !== undefined && id !== call.id)) {
      call = { id: id ?? `call_${randomUUID().replaceAll("-", "")}`, name: name ?? "", input: "" };
      byIndex.set(index, call);
      calls.push(call);
      push({ type: "tool-input-start", id: call.id, toolName: call.name });
    }
    const delta = textOf(fn?.arguments);
    if (delta === undefined) return;
    call.input += delta;
    push({ type: "tool-input-delta", id: call.id, delta });
  }

  return {
    take(data) {
      if (data === "[DONE]") return true;
      const event = parseObject(data);
      if (event.error !== undefined && event.error !== null) {
        push({ type: "error", error: event.error });
        return true;
      }
      if (!greeted) {
        greeted = true;
        push(responseMetadata(event));
      }
      usage = objectOf(event.usage) ?? usage;
      const [choice] = objectsOf(event.choices);
      if (choice === undefined) return false;
      finish = textOf(choice.finish_reason) ?? finish;
      const delta = objectOf(choice.delta);
      if (delta === undefined) return false;
      const thought = textOf(delta.reasoning_content) ?? textOf(delta.reasoning);
      if (thought !== undefined) addReasoning(thought);
      const said = textOf(delta.content);
      if (said !== undefined) addText(said);
      for (const piece of objectsOf(delta.tool_calls)) addCall(piece);
      return false;
    },
    end() {
      if (finish === undefined) return undefined;
      const parts: LanguageModelV4StreamPart[] = [];
      if (reasoning) parts.push({ type: "reasoning-end", id: reasoningId });
      if (text) parts.push({ type: "text-end", id: textId });
      for (const { id, name, input } of calls) {
        parts.push(
          { type: "tool-input-end", id },
          { type: "tool-call", toolCallId: id, toolName: name, input: input || "{}" },
        );
      }
      parts.push({ type: "finish", finishReason: finishReason(finish), usage: readUsage(usage) });
      return parts;
    },
  };
}

export function finishReason(raw: string): LanguageModelV4FinishReason {
  switch (raw) {
    case "stop":
      return { unified: "stop", raw };
    case "length":
      return { unified: "length", raw };
    case "content_filter":
      return { unified: "content-filter", raw };
    case "tool_calls":
    case "function_call":
      return { unified: "tool-calls", raw };
    default:
      return { unified: "other", raw };
  }
}

/** Token counts; what a server does not count stays undefined. */
export function readUsage(usage: WireObject | undefined) {
  return tokenUsage({
    input: usage?.prompt_tokens,
    cacheRead: objectOf(usage?.prompt_tokens_details)?.cached_tokens,
    output: usage?.completion_tokens,
    reasoning: objectOf(usage?.completion_tokens_details)?.reasoning_tokens,
  });
}

export function responseMetadata(answer: WireObject) {
  const id = textOf(answer.id);
  const modelId = textOf(answer.model);
  const created = numberOf(answer.created);
  return {
    type: "response-metadata" as const,
    ...(id !== undefined && { id }),
    ...(modelId !== undefined && { modelId }),
    ...(created !== undefined && { timestamp: new Date(created * 1000) }),
  };
}
