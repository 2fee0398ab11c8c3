import { z } from "zod";
import { method } from "../contract.ts";
import {
  anything,
  boundedText,
  count,
  flag,
  integer,
  nonEmpty,
  open,
  text,
  textOrNull,
  texts,
  timestamp,
} from "../fields.ts";
import { chatMessage } from "../message.ts";
import { once } from "../once.ts";
import { sessionRow } from "../session-row.ts";

/**
 * An attachment as sent. `content` is free here: what is wrong with it is told with a text that names the attachment,
 * which the owner of the method writes.
 */
const attachment = once(() =>
  open({
    type: text().optional(),
    mimeType: text().optional(),
    fileName: text().optional(),
    /** Base64 or a data URL. */
    content: anything().optional(),
  }),
);

/** Additions of version 4 to a request that sends a message. */
const routing = once(() => ({
  originatingChannel: text().optional(),
  originatingTo: text().optional(),
  originatingAccountId: text().optional(),
  originatingThreadId: z.union([text(), count()]).optional(),
}));

const aborted = once(() => open({ ok: z.literal(true), aborted: flag(), runIds: texts() }));

/** What `chat.send` and `sessions.send` answer: the run's state, or what the stop command did. */
export const sendResult = once(() =>
  z.union([open({ runId: nonEmpty(), status: z.enum(["started", "in_flight", "ok"]) }), aborted()]),
);

/** What `chat.history` answers. */
const history = once(() =>
  open({
    /** As the client wrote it. */
    sessionKey: text(),
    sessionId: nonEmpty().optional(),
    /** Oldest first. */
    messages: z.array(chatMessage()),
    thinkingLevel: text().optional(),
    verboseLevel: text().optional(),
    /** Version 4 only, from here on. */
    pendingInputs: open({ items: z.array(anything()), total: count() }).optional(),
    hasMore: flag().optional(),
    totalMessages: count().optional(),
    defaults: open({
      modelProvider: text().nullish(),
      model: text().nullish(),
      contextTokens: count().nullish(),
    }).optional(),
    sessionInfo: sessionRow().partial().optional(),
    deltaCursor: text().optional(),
  }),
);

const historyParams = once(() => ({
  sessionKey: nonEmpty(),
  limit: integer(1, 1_000).default(200),
}));

const historyV4Params = once(() => ({
  sessionKey: nonEmpty().max(512),
  agentId: nonEmpty().optional(),
  cursor: text().optional(),
  offset: integer(0).optional(),
  messageId: text().optional(),
  sessionId: text().optional(),
  maxChars: integer(1).optional(),
  pendingBefore: anything().optional(),
  inputRunIds: texts().optional(),
}));

const agentMeta = once(() =>
  open({
    durationMs: count(),
    agentMeta: open({
      sessionId: text(),
      provider: text(),
      model: text(),
      usage: open({
        input: count().optional(),
        output: count().optional(),
        cacheRead: count().optional(),
        cacheWrite: count().optional(),
        total: count().optional(),
      }).optional(),
    }).optional(),
    aborted: flag().optional(),
    systemPromptReport: open({}).optional(),
  }),
);

/** The product of a finished run. */
const agentResult = once(() =>
  open({
    payloads: z.array(
      open({ text: text().optional(), mediaUrl: textOrNull().optional(), mediaUrls: texts().optional() }),
    ),
    meta: agentMeta(),
  }),
);

