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

interface OpenItem {
  readonly kind: "text" | "reasoning" | "call";
  readonly id: string;
  readonly name: string;
  /** What came of it so far. */
  text: string;
}

/** Turns the events of a Responses stream into parts; what it does not know it passes over. */
export function createResponsesEvents(push: (part: LanguageModelV4StreamPart) => void): EventReader {
  const items = new Map<number, OpenItem>();
  let called = false;
  let end: { response: WireObject; type: string } | undefined;

  function open(event: WireObject, kind: OpenItem["kind"], item?: WireObject): OpenItem {
    const index = numberOf(event.output_index) ?? 0;
    const known = items.get(index);
    if (known?.kind === kind) return known;
    const id = kind === "call" ? callId(item) : `${kind}-${index}`;
    const opened: OpenItem = { kind, id, name: textOf(item?.name) ?? "", text: "" };
    items.set(index, opened);
    if (kind === "call") push({ type: "tool-input-start", id, toolName: opened.name });
    else push({ type: `${kind}-start`, id });
    return opened;
  }

  function add(event: WireObject, kind: OpenItem["kind"], delta: string | undefined): void {
    if (delta === undefined) return;
    const item = open(event, kind);
    item.text += delta;
    if (kind === "call") push({ type: "tool-input-delta", id: item.id, delta });
    else push({ type: `${kind}-delta`, id: item.id, delta });
  }

  function opened(event: WireObject): void {
    const item = objectOf(event.item);
    if (item?.type === "function_call") open(event, "call", item);
    // The signature of reasoning without a summary comes all the same.
    else if (item?.type === "reasoning") open(event, "reasoning", item);
  }

  function closed(event: WireObject): void {
    const item = objectOf(event.item);
    if (item === undefined) return;
    const [block] = blocksOf(item);
    if (block === undefined) return;
    const kind = block.type === "tool-call" ? "call" : block.type === "reasoning" ? "reasoning" : "text";
    const known = open(event, kind, item);
    // What was not streamed piece by piece comes with the whole.
    const whole = block.type === "tool-call" ? block.input : "text" in block ? block.text : "";
    if (known.text === "" && whole !== "") add(event, kind, whole);
    items.delete(numberOf(event.output_index) ?? 0);
    if (block.type === "tool-call") {
      called = true;
      push({ type: "tool-input-end", id: known.id });
      push({ ...block, toolCallId: known.id, input: known.text || "{}" });
    } else {
      const { providerMetadata } = block;
      push({
        type: kind === "reasoning" ? "reasoning-end" : "text-end",
        id: known.id,
        ...(providerMetadata && { providerMetadata }),
      });
    }
  }

  return {
    take(data) {
      if (data === "[DONE]") return end !== undefined;
      const event = parseObject(data);
      switch (event.type) {
        case "response.created":
          push({ type: "response-metadata", ...responseMetadata(objectOf(event.response) ?? {}) });
          return false;
        case "response.output_item.added":
          opened(event);
          return false;
        case "response.reasoning_summary_part.added":
          // The parts of a summary are paragraphs of one thought.
          if ((numberOf(event.summary_index) ?? 0) > 0) add(event, "reasoning", "\n\n");
          return false;
        case "response.reasoning_summary_text.delta":
        case "response.reasoning_text.delta":
          add(event, "reasoning", textOf(event.delta));
          return false;
        case "response.output_text.delta":
        case "response.refusal.delta":
          add(event, "text", textOf(event.delta));
          return false;
        case "response.function_call_arguments.delta":
          add(event, "call", textOf(event.delta));
          return false;
        case "response.output_item.done":
          closed(event);
          return false;
        case "response.completed":
        case "response.done":
        case "response.incomplete":
          end = { response: objectOf(event.response) ?? {}, type: event.type };
          return true;
        case "response.failed":
          push({ type: "error", error: { error: objectOf(objectOf(event.response)?.error) ?? event } });
          return true;
        case "error":
          push({ type: "error", error: { error: objectOf(event.error) ?? event } });
          return true;
        default:
          return false;
      }
    },
    end() {
      if (end === undefined) return undefined;
      const { response } = end;
      return [{ type: "finish", finishReason: finishReason(response, called), usage: readUsage(response) }];
    },
  };
}

/** A complete answer. */
export function readResponse(
  raw: WireObject,
): Pick<LanguageModelV4GenerateResult, "content" | "finishReason" | "usage" | "warnings"> {
  const content = objectsOf(raw.output).flatMap(blocksOf);
  const called = content.some((block) => block.type === "tool-call");
  return { content, finishReason: finishReason(raw, called), usage: readUsage(raw), warnings: [] };
}

export function responseMetadata(raw: WireObject) {
  const id = textOf(raw.id);
  const modelId = textOf(raw.model);
  const created = numberOf(raw.created_at);
  return {
    ...(id !== undefined && { id }),
    ...(modelId !== undefined && { modelId }),
    ...(created !== undefined && { timestamp: new Date(created * 1000) }),
  };
}

/** What one item of an answer says; nothing for kinds that are not asked for. */
function blocksOf(item: WireObject): LanguageModelV4Content[] {
  switch (item.type) {
    case "message": {
      const said = objectsOf(item.content).map((part) => textOf(part.text) ?? textOf(part.refusal) ?? "");
      return [{ type: "text", text: said.join("") }];
    }
    case "reasoning": {
      const paragraphs = [...objectsOf(item.summary), ...objectsOf(item.content)].map(
        (part) => textOf(part.text) ?? "",
      );
      const { id, summary, encrypted_content } = item;
      const signature = JSON.stringify({ type: "reasoning", id, summary: summary ?? [], encrypted_content });
      return [
        {
          type: "reasoning",
          text: paragraphs.filter(Boolean).join("\n\n"),
          ...(textOf(encrypted_content) !== undefined && { providerMetadata: { openclaw: { signature } } }),
        },
      ];
    }
    case "function_call":
      return [
        {
          type: "tool-call",
          toolCallId: callId(item),
          toolName: textOf(item.name) ?? "",
          input: textOf(item.arguments) ?? "{}",
        },
      ];
    default:
      return [];
  }
}

function callId(item: WireObject | undefined): string {
  return textOf(item?.call_id) ?? textOf(item?.id) ?? `call_${randomUUID().replaceAll("-", "")}`;
}

function finishReason(response: WireObject, called: boolean): LanguageModelV4FinishReason {
  const reason = textOf(objectOf(response.incomplete_details)?.reason);
  if (reason === "max_output_tokens") return { unified: "length", raw: reason };
  if (reason === "content_filter") return { unified: "content-filter", raw: reason };
  const raw = reason ?? textOf(response.status) ?? "completed";
  if (raw !== "completed") return { unified: "other", raw };
  return { unified: called ? "tool-calls" : "stop", raw };
}

function readUsage(response: WireObject) {
  const usage = objectOf(response.usage);
  return tokenUsage({
    input: usage?.input_tokens,
    cacheRead: objectOf(usage?.input_tokens_details)?.cached_tokens,
    output: usage?.output_tokens,
    reasoning: objectOf(usage?.output_tokens_details)?.reasoning_tokens,
  });
}
