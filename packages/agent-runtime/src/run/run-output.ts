import type { ToolResult } from "@openclaw/plugin-sdk";
import { displayTool, formatToolDisplay } from "@openclaw/protocol/wire";
import {
  type AssistantMessage,
  type ContextMessage,
  isModelMessage,
  messageText,
  type Transcript,
  toolCallsOf,
  type Usage,
} from "@openclaw/sessions";
import type { LoopEvent } from "../loop/loop-events.ts";
import { liveResult } from "../loop/tool-result.ts";
import { createMediaSource } from "../reply/media-source.ts";
import { reasoningMessage } from "../reply/reasoning-message.ts";
import { reasoningTagText } from "../reply/reasoning-tags.ts";
import { type SentMessage, sentMessagesOf, withoutRepeats, wroteToTarget } from "../reply/sent-by-tool.ts";
import { type ReplyPayload, type ShapeOptions, shapeLive, shapeReply } from "../reply/shape-reply.ts";
import { toolMediaOf } from "../reply/tool-media.ts";
import { addFooter, usageDisplay, usageFooter } from "../reply/usage-footer.ts";
import { createAssistantStream, type Visible } from "./assistant-stream.ts";
import { createBlockStream } from "./block-stream.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { redactValues } from "./redact-values.ts";
import type { EmitRunEvent } from "./run-events.ts";
import { persistedResult } from "./run-plugins.ts";
import type { RunRequest } from "./run-request.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** A usage error that the model is expected to repair by itself is no news for the user. */
const repairable = /required|missing|invalid|must be|must have|needs|requires/i;
const maxNoticeChars = 600;

/** Takes what a loop tells, and writes it where it belongs: transcript, live events, reply. */
export interface RunOutput {
  handle(event: LoopEvent): void;
  /** Counts messages that a run had written before it was cut off, and what its tools had sent by then. */
  restore(messages: readonly AssistantMessage[], toolDetails: readonly unknown[]): void;
  /** The raw text of each assistant message. */
  readonly texts: readonly string[];
  /**
   * What is to be sent: the reasoning if it is wanted, then the shaped answer; a failed tool is reported when there is
   * none. Nothing that a tool has sent already. The usage stands under the last text if it is wanted.
   */
  payloads(usage?: Usage): ReplyPayload[];
  /** Another model goes on with the run. */
  use(prepared: PreparedRun): void;
  /** True when the model said something, be it that nothing is to be said. */
  readonly spoke: boolean;
  close(): void;
}

