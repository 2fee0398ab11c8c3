import { type CronJobCreate, type CronJobPatch, cronJobCreate, normaliseCronAdd } from "@openclaw/protocol";
import { CronInputError, type CronSchedule, checkSchedule } from "./schedule.ts";

/** How a run ended. */
export type CronStatus = "ok" | "error" | "skipped";

/** What the scheduler remembers of a job. Times in ms since the epoch. */
export interface CronJobState {
  readonly nextRunAtMs?: number | undefined;
  /** Set while a run is under way. */
  readonly runningAtMs?: number | undefined;
  readonly lastRunAtMs?: number | undefined;
  readonly lastStatus?: CronStatus | undefined;
  readonly lastError?: string | undefined;
  readonly lastDurationMs?: number | undefined;
  /** Failures in a row. */
  readonly consecutiveErrors?: number | undefined;
}

/** A job as it stands in the store. Never changed in place: a change makes a new object. */
export interface CronJob {
  readonly id: string;
  readonly agentId?: string | undefined;
  readonly name: string;
  readonly description?: string | undefined;
  readonly enabled: boolean;
  readonly deleteAfterRun?: boolean | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly schedule: CronSchedule;
  readonly sessionTarget: CronJobCreate["sessionTarget"];
  readonly wakeMode: CronJobCreate["wakeMode"];
  readonly payload: CronJobCreate["payload"];
  readonly delivery?: CronJobCreate["delivery"];
  readonly state: CronJobState;
}

/**
 * A new job.
 * @throws CronInputError when its parts do not go together or its schedule cannot be
 */
export function createJob(input: CronJobCreate, id: string, now: number): CronJob {
  const { agentId, schedule, ...rest } = input;
  return checkJob({
    id,
    ...(agentId ? { agentId } : {}),
    ...rest,
    enabled: input.enabled ?? true,
    createdAtMs: now,
    updatedAtMs: now,
    schedule: checkSchedule(schedule, now, now),
    state: {},
  });
}

/**
 * A job with a patch applied; the given one stays as it is.
 * @throws CronInputError when the result would not go together
 */
export function patchJob(job: CronJob, patch: CronJobPatch, now: number): CronJob {
  const { agentId, schedule, payload, delivery, ...fields } = patch;
  const sessionTarget = patch.sessionTarget ?? job.sessionTarget;
  const anchor = schedule?.kind === "every" ? now : job.createdAtMs;
  const merged = sessionTarget === "main" && delivery === undefined ? undefined : mergeDelivery(job.delivery, delivery);
  const next: CronJob = {
    ...job,
    ...withoutUndefined(fields),
    sessionTarget,
    schedule: schedule ? checkSchedule(schedule, now, anchor) : job.schedule,
    payload: payload ? mergePayload(job.payload, payload) : job.payload,
    updatedAtMs: now,
    agentId: agentId === undefined ? job.agentId : (agentId ?? undefined),
    delivery: merged,
  };
  return checkJob(withoutUndefined(next));
}

type Payload = CronJob["payload"];

function mergePayload(payload: Payload, patch: NonNullable<CronJobPatch["payload"]>): Payload {
  if (patch.kind === "systemEvent") {
    const text = patch.text ?? (payload.kind === "systemEvent" ? payload.text : undefined);
    if (!text) throw new CronInputError('cron.update payload.kind="systemEvent" requires text');
    return { kind: "systemEvent", text };
  }
  const same = payload.kind === "agentTurn" ? payload : undefined;
  const message = patch.message ?? same?.message;
  if (!message) throw new CronInputError('cron.update payload.kind="agentTurn" requires message');
  return { ...same, ...withoutUndefined(patch), message };
}

function mergeDelivery(delivery: CronJob["delivery"], patch: CronJobPatch["delivery"]): CronJob["delivery"] {
  if (patch === undefined) return delivery;
  const merged = { mode: "none" as const, ...delivery, ...withoutUndefined(patch) };
  return withoutUndefined({ ...merged, channel: merged.channel || undefined, to: merged.to || undefined });
}

function checkJob(job: CronJob): CronJob {
  const fail = (message: string) => {
    throw new CronInputError(message);
  };
  if (job.name.trim() === "") fail("cron job name is required");
  if (job.sessionTarget === "main" && job.payload.kind !== "systemEvent") {
    fail('main cron jobs require payload.kind="systemEvent"');
  }
  if (job.sessionTarget === "isolated" && job.payload.kind !== "agentTurn") {
    fail('isolated cron jobs require payload.kind="agentTurn"');
  }
  if (job.sessionTarget === "main" && job.delivery !== undefined) {
    fail('cron delivery config is only supported for sessionTarget="isolated"');
  }
  return job;
}

/**
 * A job as it was found in a store, which people edit by hand and older releases have written: what is missing is filled
 * in as `cron.add` would. Undefined when it is none. The same object when there was nothing to do.
 */
export function repairJob(found: unknown, now: number): CronJob | undefined {
  if (!isRecord(found) || typeof found.id !== "string" || found.id === "") return undefined;
  if (isComplete(found)) return found;
  const { id, createdAtMs, updatedAtMs, state, ...input } = found;
  const parsed = cronJobCreate().safeParse(normaliseCronAdd(input));
  if (!parsed.success) return undefined;
  const created = timeOr(createdAtMs, now);
  const { agentId, delivery, ...fields } = parsed.data;
  const job: CronJob = {
    id,
    ...fields,
    ...(agentId ? { agentId } : {}),
    enabled: fields.enabled ?? true,
    createdAtMs: created,
    updatedAtMs: timeOr(updatedAtMs, created),
    schedule:
      fields.schedule.kind === "every"
        ? { ...fields.schedule, anchorMs: fields.schedule.anchorMs ?? created }
        : fields.schedule,
    ...(delivery && fields.sessionTarget === "isolated" ? { delivery } : {}),
    state: isRecord(state) ? state : {},
  };
  try {
    return checkJob(job);
  } catch (error) {
    if (error instanceof CronInputError) return undefined;
    throw error;
  }
}

/** Whether a record has all that a job must have. Looked at for each of perhaps thousands, so by hand. */
function isComplete(found: Record<string, unknown>): found is Record<string, unknown> & CronJob {
  const { name, enabled, createdAtMs, updatedAtMs, schedule, sessionTarget, wakeMode, payload, delivery, state } =
    found;
  if (typeof name !== "string" || name.trim() === "" || typeof enabled !== "boolean") return false;
  if (typeof createdAtMs !== "number" || typeof updatedAtMs !== "number") return false;
  if (wakeMode !== "now" && wakeMode !== "next-heartbeat") return false;
  if (!isRecord(schedule) || !isRecord(payload) || !isRecord(state)) return false;
  const timed =
    schedule.kind === "cron"
      ? typeof schedule.expr === "string"
      : schedule.kind === "every"
        ? typeof schedule.everyMs === "number" && schedule.everyMs >= 1 && typeof schedule.anchorMs === "number"
        : schedule.kind === "at" && typeof schedule.at === "string";
  if (!timed) return false;
  if (sessionTarget === "main") {
    return payload.kind === "systemEvent" && typeof payload.text === "string" && delivery === undefined;
  }
  if (sessionTarget !== "isolated" || payload.kind !== "agentTurn" || typeof payload.message !== "string") return false;
  return isRecord(delivery) && (delivery.mode === "announce" || delivery.mode === "none");
}

function timeOr(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withoutUndefined<T extends object>(given: T): T {
  const value = { ...given };
  for (const name of Object.keys(value)) {
    if (Reflect.get(value, name) === undefined) Reflect.deleteProperty(value, name);
  }
  return value;
}
