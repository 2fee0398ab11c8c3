import { z } from "zod";
import { count, flag, nonEmpty, open, text, textOrNull, texts, timestamp } from "./fields.ts";
import { once } from "./once.ts";

const channelProbe = once(() =>
  open({
    ok: flag(),
    status: count().nullish(),
    error: text().nullish(),
    elapsedMs: count().nullish(),
  }),
);

const channelState = once(() => ({
  accountId: text().optional(),
  configured: flag().optional(),
  linked: flag().optional(),
  running: flag().optional(),
  lastError: text().nullish(),
  probe: channelProbe().nullish(),
  lastProbeAt: timestamp().nullish(),
}));

const sessionSummary = once(() =>
  open({
    path: text(),
    count: count(),
    recent: z.array(open({ key: text(), updatedAt: timestamp().nullable(), age: count().nullable() })),
  }),
);

/** State of the Gateway: payload of `health` (method and event) and part of the snapshot in `hello-ok`. */
export const health = once(() =>
  open({
    ok: z.literal(true),
    ts: timestamp(),
    durationMs: count(),
    channels: z.record(
      z.string(),
      open({ ...channelState(), accounts: z.record(z.string(), open(channelState())).optional() }),
    ),
    channelOrder: texts(),
    channelLabels: z.record(z.string(), z.string()),
    heartbeatSeconds: count(),
    defaultAgentId: text(),
    agents: z.array(
      open({
        agentId: text(),
        name: text().optional(),
        isDefault: flag(),
        heartbeat: open({
          enabled: flag(),
          every: text(),
          everyMs: count().nullable(),
          prompt: text(),
          target: text(),
          model: text().optional(),
          session: text().optional(),
          ackMaxChars: count(),
        }),
        sessions: sessionSummary(),
      }),
    ),
    sessions: sessionSummary(),
  }),
);
export type Health = z.output<ReturnType<typeof health>>;

/** One entry of the presence list. */
export const presenceEntry = once(() =>
  open({
    host: text().optional(),
    ip: text().optional(),
    version: text().optional(),
    platform: text().optional(),
    deviceFamily: text().optional(),
    modelIdentifier: text().optional(),
    mode: text().optional(),
    lastInputSeconds: count().optional(),
    reason: text().optional(),
    tags: texts().optional(),
    text: text().optional(),
    ts: timestamp(),
    deviceId: text().optional(),
    roles: texts().optional(),
    scopes: texts().optional(),
    instanceId: text().optional(),
    timeZone: text().optional(),
  }),
);
export type PresenceEntry = z.output<ReturnType<typeof presenceEntry>>;

/** Counters raised on each presence change and each health refresh. */
export const stateVersion = once(() => z.strictObject({ presence: z.int().min(0), health: z.int().min(0) }));
export type StateVersion = z.output<ReturnType<typeof stateVersion>>;

/** What a connecting client starts from. */
export const snapshot = once(() =>
  open({
    presence: z.array(presenceEntry()),
    health: z.union([health(), z.strictObject({})]),
    stateVersion: stateVersion(),
    uptimeMs: count(),
    configPath: nonEmpty().optional(),
    stateDir: nonEmpty().optional(),
    sessionDefaults: open({
      defaultAgentId: nonEmpty(),
      mainKey: nonEmpty(),
      mainSessionKey: nonEmpty(),
      scope: z.enum(["per-sender", "global"]).optional(),
    }).optional(),
    authMode: text().optional(),
  }),
);
export type Snapshot = z.output<ReturnType<typeof snapshot>>;

/** The last heartbeat: payload of the `heartbeat` event and of `last-heartbeat`. */
export const heartbeat = once(() =>
  open({
    ts: timestamp(),
    status: z.enum(["ok-empty", "ok-token", "sent", "skipped", "failed"]),
    reason: text().optional(),
    to: text().optional(),
    preview: text().optional(),
    durationMs: count().optional(),
    hasMedia: flag().optional(),
    channel: text().optional(),
    accountId: text().optional(),
    silent: flag().optional(),
    indicatorType: z.enum(["ok", "alert", "error"]).optional(),
  }),
);
export type Heartbeat = z.output<ReturnType<typeof heartbeat>>;

/** State of talk mode: payload of the `talk.mode` event and method. */
export const talkMode = once(() => open({ enabled: flag(), phase: textOrNull(), ts: timestamp() }));