export function createRunOutput(options: {
  transcript: Transcript;
  prepared: PreparedRun;
  request: Pick<RunRequest, "sessionKey" | "agentId" | "blocks" | "replyTarget" | "onReasoning" | "heartbeat">;
  emit: EmitRunEvent;
  parts: RuntimeParts;
  /** True once nothing more may be sent because the run was stopped. */
  stopped(): boolean;
}): RunOutput {
  const { transcript, request, emit, parts } = options;
  let { prepared } = options;
  const texts: string[] = [];
  const sentByTools: SentMessage[] = [];
  /** Files that tools have made for the user. */
  const madeByTools: ReplyPayload[] = [];
  /** What the model thought before its latest message. */
  let reasoning = "";
  let liveReasoning = "";
  const refusedMedia = new Set<string>();
  let failedTool: string | undefined;
  const shape: ShapeOptions = {
    media: createMediaSource({
      workspaceDir: prepared.workspaceDir,
      roots: parts.mediaRoots,
      mount: prepared.sandbox?.containerWorkdir,
    }),
    finalOnly: prepared.model.reasoningTags,
    heartbeat: request.heartbeat === true,
  };
  const blocks =
    request.blocks === undefined
      ? undefined
      : createBlockStream(request.blocks, {
          timers: parts.timers,
          quiet: () => request.replyTarget !== undefined && wroteToTarget(sentByTools, request.replyTarget),
        });
  const stream = createAssistantStream({
    emit,
    live(raw): Visible {
      const visible = shapeLive(raw, shape);
      blocks?.update(visible);
      return visible;
    },
    final: (raw) => {
      const payload = shapeReply(raw, shape);
      return { text: payload?.text ?? "", mediaUrls: payload?.mediaUrls ?? [] };
    },
    clock: parts.clock,
    timers: parts.timers,
  });

  /** A result as hooks want it kept; what the model sees in this turn stays as it is. */
  const stored = (message: ContextMessage): ContextMessage => {
    const hooks = prepared.plugins?.hooks;
    return message.role === "toolResult" && hooks ? persistedResult(message, hooks, request) : message;
  };
  const takeDetails = (details: unknown): void => {
    sentByTools.push(...sentMessagesOf(details));
    const made = toolMediaOf(details, shape.media);
    if (made !== undefined) madeByTools.push(made);
  };
  const wantedReasoning = (): string | undefined => {
    return prepared.levels.reasoning === "on" ? reasoningMessage(reasoning) : undefined;
  };
  const addMessage = (message: AssistantMessage): void => {
    const text = messageText(message);
    if (text !== "") texts.push(text);
    reasoning = thinkingText(message) || reasoningTagText(text);
    const isAnswer = toolCallsOf(message).length === 0;
    if (options.stopped()) blocks?.skip();
    else blocks?.complete(shapeReply(text, shape), isAnswer ? wantedReasoning() : undefined);
  };
  const showReasoning = (delta: string) => {
    liveReasoning += delta;
    request.onReasoning?.(liveReasoning, prepared.levels.reasoning === "stream");
  };
  const noteFailure = (name: string, args: Record<string, unknown>, result: ToolResult) => {
    const error = errorText(result);
    if (repairable.test(error)) return;
    const display = displayTool(name, args, { homeDir: parts.homeDir, redact: parts.redact });
    failedTool = `⚠️ ${formatToolDisplay(display)} failed: ${parts.redact(error).slice(0, maxNoticeChars)}`;
  };

  /** What was sent in blocks cannot get a line under it any more: the line is sent by itself. */
  const withUsage = (payloads: readonly ReplyPayload[], usage: Usage | undefined): ReplyPayload[] => {
    const display = usageDisplay(parts.sessions.get(request.sessionKey)?.responseUsage);
    const footer = usageFooter(usage, {
      display,
      sessionKey: request.sessionKey,
      showCost: prepared.model.authMode === "api-key",
    });
    if (footer === undefined || payloads.length === 0) return [...payloads];
    const last = payloads.findLast((payload) => payload.text !== undefined);
    return last?.asBlocks === true ? [...payloads, { text: footer }] : addFooter(payloads, footer);
  };

  return {
    texts,
    use(next) {
      prepared = next;
      shape.finalOnly = next.model.reasoningTags;
    },
    get spoke() {
      return texts.some((text) => text.trim() !== "");
    },
    restore(messages, toolDetails) {
      for (const details of toolDetails) takeDetails(details);
      for (const message of messages) addMessage(message);
    },
    handle(event) {
      switch (event.type) {
        case "ask":
          stream.restart();
          blocks?.restart();
          liveReasoning = "";
          return;
        case "text":
          stream.update(event.text);
          return;
        case "thinking":
          showReasoning(event.delta);
          return;
        case "message":
          transcript.appendMessage(stored(event.message));
          if (event.message.role !== "assistant" || !isModelMessage(event.message)) return;
          stream.complete(messageText(event.message));
          addMessage(event.message);
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
          else {
            failedTool = undefined;
            takeDetails(event.result.details);
          }
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
    payloads(usage) {
      const onRefusedMedia = (source: string) => {
        if (refusedMedia.has(source)) return;
        refusedMedia.add(source);
        parts.log.warn(
          `a MEDIA line stays text: ${source.slice(0, 200)} is no web address and no file of the workspace`,
        );
      };
      const asBlocks = blocks === undefined ? {} : { asBlocks: true as const };
      const answers = texts
        .map((text) => shapeReply(text, { ...shape, onRefusedMedia }))
        .filter((payload) => payload !== undefined)
        .map((payload): ReplyPayload => ({ ...payload, ...asBlocks }));
      const thought = wantedReasoning();
      const inBlocks = request.blocks?.breakAt === "message_end" ? asBlocks : {};
      const list: ReplyPayload[] = [
        ...(thought === undefined ? [] : [{ text: thought, isReasoning: true as const, ...inBlocks }]),
        ...madeByTools,
        ...answers,
      ];
      if (texts.length === 0 && failedTool !== undefined) list.push({ text: failedTool, isError: true });
      const kept = withoutRepeats(list, sentByTools, request.replyTarget);
      return withUsage(kept, usage);
    },
    close() {
      stream.close();
      blocks?.close();
    },
  };
}

function errorText(result: ToolResult): string {
  const { details } = result;
  if (typeof details === "object" && details !== null && "error" in details && typeof details.error === "string") {
    return details.error;
  }
  return result.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
}

function thinkingText(message: AssistantMessage): string {
  return message.content
    .flatMap((block) => (block.type === "thinking" && block.thinking.trim() !== "" ? [block.thinking.trim()] : []))
    .join("\n");
}
