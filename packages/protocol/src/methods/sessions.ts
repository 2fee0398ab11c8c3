import { z } from "zod";
import { method } from "../contract.ts";
import {
  anything,
  boundedText,
  calendarDate,
  count,
  flag,
  integer,
  lenient,
  nonEmpty,
  open,
  orNull,
  text,
  textOrNull,
  texts,
  timestamp,
} from "../fields.ts";
import { once } from "../once.ts";
import type { Scope } from "../scopes.ts";
import { resolvedModel, sessionEntry, sessionRow } from "../session-row.ts";
import { sessionUsage, usageAggregates, usageLogEntry, usagePoint, usageTotals } from "../usage.ts";
import { sendResult } from "./chat.ts";

/** Fields of `sessions.patch` that only put a session in order; on version 4 they need no admin. */
const organisingFields: ReadonlySet<string> = new Set([
  "key",
  "agentId",
  "label",
  "icon",
  "color",
  "category",
  "archived",
  "pinned",
  "unread",
  "statusNote",
  "model",
  "thinkingLevel",
  "fastMode",
]);

function patchScope(params: unknown): Scope {
  if (typeof params !== "object" || params === null) return "operator.admin";
  return Object.keys(params).every((name) => organisingFields.has(name)) ? "operator.write" : "operator.admin";
}

function isAbove(value: unknown, limit: number): boolean {
  return typeof value === "number" && value > limit;
}

const clearableText = once(() => orNull(nonEmpty()).optional());

/** Parameters of `sessions.usage*` that only version 4 knows. */
const usageScope = once(() => ({ scope: text().optional(), agentId: nonEmpty().optional() }));

const subscription = once(() => open({ subscribed: flag(), key: nonEmpty() }));
const subscriptionParams = once(() => z.strictObject({ key: nonEmpty(), agentId: nonEmpty().optional() }));

const defaults = once(() =>
  open({ modelProvider: textOrNull(), model: textOrNull(), contextTokens: count().nullable() }),
);

