import { z } from "zod";
import { count, flag, integer, nonEmpty, open, orNull, text, timestamp } from "./fields.ts";
import { once } from "./once.ts";

/** When a job runs. */
export const cronSchedule = once(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("at"),
      /** ISO 8601. */
      at: nonEmpty(),
    }),
    z.strictObject({
      kind: z.literal("every"),
      /** Milliseconds. */
      everyMs: integer(1),
      anchorMs: integer(0).optional(),
    }),
    z.strictObject({ kind: z.literal("cron"), expr: nonEmpty(), tz: text().optional() }),
  ]),
);

const agentTurnOptions = once(() => ({
  model: text().optional(),
  thinking: text().optional(),
  timeoutSeconds: integer(1).optional(),
  allowUnsafeExternalContent: flag().optional(),
  // Older spellings of `delivery`.
  deliver: flag().optional(),
  channel: text().optional(),
  to: text().optional(),
  bestEffortDeliver: flag().optional(),
}));

const payload = once(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("systemEvent"), text: nonEmpty() }),
    z.strictObject({ kind: z.literal("agentTurn"), message: nonEmpty(), ...agentTurnOptions() }),
  ]),
);

const payloadPatch = once(() =>
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("systemEvent"), text: nonEmpty().optional() }),
    z.strictObject({ kind: z.literal("agentTurn"), message: nonEmpty().optional(), ...agentTurnOptions() }),
  ]),
);

const deliveryFields = once(() => ({
  channel: text().optional(),
  to: text().optional(),
  bestEffort: flag().optional(),
}));

const sessionTarget = once(() => z.enum(["main", "isolated"]));
const wakeMode = once(() => z.enum(["now", "next-heartbeat"]));
const deliveryMode = once(() => z.enum(["none", "announce"]));

/** A job as `cron.add` takes it, after `normaliseCronAdd`. */
export const cronJobCreate = once(() =>
  z.strictObject({
    name: nonEmpty(),
    agentId: orNull(nonEmpty()).optional(),
    description: text().optional(),
    enabled: flag().optional(),
    deleteAfterRun: flag().optional(),
    schedule: cronSchedule(),
    sessionTarget: sessionTarget(),
    wakeMode: wakeMode(),
    payload: payload(),
    delivery: z.strictObject({ mode: deliveryMode(), ...deliveryFields() }).optional(),
  }),
);
export type CronJobCreate = z.output<ReturnType<typeof cronJobCreate>>;

/** The `patch` of `cron.update`, after `normaliseCronUpdate`. */
export const cronJobPatch = once(() =>
  z.strictObject({
    name: nonEmpty().optional(),
    agentId: orNull(nonEmpty()).optional(),
    description: text().optional(),
    enabled: flag().optional(),
    deleteAfterRun: flag().optional(),
    schedule: cronSchedule().optional(),
    sessionTarget: sessionTarget().optional(),
    wakeMode: wakeMode().optional(),
    payload: payloadPatch().optional(),
    delivery: z.strictObject({ mode: deliveryMode().optional(), ...deliveryFields() }).optional(),
  }),
);
export type CronJobPatch = z.output<ReturnType<typeof cronJobPatch>>;

/** A job as the cron methods return it. */
export const cronJob = once(() =>
  open({
    id: nonEmpty(),
    agentId: text().optional(),
    name: text(),
    description: text().optional(),
    enabled: flag(),
    deleteAfterRun: flag().optional(),
    createdAtMs: timestamp(),
    updatedAtMs: timestamp(),
    schedule: z.discriminatedUnion("kind", [
      open({ kind: z.literal("at"), at: text() }),
      open({ kind: z.literal("every"), everyMs: count(), anchorMs: count().optional() }),
      open({ kind: z.literal("cron"), expr: text(), tz: text().optional() }),
    ]),
    sessionTarget: text(),
    wakeMode: wakeMode(),
    payload: open({
      kind: text(),
      /** `systemEvent` */
      text: text().optional(),
      /** `agentTurn`, from here on. */
      message: text().optional(),
      model: text().optional(),
      thinking: text().optional(),
      timeoutSeconds: count().optional(),
    }),
    delivery: open({
      mode: text(),
      channel: text().optional(),
      to: text().optional(),
      bestEffort: flag().optional(),
    }).optional(),
    state: open({
      nextRunAtMs: timestamp().optional(),
      runningAtMs: timestamp().optional(),
      lastRunAtMs: timestamp().optional(),
      lastStatus: z.enum(["ok", "error", "skipped"]).optional(),
      lastError: text().optional(),
      lastDurationMs: count().optional(),
      consecutiveErrors: count().optional(),
    }),
    /** Version 4 only, from here on. */
    nextRunAtMs: timestamp().optional(),
    configRevision: text().optional(),
  }),
);
export type CronJob = z.output<ReturnType<typeof cronJob>>;

const outcome = once(() => ({
  jobId: nonEmpty(),
  status: z.enum(["ok", "error", "skipped"]).optional(),
  error: text().optional(),
  summary: text().optional(),
  sessionId: text().optional(),
  sessionKey: text().optional(),
  runAtMs: timestamp().optional(),
  durationMs: count().optional(),
  nextRunAtMs: timestamp().optional(),
}));

/** One finished run in `cron.runs`. */
export const cronRunEntry = once(() =>
  open({
    ts: timestamp(),
    action: z.literal("finished"),
    ...outcome(),
    /** Version 4 only, from here on. */
    runId: text().optional(),
    completionStatus: text().optional(),
    delivered: flag().optional(),
    deliveryStatus: text().optional(),
    jobName: text().optional(),
  }),
);
export type CronRunEntry = z.output<ReturnType<typeof cronRunEntry>>;

/** Payload of the `cron` event. */
export const cronEvent = once(() =>
  open({ action: z.enum(["added", "updated", "removed", "started", "finished"]), ...outcome() }),
);
export type CronEvent = z.output<ReturnType<typeof cronEvent>>;
