import { z } from "zod";
import { method } from "../contract.ts";
import {
  count,
  done,
  flag,
  ignoredParams,
  integer,
  lenient,
  nonEmpty,
  open,
  text,
  texts,
  timestamp,
} from "../fields.ts";
import { health, heartbeat, presenceEntry } from "../health.ts";
import { once } from "../once.ts";
import { usageTotals } from "../usage.ts";

const statusRow = once(() =>
  open({
    agentId: text().optional(),
    key: text(),
    kind: text(),
    sessionId: text().optional(),
    updatedAt: timestamp().nullable(),
    age: count().nullable(),
    systemSent: flag().optional(),
    abortedLastRun: flag().optional(),
    thinkingLevel: text().optional(),
    verboseLevel: text().optional(),
    reasoningLevel: text().optional(),
    elevatedLevel: text().optional(),
    inputTokens: count().optional(),
    outputTokens: count().optional(),
    totalTokens: count().nullable(),
    remainingTokens: count().nullable(),
    percentUsed: count().nullable(),
    model: text().nullable(),
    contextTokens: count().nullable(),
    flags: texts(),
  }),
);

export const systemMethods = {
  health: method("health", {
    scope: "operator.read",
    open: true,
    params: () => open({ probe: lenient(flag()) }),
    result: health,
  }),
  status: method("status", {
    scope: "operator.read",
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        linkChannel: open({
          id: text(),
          label: text(),
          linked: flag(),
          authAgeMs: count().nullish(),
        }).optional(),
        heartbeat: open({
          defaultAgentId: text(),
          agents: z.array(open({ agentId: text(), enabled: flag(), every: text(), everyMs: count().nullable() })),
        }),
        channelSummary: texts(),
        queuedSystemEvents: texts(),
        sessions: open({
          paths: texts(),
          count: count(),
          defaults: open({ model: text().nullable(), contextTokens: count().nullable() }),
          recent: z.array(statusRow()),
          byAgent: z.array(open({ agentId: text(), path: text(), count: count(), recent: z.array(statusRow()) })),
        }),
        /** Version 4 only. */
        runtimeVersion: text().optional(),
      }),
  }),
  "logs.tail": method("logs.tail", {
    scope: "operator.read",
    params: () =>
      z.strictObject({
        cursor: integer(0).optional(),
        limit: integer(1, 5_000).default(500),
        maxBytes: integer(1, 1_000_000).default(250_000),
      }),
    result: () =>
      open({
        file: text(),
        cursor: count(),
        size: count(),
        lines: texts(),
        truncated: flag(),
        reset: flag(),
        /** Version 4 only. */
        skippedBytes: count().optional(),
      }),
  }),
  "system-presence": method("system-presence", {
    scope: "operator.read",
    open: true,
    params: ignoredParams,
    result: () => z.array(presenceEntry()),
  }),
  "system-event": method("system-event", {
    scope: "operator.admin",
    open: true,
    params: () =>
      open({
        text: z.string().regex(/\S/),
        deviceId: lenient(text()),
        instanceId: lenient(text()),
        host: lenient(text()),
        ip: lenient(text()),
        mode: lenient(text()),
        version: lenient(text()),
        platform: lenient(text()),
        deviceFamily: lenient(text()),
        modelIdentifier: lenient(text()),
        lastInputSeconds: lenient(z.number().min(0)),
        reason: lenient(text()),
        roles: lenient(texts()),
        scopes: lenient(texts()),
        tags: lenient(texts()),
      }),
    refusal: () => "text required",
    result: done,
  }),
  "last-heartbeat": method("last-heartbeat", {
    scope: "operator.read",
    open: true,
    params: ignoredParams,
    result: () => heartbeat().nullable(),
  }),
  "set-heartbeats": method("set-heartbeats", {
    scope: "operator.admin",
    open: true,
    params: () => open({ enabled: flag() }),
    refusal: () => "invalid set-heartbeats params: enabled (boolean) required",
    result: () => open({ ok: z.literal(true), enabled: flag() }),
  }),
  wake: method("wake", {
    scope: "operator.write",
    params: () => z.strictObject({ mode: z.enum(["now", "next-heartbeat"]), text: nonEmpty() }),
    result: done,
  }),
  "usage.status": method("usage.status", {
    scope: "operator.read",
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        updatedAt: timestamp(),
        providers: z.array(
          open({
            provider: text(),
            displayName: text(),
            windows: z.array(open({ label: text(), usedPercent: count(), resetAt: timestamp().optional() })),
            plan: text().optional(),
            error: text().optional(),
          }),
        ),
      }),
  }),
  "usage.cost": method("usage.cost", {
    scope: "operator.read",
    open: true,
    params: () =>
      open({
        startDate: lenient(text()),
        endDate: lenient(text()),
        days: z.int().min(1).default(30).catch(30),
      }),
    result: () =>
      open({
        updatedAt: timestamp(),
        /** How many days the answer covers. */
        days: count(),
        daily: z.array(usageTotals().extend({ date: text() })),
        totals: usageTotals(),
      }),
  }),
  "agent.identity.get": method("agent.identity.get", {
    scope: "operator.read",
    params: () => z.strictObject({ agentId: nonEmpty().optional(), sessionKey: text().optional() }),
    result: () => open({ agentId: text(), name: text(), avatar: text(), emoji: text().optional() }),
  }),
  "gateway.identity.get": method("gateway.identity.get", {
    scope: "operator.read",
    only: 4,
    params: () => z.strictObject({}),
    result: () => open({ deviceId: nonEmpty(), publicKey: nonEmpty() }),
  }),
};
