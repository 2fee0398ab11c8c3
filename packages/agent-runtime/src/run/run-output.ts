import type { ToolResult } from "@openclaw/plugin-sdk";
import { displayTool, formatToolDisplay } from "@openclaw/protocol/wire";
import { type AssistantMessage, isModelMessage, messageText, type Transcript } from "@openclaw/sessions";
import type { LoopEvent } from "../loop/loop-events.ts";
import { liveResult } from "../loop/tool-result.ts";
import { createMediaSource } from "../reply/media-source.ts";
import { type ReplyPayload, type ShapeOptions, shapeLive, shapeReply } from "../reply/shape-reply.ts";
import { createAssistantStream } from "./assistant-stream.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { redactValues } from "./redact-values.ts";
import type { EmitRunEvent } from "./run-events.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** A usage error that the model is expected to repair by itself is no news for the user. */
const repairable = /required|missing|invalid|must be|must have|needs|requires/i;
const maxNoticeChars = 300;

/** Takes what a loop tells, and writes it where it belongs: transcript, live events, reply. */
export interface RunOutput {
  handle(event: LoopEvent): void;
  /** Counts messages that a run had written before it was cut off. */
  restore(messages: readonly AssistantMessage[]): void;
  /** The raw text of each assistant message. */
  readonly texts: readonly string[];
  /** The shaped answer; a failed tool is reported when there is none. */
  payloads(): ReplyPayload[];
  /** True when the model said something, be it that nothing is to be said. */
  readonly spoke: boolean;
  close(): void;
}

export function createRunOutput(options: {
  transcript: Transcript;
  prepared: PreparedRun;
  emit: EmitRunEvent;
  parts: RuntimeParts;
}): RunOutput {
  const { transcript, prepared, emit, parts } = options;
  const texts: string[] = [];
  const refusedMedia = new Set<string>();
  let failedTool: string | undefined;
  const shape: ShapeOptions = {
    media: createMediaSource({ workspaceDir: prepared.workspaceDir, roots: parts.mediaRoots }),
    finalOnly: prepared.model.reasoningTags,
  };
  const stream = createAssistantStream({
    emit,
    live: (raw) => shapeLive(raw, shape),
    final: (raw) => {
      const payload = shapeReply(raw, shape);
      return { text: payload?.text ?? "", mediaUrls: payload?.mediaUrls ?? [] };
    },
    clock: parts.clock,
    timers: parts.timers,
  });

  const addText = (message: AssistantMessage): void => {
    const text = messageText(message);
    if (text !== "") texts.push(text);
  };
  const noteFailure = (name: string, args: Record<string, unknown>, result: ToolResult) => {
    const error = errorText(result);
    if (repairable.test(error)) return;
    const display = displayTool(name, args, { homeDir: parts.homeDir, redact: parts.redact });
    failedTool = `⚠️ ${formatToolDisplay(display)} failed: ${parts.redact(error).slice(0, maxNoticeChars)}`;
  };

  return {
    texts,
    get spoke() {
      return texts.some((text) => text.trim() !== "");
    },
    restore(messages) {
      for (const message of messages) addText(message);
    },
    handle(event) {
      switch (event.type) {
        case "ask":
          stream.restart();
          return;
        case "text":
          stream.update(event.text);
          return;
        case "thinking":
          return;
        case "message":
          transcript.appendMessage(event.message);
          if (event.message.role !== "assistant" || !isModelMessage(event.message)) return;
          stream.complete(messageText(event.message));
          addText(event.message);
          return;
        case "toolStart": {
          const { name, toolCallId, args } = event;
          emit({ stream: "tool", data: { phase: "start", name, toolCallId, args: redactValues(args, parts.redact) } });
          return;
        }
        case "toolUpdate": {
          const { name, toolCallId } = event;
          const partialResult = redactValues(liveResult(event.partialResult), parts.redact);
          emit({ stream: "tool", data: { phase: "update", name, toolCallId, partialResult } });
          return;
        }
        case "toolResult": {
          const { name, toolCallId, args, isError } = event;
          const meta = displayTool(name, args, { homeDir: parts.homeDir, redact: parts.redact }).detail;
          const result = redactValues(liveResult(event.result), parts.redact);
          emit({
            stream: "tool",
            data: { phase: "result", name, toolCallId, ...(meta === undefined ? {} : { meta }), isError, result },
          });
          if (isError) noteFailure(name, args, event.result);
          else failedTool = undefined;
          return;
        }
        case "retry":
          parts.log.warn(`the model failed and is asked again in ${event.delayMs} ms: ${event.failure.detail}`, {
            attempt: event.attempt,
            kind: event.failure.kind,
          });
          return;
        default: {
          const never: never = event;
          return never;
        }
      }
    },
    payloads() {
      const onRefusedMedia = (source: string) => {
        if (refusedMedia.has(source)) return;
        refusedMedia.add(source);
        parts.log.warn(
          `a MEDIA line stays text: ${source.slice(0, 200)} is no web address and no file of the workspace`,
        );
      };
      const shaped = texts
        .map((text) => shapeReply(text, { ...shape, onRefusedMedia }))
        .filter((payload) => payload !== undefined);
      if (shaped.length > 0 || texts.length > 0 || failedTool === undefined) return shaped;
      return [{ text: failedTool, isError: true }];
    },
    close: stream.close,
  };
}

function errorText(result: ToolResult): string {
  const { details } = result;
  if (typeof details === "object" && details !== null && "error" in details && typeof details.error === "string") {
    return details.error;
  }
  return result.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
}
