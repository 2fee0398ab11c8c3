import type { CronJob, CronRunEntry } from "@openclaw/protocol";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type CronMethod =
  | "cron.list"
  | "cron.status"
  | "cron.get"
  | "cron.add"
  | "cron.update"
  | "cron.remove"
  | "cron.run"
  | "cron.runs";

const mostListed = 200;

/** `cron.*`: jobs and their runs. The scheduler is loaded by the first call, where no job has done so before. */
export function cronMethods({ automation }: MethodContext): HandlersOf<CronMethod> {
  return {
    async "cron.list"(params, { session }) {
      const desk = await automation.cron();
      const jobs = await desk.list({ includeDisabled: params.includeDisabled });
      if (session.protocol === 3) return { jobs };
      const listed = await desk.list({ includeDisabled: params.includeDisabled === true || "enabled" in params });
      return listedPage(listed, params);
    },
    async "cron.status"() {
      return (await automation.cron()).status();
    },
    async "cron.get"(params) {
      return shownJob(await (await automation.cron()).get(idOf(params)));
    },
    async "cron.add"(params) {
      return (await automation.cron()).add(params);
    },
    async "cron.update"(params) {
      return (await automation.cron()).update(idOf(params), params.patch);
    },
    async "cron.remove"(params) {
      const { removed } = await (await automation.cron()).remove(idOf(params));
      return { ok: true as const, removed };
    },
    async "cron.run"(params, { session }) {
      const desk = await automation.cron();
      const id = idOf(params);
      if (session.protocol === 3) return { ok: true as const, ...(await desk.run(id, params.mode)) };
      const begun = await desk.enqueue(id, params.mode);
      return "runId" in begun
        ? { ok: true as const, enqueued: true as const, runId: begun.runId, processInstanceId: automation.instanceId }
        : { ok: true as const, ...begun };
    },
    async "cron.runs"(params, { session }) {
      const desk = await automation.cron();
      if (session.protocol === 3) return { entries: desk.runs(idOf(params), params.limit) };
      return runsPage(desk.runs(idOf(params), Number.MAX_SAFE_INTEGER), params);
    },
  };
}

/** Both spellings are accepted, `id` first. */
function idOf(params: { id?: string | undefined; jobId?: string | undefined }): string {
  const id = params.id ?? params.jobId;
  if (id === undefined) throw invalidRequest("invalid cron params: missing id");
  return id;
}

interface ListRequest {
  limit?: number | undefined;
  offset?: number | undefined;
  query?: string | undefined;
  enabled?: unknown;
  scheduleKind?: string | undefined;
  lastRunStatus?: string | undefined;
  sortBy?: string | undefined;
  sortDir?: "asc" | "desc" | undefined;
  agentId?: string | undefined;
}

/** What version 4 lists: filtered, sorted, in pages. */
function listedPage(jobs: readonly Omit<CronJob, never>[], request: ListRequest) {
  const query = request.query?.trim().toLowerCase();
  const wanted = enabledFilter(request.enabled);
  const found = jobs.filter(
    (job) =>
      (wanted === undefined || job.enabled === wanted) &&
      (request.scheduleKind === undefined ||
        request.scheduleKind === "all" ||
        job.schedule.kind === request.scheduleKind) &&
      (request.agentId === undefined || job.agentId === request.agentId) &&
      (request.lastRunStatus === undefined ||
        request.lastRunStatus === "all" ||
        (job.state.lastStatus ?? "unknown") === request.lastRunStatus) &&
      (query === undefined ||
        query === "" ||
        `${job.name} ${job.description ?? ""} ${job.id}`.toLowerCase().includes(query)),
  );
  const key = sortKeys[request.sortBy ?? "nextRunAtMs"] ?? sortKeys.nextRunAtMs;
  const sorted = key === undefined ? found : [...found].sort((a, b) => compare(key(a), key(b)));
  if (request.sortDir === "desc") sorted.reverse();
  const offset = request.offset ?? 0;
  const limit = request.limit ?? Math.min(Math.max(sorted.length, 1), mostListed);
  const page = sorted.slice(offset, offset + limit).map(shownJob);
  return { jobs: page, ...paging(sorted.length, offset, limit, page.length) };
}

/** A job with what version 4 knows of it besides. */
function shownJob(job: CronJob) {
  return {
    ...job,
    ...(job.state.nextRunAtMs === undefined ? {} : { nextRunAtMs: job.state.nextRunAtMs }),
    configRevision: String(job.updatedAtMs),
  };
}

const sortKeys: Readonly<Record<string, (job: CronJob) => string | number>> = {
  nextRunAtMs: ({ state }) => state.nextRunAtMs ?? 0,
  name: ({ name }) => name.toLowerCase(),
  updatedAtMs: ({ updatedAtMs }) => updatedAtMs,
  createdAtMs: ({ createdAtMs }) => createdAtMs,
  lastRunAtMs: ({ state }) => state.lastRunAtMs ?? 0,
};

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function enabledFilter(value: unknown): boolean | undefined {
  if (value === true || value === "enabled" || value === "true") return true;
  if (value === false || value === "disabled" || value === "false") return false;
  return undefined;
}

/** What version 4 shows of runs: the newest first, in pages. */
function runsPage(
  entries: readonly CronRunEntry[],
  {
    limit,
    offset = 0,
    runId,
    status,
  }: { limit: number; offset?: number | undefined; runId?: unknown; status?: unknown },
) {
  const all = entries
    .map((entry) => ({
      ...entry,
      ...(entry.runAtMs === undefined ? {} : { runId: `cron:${entry.jobId}:${entry.runAtMs}` }),
      completionStatus: entry.status === "ok" ? "succeeded" : entry.status === "error" ? "failed" : "skipped",
    }))
    .filter(
      (entry) =>
        (runId === undefined || entry.runId === runId) &&
        (status === undefined || status === "all" || entry.status === status),
    )
    .reverse();
  const page = all.slice(offset, offset + limit);
  return { entries: page, ...paging(all.length, offset, limit, page.length) };
}

function paging(total: number, offset: number, limit: number, shown: number) {
  const end = offset + shown;
  const hasMore = end < total;
  return { total, offset, limit, hasMore, nextOffset: hasMore ? end : null };
}
