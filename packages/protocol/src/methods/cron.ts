import { z } from "zod";
import { method } from "../contract.ts";
import { normaliseCronAdd, normaliseCronUpdate } from "../cron-input.ts";
import { cronJob, cronJobCreate, cronJobPatch, cronRunEntry } from "../cron-job.ts";
import { anything, count, flag, integer, nonEmpty, noParams, open, text, timestamp } from "../fields.ts";
import { once } from "../once.ts";

/** Both spellings of a job's id are accepted; `id` wins when both are given. */
function withJobId<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.union([
    z.strictObject({ id: nonEmpty(), jobId: nonEmpty().optional(), ...shape }),
    z.strictObject({ jobId: nonEmpty(), ...shape }),
  ]);
}

const paging = once(() => ({
  /** Version 4 only. */
  total: count().optional(),
  offset: count().optional(),
  limit: count().optional(),
  hasMore: flag().optional(),
  nextOffset: count().nullable().optional(),
}));

export const cronMethods = {
  "cron.list": method("cron.list", {
    scope: "operator.read",
    params: () => z.strictObject({ includeDisabled: flag().optional() }),
    v4Params: (v3) =>
      v3.extend({
        limit: integer(1, 200).optional(),
        offset: integer(0).optional(),
        query: text().optional(),
        enabled: anything().optional(),
        scheduleKind: text().optional(),
        lastRunStatus: text().optional(),
        sortBy: text().optional(),
        sortDir: z.enum(["asc", "desc"]).optional(),
        agentId: nonEmpty().optional(),
        compact: flag().optional(),
      }),
    result: () => open({ jobs: z.array(cronJob()), ...paging() }),
  }),
  "cron.status": method("cron.status", {
    scope: "operator.read",
    params: noParams,
    result: () => open({ enabled: flag(), storePath: text(), jobs: count(), nextWakeAtMs: timestamp().nullable() }),
  }),
  "cron.get": method("cron.get", {
    scope: "operator.read",
    only: 4,
    params: () => withJobId({}),
    result: cronJob,
  }),
  "cron.add": method("cron.add", {
    scope: "operator.admin",
    prepare: normaliseCronAdd,
    params: cronJobCreate,
    result: cronJob,
  }),
  "cron.update": method("cron.update", {
    scope: "operator.admin",
    prepare: normaliseCronUpdate,
    params: () => withJobId({ patch: cronJobPatch() }),
    result: cronJob,
  }),
  "cron.remove": method("cron.remove", {
    scope: "operator.admin",
    params: () => withJobId({}),
    result: () => open({ ok: z.literal(true), removed: flag() }),
  }),
  "cron.run": method("cron.run", {
    scope: "operator.admin",
    params: () => withJobId({ mode: z.enum(["due", "force"]).default("force") }),
    result: () =>
      z.union([
        open({ ok: z.literal(true), ran: z.literal(true) }),
        open({ ok: z.literal(true), ran: z.literal(false), reason: z.enum(["not-due", "already-running"]) }),
        // Version 4 does not wait for the run.
        open({
          ok: z.literal(true),
          enqueued: z.literal(true),
          runId: nonEmpty(),
          processInstanceId: nonEmpty().optional(),
        }),
      ]),
  }),
  "cron.runs": method("cron.runs", {
    scope: "operator.read",
    params: () => withJobId({ limit: integer(1, 5_000).default(200) }),
    // Version 4 has more filters than are named here; they are dropped.
    v4Params: () =>
      z.object({
        id: nonEmpty().optional(),
        jobId: nonEmpty().optional(),
        limit: integer(1, 200).default(50),
        scope: text().optional(),
        runId: nonEmpty().optional(),
        offset: integer(0).optional(),
        status: text().optional(),
      }),
    result: () => open({ entries: z.array(cronRunEntry()), ...paging() }),
  }),
};