export const chatMethods = {
  "chat.send": method("chat.send", {
    scope: "operator.write",
    params: () =>
      z.strictObject({
        sessionKey: nonEmpty(),
        message: text(),
        thinking: text().optional(),
        deliver: flag().optional(),
        attachments: z.array(attachment()).optional(),
        timeoutMs: integer(0).optional(),
        /** Also the run id. */
        idempotencyKey: nonEmpty(),
      }),
    v4Params: (v3) =>
      v3.extend({
        sessionKey: nonEmpty().max(512),
        agentId: nonEmpty().optional(),
        sessionId: nonEmpty().optional(),
        fastMode: anything().optional(),
        queueMode: z.enum(["steer", "followup", "collect", "interrupt"]).optional(),
        ...routing(),
        replyToId: text().optional(),
        suppressCommandInterpretation: flag().optional(),
      }),
    result: sendResult,
  }),
  "chat.abort": method("chat.abort", {
    scope: "operator.write",
    params: () => z.strictObject({ sessionKey: nonEmpty(), runId: nonEmpty().optional() }),
    v4Params: (v3) => v3.extend({ agentId: nonEmpty().optional(), preserveSideRuns: flag().optional() }),
    result: aborted,
  }),
  "chat.history": method("chat.history", {
    scope: "operator.read",
    params: () => z.strictObject(historyParams()),
    v4Params: (v3) => v3.extend(historyV4Params()),
    result: history,
  }),
  "chat.startup": method("chat.startup", {
    scope: "operator.read",
    only: 4,
    params: () => z.strictObject({ ...historyParams(), ...historyV4Params() }),
    result: () => history().extend({ metadata: open({}).optional() }),
  }),
  "chat.metadata": method("chat.metadata", {
    scope: "operator.read",
    only: 4,
    params: () => z.strictObject({ sessionKey: nonEmpty().max(512).optional(), agentId: nonEmpty().optional() }),
    result: () => open({ models: z.array(open({})), commands: z.array(open({})) }),
  }),
  "chat.message.get": method("chat.message.get", {
    scope: "operator.read",
    only: 4,
    params: () =>
      z.strictObject({
        sessionKey: nonEmpty().max(512),
        agentId: nonEmpty().optional(),
        messageId: nonEmpty(),
        /** Longest text of a part. */
        maxChars: integer(1).optional(),
      }),
    result: () =>
      z.union([
        open({ ok: z.literal(true), message: chatMessage() }),
        open({ ok: z.literal(false), unavailableReason: z.literal("not_found") }),
      ]),
  }),
  "sessions.get": method("sessions.get", {
    scope: "operator.read",
    only: 4,
    params: () => z.strictObject({ key: nonEmpty(), limit: integer(1, 1_000).default(200) }),
    result: () => open({ messages: z.array(chatMessage()) }),
  }),
  "chat.inject": method("chat.inject", {
    scope: "operator.admin",
    advertised: false,
    params: () =>
      z.strictObject({
        sessionKey: nonEmpty(),
        message: nonEmpty(),
        label: boundedText(0, 100).optional(),
      }),
    result: () => open({ ok: z.literal(true), messageId: nonEmpty() }),
  }),
  agent: method("agent", {
    scope: "operator.write",
    params: () =>
      z.strictObject({
        message: nonEmpty(),
        agentId: nonEmpty().optional(),
        to: text().optional(),
        replyTo: text().optional(),
        sessionId: text().optional(),
        sessionKey: text().optional(),
        thinking: text().optional(),
        deliver: flag().optional(),
        attachments: z.array(anything()).optional(),
        channel: text().optional(),
        replyChannel: text().optional(),
        accountId: text().optional(),
        replyAccountId: text().optional(),
        threadId: text().optional(),
        groupId: text().optional(),
        groupChannel: text().optional(),
        groupSpace: text().optional(),
        /** Seconds. */
        timeout: integer(0).optional(),
        lane: text().optional(),
        extraSystemPrompt: text().optional(),
        /** Also the run id. */
        idempotencyKey: nonEmpty(),
        label: boundedText(1, 64).optional(),
        spawnedBy: text().optional(),
      }),
    // Clients of version 4 send internal fields besides these; they are dropped.
    v4Params: (v3) =>
      v3
        .extend({
          bestEffortDeliver: flag().optional(),
          model: text().optional(),
          provider: text().optional(),
        })
        .strip(),
    result: () =>
      z.discriminatedUnion("status", [
        open({
          runId: nonEmpty(),
          status: z.literal("accepted"),
          acceptedAt: timestamp(),
          sessionKey: text().optional(),
          agentId: text().optional(),
        }),
        open({ runId: nonEmpty(), status: z.literal("ok"), summary: text(), result: agentResult() }),
        open({ runId: nonEmpty(), status: z.literal("error"), summary: text(), result: agentResult().optional() }),
      ]),
  }),
  "agent.wait": method("agent.wait", {
    scope: "operator.write",
    params: () => z.strictObject({ runId: nonEmpty(), timeoutMs: integer(0).default(30_000) }),
    result: () =>
      z.discriminatedUnion("status", [
        open({
          runId: nonEmpty(),
          status: z.enum(["ok", "error"]),
          startedAt: timestamp().optional(),
          endedAt: timestamp(),
          error: text().optional(),
          stopReason: text().optional(),
          /** Version 4 only. */
          terminalReply: open({ disposition: text(), text: text().optional() }).optional(),
        }),
        open({ runId: nonEmpty(), status: z.literal("timeout") }),
      ]),
  }),
};
