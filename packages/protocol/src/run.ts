import { z } from "zod";
import { anything, count, flag, nonEmpty, open, text, texts, timestamp } from "./fields.ts";
import { chatMessage } from "./message.ts";
import { once } from "./once.ts";

/*
 * What a run reports: the payloads of the `agent` and `chat` events. `seq` counts per run and is not the `seq` of the
 * frame.
 */

const agentEventBase = once(() => ({
  runId: nonEmpty(),
  seq: count(),
  ts: timestamp(),
  sessionKey: nonEmpty().optional(),
  /** Version 4 only. */
  agentId: nonEmpty().optional(),
  isHeartbeat: flag().optional(),
  sessionId: nonEmpty().optional(),
  spawnedBy: nonEmpty().optional(),
}));

const lifecycle = once(() =>
  z.discriminatedUnion("phase", [
    open({ phase: z.literal("start"), startedAt: timestamp() }),
    open({
      phase: z.literal("end"),
      endedAt: timestamp(),
      aborted: flag().optional(),
      stopReason: text().optional(),
    }),
    open({ phase: z.literal("error"), error: text(), endedAt: timestamp() }),
    open({
      phase: z.literal("fallback"),
      from: text(),
      to: text(),
      reason: text(),
      repeated: flag().optional(),
    }),
    // The last three are sent by later releases on version 4.
    open({ phase: z.enum(["model", "finishing", "fallback_step"]) }),
  ]),
);

const tool = once(() =>
  z.discriminatedUnion("phase", [
    open({ phase: z.literal("start"), name: text(), toolCallId: text(), args: anything() }),
    open({ phase: z.literal("update"), name: text(), toolCallId: text(), partialResult: anything().optional() }),
    open({
      phase: z.literal("result"),
      name: text(),
      toolCallId: text(),
      meta: text().optional(),
      isError: flag(),
      /** Left out unless the run's verbose level is `full`. */
      result: anything().optional(),
    }),
  ]),
);
export type ToolStreamData = z.output<ReturnType<typeof tool>>;

/** Payload of `agent`. */
export const agentEvent = once(() =>
  z.discriminatedUnion("stream", [
    open({ ...agentEventBase(), stream: z.literal("lifecycle"), data: lifecycle() }),
    open({
      ...agentEventBase(),
      stream: z.literal("assistant"),
      data: open({
        /** The whole visible text of the current assistant message. */
        text: text(),
        /** What was added to it. */
        delta: text(),
        mediaUrls: texts().optional(),
      }),
    }),
    open({ ...agentEventBase(), stream: z.literal("tool"), data: tool() }),
    open({
      ...agentEventBase(),
      stream: z.literal("compaction"),
      data: z.discriminatedUnion("phase", [
        open({ phase: z.literal("start") }),
        open({ phase: z.literal("end"), willRetry: flag() }),
      ]),
    }),
    open({
      ...agentEventBase(),
      stream: z.literal("error"),
      data: open({ reason: text(), expected: count().optional(), received: count().optional() }),
    }),
    // Observed on version 4; this package types what they share.
    open({ ...agentEventBase(), stream: z.enum(["run_status", "usage", "item"]), data: open({}) }),
  ]),
);
export type AgentEvent = z.output<ReturnType<typeof agentEvent>>;

const chatEventBase = once(() => ({
  runId: nonEmpty(),
  sessionKey: nonEmpty(),
  seq: count(),
  /** Version 4 only. */
  agentId: nonEmpty().optional(),
}));

/** Payload of `chat`. After `final`, `aborted` or `error` nothing more is sent for the run. */
export const chatEvent = once(() =>
  z.discriminatedUnion("state", [
    open({
      ...chatEventBase(),
      state: z.literal("delta"),
      /** The whole text so far; always sent on version 3. */
      message: chatMessage().optional(),
      /** Version 4: the text to append, or the whole text when `replace` is true. */
      deltaText: text().optional(),
      replace: flag().optional(),
    }),
    open({
      ...chatEventBase(),
      state: z.literal("final"),
      /** Absent when there is nothing to show. */
      message: chatMessage().optional(),
      stopReason: text().optional(),
      usage: open({}).optional(),
      /** The run that took this message over, when it became part of another turn. */
      mergedInto: nonEmpty().optional(),
    }),
    open({
      ...chatEventBase(),
      state: z.literal("aborted"),
      stopReason: text().optional(),
      /** The partial text, if there was any. */
      message: chatMessage().optional(),
    }),
    open({
      ...chatEventBase(),
      state: z.literal("error"),
      errorMessage: text().optional(),
      /** Version 4 only. */
      errorKind: z.enum(["refusal", "timeout", "rate_limit", "context_length", "unknown"]).optional(),
      errorDetail: open({
        provider: text().optional(),
        model: text().optional(),
        failoverReason: text().optional(),
        providerRuntimeFailureKind: text().optional(),
        providerErrorType: text().optional(),
        httpStatus: count().optional(),
        providerErrorMessagePreview: text().optional(),
      }).optional(),
    }),
    /** Version 4 only: what a run does before its first text. */
    open({ ...chatEventBase(), state: z.literal("status"), phase: text() }),
  ]),
);
export type ChatEvent = z.output<ReturnType<typeof chatEvent>>;