export const sessionMethods = {
  "sessions.list": method("sessions.list", {
    scope: "operator.read",
    params: () =>
      z.strictObject({
        limit: integer(1).optional(),
        activeMinutes: integer(1).optional(),
        includeGlobal: flag().optional(),
        includeUnknown: flag().optional(),
        includeDerivedTitles: flag().optional(),
        includeLastMessage: flag().optional(),
        label: boundedText(1, 64).optional(),
        spawnedBy: nonEmpty().optional(),
        agentId: nonEmpty().optional(),
        search: text().optional(),
      }),
    // Version 4 has more filters than are named here; they are dropped.
    v4Params: (v3) =>
      v3
        .extend({
          limit: integer(1).default(100),
          label: boundedText(1, 512).optional(),
          offset: integer(0).optional(),
          sortBy: text().optional(),
          /** Only archived sessions, or only those that are not; both when absent. */
          archived: flag().optional(),
          ownerFirst: flag().optional(),
        })
        .strip(),
    result: () =>
      open({
        ts: timestamp(),
        path: text(),
        count: count(),
        defaults: defaults(),
        sessions: z.array(sessionRow()),
        /** Version 4 only, from here on. */
        totalCount: count().optional(),
        limitApplied: count().optional(),
        nextOffset: count().nullable().optional(),
        hasMore: flag().optional(),
        owners: z.array(anything()).optional(),
      }),
  }),
  "sessions.preview": method("sessions.preview", {
    scope: "operator.read",
    params: () =>
      z.strictObject({
        /** The first 64 are used. */
        keys: z.array(nonEmpty()).min(1),
        limit: integer(1).default(12),
        maxChars: integer(20).default(240),
      }),
    result: () =>
      open({
        ts: timestamp(),
        previews: z.array(
          open({
            /** As the client wrote it. */
            key: text(),
            status: z.enum(["ok", "empty", "missing", "error"]),
            items: z.array(open({ role: z.enum(["user", "assistant", "tool", "system", "other"]), text: text() })),
          }),
        ),
      }),
  }),
  "sessions.resolve": method("sessions.resolve", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    advertised: false,
    params: () =>
      z.strictObject({
        key: nonEmpty().optional(),
        sessionId: nonEmpty().optional(),
        label: boundedText(1, 64).optional(),
        agentId: nonEmpty().optional(),
        spawnedBy: nonEmpty().optional(),
        includeGlobal: flag().optional(),
        includeUnknown: flag().optional(),
      }),
    v4Params: (v3) => v3.extend({ label: boundedText(1, 512).optional() }),
    result: () => open({ ok: z.literal(true), key: nonEmpty(), agentId: nonEmpty().optional() }),
  }),
  "sessions.patch": method("sessions.patch", {
    scope: { v3: "operator.admin", v4: patchScope },
    params: () =>
      z.strictObject({
        key: nonEmpty(),
        label: orNull(boundedText(1, 64)).optional(),
        // The levels are checked where their names are known; the answer lists them.
        thinkingLevel: clearableText(),
        verboseLevel: clearableText(),
        reasoningLevel: clearableText(),
        responseUsage: orNull(z.enum(["off", "tokens", "full", "on"])).optional(),
        elevatedLevel: clearableText(),
        execHost: clearableText(),
        execSecurity: clearableText(),
        execAsk: clearableText(),
        execNode: clearableText(),
        model: clearableText(),
        spawnedBy: clearableText(),
        sendPolicy: orNull(z.enum(["allow", "deny"])).optional(),
        groupActivation: orNull(z.enum(["mention", "always"])).optional(),
      }),
    v4Params: (v3) =>
      v3.extend({
        label: orNull(boundedText(1, 512)).optional(),
        agentId: nonEmpty().optional(),
        icon: orNull(boundedText(1, 64)).optional(),
        color: orNull(boundedText(1, 64)).optional(),
        category: orNull(boundedText(1, 128)).optional(),
        archived: orNull(flag()).optional(),
        pinned: orNull(flag()).optional(),
        unread: orNull(flag()).optional(),
        statusNote: orNull(boundedText(1, 1000)).optional(),
        fastMode: anything().optional(),
      }),
    result: () =>
      open({ ok: z.literal(true), path: text(), key: text(), entry: sessionEntry(), resolved: resolvedModel() }),
  }),
  "sessions.reset": method("sessions.reset", {
    scope: "operator.admin",
    params: () => z.strictObject({ key: nonEmpty() }),
    v4Params: (v3) => v3.extend({ agentId: nonEmpty().optional(), expectedSessionId: nonEmpty().optional() }),
    result: () =>
      open({ ok: z.literal(true), key: text(), entry: sessionEntry(), resolved: resolvedModel().optional() }),
  }),
  "sessions.delete": method("sessions.delete", {
    // Main sessions are never deleted, so what is left on version 4 are ordinary ones.
    scope: { v3: "operator.admin", v4: "operator.write" },
    params: () => z.strictObject({ key: nonEmpty(), deleteTranscript: flag().default(true) }),
    v4Params: (v3) => v3.extend({ agentId: nonEmpty().optional(), expectedSessionId: nonEmpty().optional() }),
    result: () => open({ ok: z.literal(true), key: text(), deleted: flag(), archived: texts() }),
  }),
  "sessions.compact": method("sessions.compact", {
    scope: "operator.admin",
    params: () => z.strictObject({ key: nonEmpty(), maxLines: integer(1).default(400) }),
    result: () =>
      open({
        ok: z.literal(true),
        key: text(),
        compacted: flag(),
        kept: count().optional(),
        archived: text().optional(),
        reason: text().optional(),
      }),
  }),
  "sessions.usage": method("sessions.usage", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    advertised: false,
    params: () =>
      z.strictObject({
        key: nonEmpty().optional(),
        startDate: calendarDate().optional(),
        endDate: calendarDate().optional(),
        limit: integer(1).default(50),
        includeContextWeight: flag().optional(),
      }),
    v4Params: (v3) => v3.extend(usageScope()),
    result: () =>
      open({
        updatedAt: timestamp(),
        startDate: text(),
        endDate: text(),
        sessions: z.array(sessionUsage()),
        totals: usageTotals(),
        aggregates: usageAggregates(),
      }),
  }),
  "sessions.usage.timeseries": method("sessions.usage.timeseries", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    advertised: false,
    open: true,
    params: () => open({ key: z.string().regex(/\S/), scope: lenient(text()), agentId: lenient(text()) }),
    refusal: () => "key is required for timeseries",
    result: () => open({ sessionId: text().optional(), points: z.array(usagePoint()) }),
  }),
  "sessions.usage.logs": method("sessions.usage.logs", {
    scope: { v3: "operator.admin", v4: "operator.read" },
    advertised: false,
    open: true,
    params: () =>
      open({
        key: z.string().regex(/\S/),
        /** More than 1,000 counts as 1,000. */
        limit: z
          .int()
          .min(1)
          .max(1_000)
          .default(200)
          .catch((failed) => (isAbove(failed?.value, 1_000) ? 1_000 : 200)),
        scope: lenient(text()),
        agentId: lenient(text()),
      }),
    refusal: () => "key is required for logs",
    result: () => open({ logs: z.array(usageLogEntry()) }),
  }),
  "sessions.subscribe": method("sessions.subscribe", {
    scope: "operator.read",
    only: 4,
    params: () => z.strictObject({}),
    result: () => open({ subscribed: flag() }),
  }),
  "sessions.messages.subscribe": method("sessions.messages.subscribe", {
    scope: "operator.read",
    only: 4,
    params: subscriptionParams,
    result: subscription,
  }),
  "sessions.messages.unsubscribe": method("sessions.messages.unsubscribe", {
    scope: "operator.read",
    only: 4,
    params: subscriptionParams,
    result: subscription,
  }),
  "sessions.create": method("sessions.create", {
    scope: "operator.write",
    only: 4,
    params: () =>
      z.strictObject({
        /** Default: a new key `agent:<id>:dashboard:<uuid>`. */
        key: nonEmpty().optional(),
        agentId: nonEmpty().optional(),
        label: boundedText(1, 512).optional(),
        model: nonEmpty().optional(),
        thinkingLevel: nonEmpty().optional(),
        parentSessionKey: nonEmpty().optional(),
        message: text().optional(),
        attachments: z.array(anything()).optional(),
        idempotencyKey: nonEmpty().optional(),
      }),
    result: () =>
      open({
        ok: z.literal(true),
        key: nonEmpty(),
        sessionId: nonEmpty(),
        entry: sessionEntry(),
        runStarted: flag(),
        resolved: resolvedModel().optional(),
      }),
  }),
  "sessions.send": method("sessions.send", {
    scope: "operator.write",
    only: 4,
    params: () =>
      z.strictObject({
        key: nonEmpty(),
        message: text(),
        thinking: text().optional(),
        attachments: z.array(anything()).optional(),
        timeoutMs: integer(0).optional(),
        idempotencyKey: nonEmpty().optional(),
      }),
    result: sendResult,
  }),
  "sessions.abort": method("sessions.abort", {
    scope: "operator.write",
    only: 4,
    params: () =>
      z.strictObject({
        key: nonEmpty().optional(),
        runId: nonEmpty().optional(),
        clearQueued: flag().optional(),
      }),
    result: () =>
      open({
        ok: z.literal(true),
        abortedRunId: textOrNull(),
        status: z.enum(["aborted", "no-active-run"]),
      }),
  }),
  "sessions.describe": method("sessions.describe", {
    scope: "operator.read",
    only: 4,
    params: () => z.strictObject({ key: nonEmpty() }),
    result: () => open({ session: sessionRow().nullable() }),
  }),
};
