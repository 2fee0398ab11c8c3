import { randomUUID } from "node:crypto";
import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import type { EventReader } from "./event-stream.ts";
import { tokenUsage } from "./token-usage.ts";
import { numberOf, objectOf, objectsOf, parseObject, textOf, type WireObject } from "./wire-value.ts";

interface OpenBlock {
  readonly kind: "text" | "reasoning" | "call";
  readonly id: string;
  readonly name: string;
  input: string;
  signature?: string;
}

/** Turns the messages of a ConverseStream answer, as the decoder hands them on, into parts. */
export function createBedrockEvents(push: (part: LanguageModelV4StreamPart) => void): EventReader {
  const blocks = new Map<number, OpenBlock>();
  let stopReason: string | undefined;
  let usage: WireObject | undefined;

  function open(index: number, kind: OpenBlock["kind"], start?: WireObject): OpenBlock {
    const known = blocks.get(index);
    if (known) return known;
    const id = kind === "call" ? callId(start) : `${kind}-${index}`;
    const block: OpenBlock = { kind, id, name: textOf(start?.name) ?? "", input: "" };
    blocks.set(index, block);
    if (kind === "call") push({ type: "tool-input-start", id, toolName: block.name });
    else push({ type: `${kind}-start`, id });
    return block;
  }

  function add(index: number, delta: WireObject): void {
    const text = textOf(delta.text);
    if (text !== undefined) push({ type: "text-delta", id: open(index, "text").id, delta: text });
    const input = textOf(objectOf(delta.toolUse)?.input);
    if (input !== undefined) {
      const block = open(index, "call");
      block.input += input;
      push({ type: "tool-input-delta", id: block.id, delta: input });
    }
    const thought = objectOf(delta.reasoningContent);
    if (thought === undefined) return;
    const block = open(index, "reasoning");
    const signature = textOf(thought.signature) ?? textOf(thought.redactedContent);
    if (signature !== undefined) block.signature = (block.signature ?? "") + signature;
    const words = textOf(thought.text);
    if (words !== undefined) push({ type: "reasoning-delta", id: block.id, delta: words });
  }

  function close(index: number): void {
    const block = blocks.get(index);
    if (!block) return;
    blocks.delete(index);
    const { kind, id, name, input, signature } = block;
    if (kind !== "call") {
      push({ type: `${kind}-end`, id, ...signedBy(signature) });
      return;
    }
    push({ type: "tool-input-end", id });
    push({ type: "tool-call", toolCallId: id, toolName: name, input: input || "{}" });
  }

  return {
    take(data) {
      const { kind, name, payload } = parseObject(data);
      const event = objectOf(payload) ?? {};
      if (kind !== "event") {
        push({ type: "error", error: { error: { type: name, message: textOf(event.message) ?? name } } });
        return true;
      }
      const index = numberOf(event.contentBlockIndex) ?? 0;
      switch (name) {
        case "contentBlockStart": {
          const start = objectOf(objectOf(event.start)?.toolUse);
          if (start) open(index, "call", start);
          return false;
        }
        case "contentBlockDelta":
          add(index, objectOf(event.delta) ?? {});
          return false;
        case "contentBlockStop":
          close(index);
          return false;
        case "messageStop":
          stopReason = textOf(event.stopReason) ?? "end_turn";
          return false;
        case "metadata":
          usage = objectOf(event.usage);
          return true;
        default:
          return false;
      }
    },
    end() {
      if (stopReason === undefined) return undefined;
      return [{ type: "finish", finishReason: finishReason(stopReason), usage: readUsage(usage) }];
    },
  };
}

/** A complete answer. */
export function readBedrockAnswer(
  raw: WireObject,
): Pick<LanguageModelV4GenerateResult, "content" | "finishReason" | "usage" | "warnings"> {
  const message = objectOf(objectOf(raw.output)?.message);
  return {
    content: objectsOf(message?.content).flatMap(readBlock),
    finishReason: finishReason(textOf(raw.stopReason) ?? "unknown"),
    usage: readUsage(objectOf(raw.usage)),
    warnings: [],
  };
}

function readBlock(block: WireObject): LanguageModelV4Content[] {
  const text = textOf(block.text);
  if (text !== undefined) return [{ type: "text", text }];
  const use = objectOf(block.toolUse);
  if (use) {
    const input = JSON.stringify(objectOf(use.input) ?? {});
    return [{ type: "tool-call", toolCallId: callId(use), toolName: textOf(use.name) ?? "", input }];
  }
  const thought = objectOf(block.reasoningContent);
  if (thought === undefined) return [];
  const words = objectOf(thought.reasoningText);
  const signature = textOf(words?.signature) ?? textOf(thought.redactedContent);
  return [{ type: "reasoning", text: textOf(words?.text) ?? "", ...signedBy(signature) }];
}

function callId(use: WireObject | undefined): string {
  return textOf(use?.toolUseId) ?? `tooluse_${randomUUID().replaceAll("-", "")}`;
}

function signedBy(signature: string | undefined) {
  return signature === undefined ? {} : { providerMetadata: { openclaw: { signature } } };
}

function finishReason(raw: string): LanguageModelV4FinishReason {
  switch (raw) {
    case "end_turn":
    case "stop_sequence":
      return { unified: "stop", raw };
    case "tool_use":
      return { unified: "tool-calls", raw };
    case "max_tokens":
    case "model_context_window_exceeded":
      return { unified: "length", raw };
    case "guardrail_intervened":
    case "content_filtered":
      return { unified: "content-filter", raw };
    default:
      return { unified: "other", raw };
  }
}

function readUsage(usage: WireObject | undefined) {
  return tokenUsage({
    input: usage?.inputTokens,
    inputWithoutCache: true,
    cacheRead: usage?.cacheReadInputTokens,
    cacheWrite: usage?.cacheWriteInputTokens,
    output: usage?.outputTokens,
  });
}
