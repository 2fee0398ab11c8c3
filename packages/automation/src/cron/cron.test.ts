import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import type { CronEvent, CronJobCreate } from "@openclaw/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { type ManualTime, manualTime } from "../testing/manual-time.ts";
import { type Cron, type CronOptions, type CronOutcome, createCron, type RunCronJob } from "./cron.ts";
import type { CronJob } from "./job.ts";
import { createCronJobStore } from "./job-store.ts";
import { createCronRunLog } from "./run-log.ts";

const start = Date.parse("2026-03-01T12:00:00Z");
const minute = 60_000;
const hour = 60 * minute;
const iso = (ms: number) => new Date(ms).toISOString();

const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** A scheduler over a real store in a folder of its own, in a time that only passes when it is told to. */
function setUp(given: { dir?: string; at?: number; run?: RunCronJob } & Partial<CronOptions> = {}) {
  const dir = given.dir ?? mkdtempSync(join(tmpdir(), "cron-"));
  if (given.dir === undefined) cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "jobs.json");
  let busy = 0;
  let cron: Cron | undefined;
  const started: { id: string; at: number }[] = [];
  const events: CronEvent[] = [];
  const time: ManualTime = manualTime(given.at ?? start, async () => {
    // What a timer set off has ended when the scheduler is free again and nothing new has begun meanwhile.
    for (let quiet = 0, last = busy; quiet < 3; last = busy) {
      await cron?.status().catch(() => undefined);
      if (given.store === undefined) await new Promise((resolve) => setImmediate(resolve));
      quiet = last === busy ? quiet + 1 : 0;
    }
  });
  const run: RunCronJob = async (job, context) => {
    busy += 1;
    started.push({ id: job.id, at: time.now() });
    return (await given.run?.(job, context)) ?? { status: "ok" };
  };
  cron = createCron({
    store: createCronJobStore({ path, clock: time, log: silentLog }),
    runLog: createCronRunLog(join(dir, "runs")),
    clock: time,
    timers: time,
    log: silentLog,
    enabled: true,
    maxConcurrentRuns: 1,
    ...given,
    run,
    emit: (event) => {
      busy += 1;
      events.push(event);
    },
  });
  const made = cron;
  cleanUp.push(() => made.stop());
  return { cron: made, time, dir, path, started, events };
}

const every = (ms: number, text = "tick"): CronJobCreate => ({
  name: text,
  schedule: { kind: "every", everyMs: ms },
  sessionTarget: "main",
  wakeMode: "now",
  payload: { kind: "systemEvent", text },
});
const turn = (schedule: CronJobCreate["schedule"], timeoutSeconds?: number): CronJobCreate => ({
  name: "turn",
  schedule,
  sessionTarget: "isolated",
  wakeMode: "now",
  payload: { kind: "agentTurn", message: "look around", ...(timeoutSeconds ? { timeoutSeconds } : {}) },
  delivery: { mode: "announce" },
});
/** Half a million looks a year are not to wait for a disk. */
function inMemory(): Pick<CronOptions, "store" | "runLog"> {
  let jobs: ReadonlyMap<string, CronJob> = new Map();
  return {
    store: {
      path: "/memory",
      read: async () => ({ jobs, changed: false }),
      write: async (next) => {
        jobs = next;
      },
    },
    runLog: { append: async () => {}, read: () => [] },
  };
}
/** A run whose end the test decides. */
function heldRun() {
  const held: { job: CronJob; signal: AbortSignal; end(outcome?: CronOutcome): void }[] = [];
  const run: RunCronJob = (job, { signal }) =>
    new Promise((resolve) => held.push({ job, signal, end: (outcome = { status: "ok" }) => resolve(outcome) }));
  return { held, run };
}

describe("a job that recurs", () => {
  test("runs once in each of its slots, also when it ends within the second of its slot", async () => {
    const { cron, time, started } = setUp();
    await cron.start();
    const schedule = { kind: "cron" as const, expr: "* * * * *", tz: "UTC" };
    const { id } = await cron.add({ ...every(1), schedule, wakeMode: "next-heartbeat" });
    await time.pass(2 * minute);
    expect(cron.runs(id)).toHaveLength(2);
    await time.pass(3 * minute);
    const slots = [1, 2, 3, 4, 5].map((count) => `2026-03-01T12:0${count}:00.000Z`);
    expect(started.map(({ at }) => iso(at))).toEqual(slots);
    expect(cron.runs(id).map(({ runAtMs }) => iso(runAtMs ?? 0))).toEqual(slots);
  });

  test("runs through a year with its changes of the clocks, at the time of its people", async () => {
    const { cron, time, started } = setUp({ at: Date.parse("2026-01-01T00:00:00Z"), ...inMemory() });
    await cron.start();
    await cron.add({ ...every(1), schedule: { kind: "cron", expr: "30 2 * * *", tz: "Europe/Paris" } });
    await time.pass(365 * 24 * hour);
    expect(started).toHaveLength(365);
    const local = new Intl.DateTimeFormat("de", { timeZone: "Europe/Paris", timeStyle: "short" });
    const odd = started
      .map(({ at }) => `${iso(at).slice(0, 10)} ${local.format(at)}`)
      .filter((at) => !at.endsWith("02:30"));
    expect(odd).toEqual(["2026-03-29 03:00"]);
  }, 60_000);

  test("is not begun while it still runs, and then at its next slot", async () => {
    const { held, run } = heldRun();
    const { cron, time, started } = setUp({ run });
    await cron.start();
    await cron.add(every(minute));
    await time.pass(3 * minute + 1000);
    expect(started).toHaveLength(1);
    held[0]?.end();
    await time.pass(minute);
    expect(started.map(({ at }) => at - start)).toEqual([minute, 4 * minute]);
  });

  test("waits longer after each failure in a row, and as usual after a success", async () => {
    let status: CronOutcome["status"] = "error";
    const { cron, time, started } = setUp({
      run: async () => (status === "ok" ? { status } : { status, error: "no network" }),
    });
    await cron.start();
    const { id } = await cron.add(every(10_000));
    await time.pass(3 * hour);
    const gaps = started.slice(1).map(({ at }, index) => (at - (started[index]?.at ?? 0)) / minute);
    expect(gaps.slice(0, 5)).toEqual([0.5, 1, 5, 15, 60]);
    expect((await cron.list())[0]?.state).toMatchObject({ lastStatus: "error", lastError: "no network" });
    status = "ok";
    expect(await cron.run(id)).toEqual({ ran: true });
    const { state } = (await cron.list())[0] as CronJob;
    expect(state).toMatchObject({ lastStatus: "ok", consecutiveErrors: 0 });
    expect(state).not.toHaveProperty("lastError");
    expect((state.nextRunAtMs ?? 0) - time.now()).toBeLessThanOrEqual(10_000);
  });
});

describe("a job that runs once", () => {
  const at = iso(start + hour);

  test("is gone after it went well, and stays, switched off, when it is to be kept or went wrong", async () => {
    let status: CronOutcome["status"] = "ok";
    const { cron, time, events } = setUp({ run: async () => ({ status }) });
    await cron.start();
    const { id } = await cron.add({ ...turn({ kind: "at", at }), deleteAfterRun: true });
    const kept = await cron.add({ ...turn({ kind: "at", at }), deleteAfterRun: false });
    await time.pass(hour);
    expect((await cron.list({ includeDisabled: true })).map((job) => [job.id, job.enabled])).toEqual([
      [kept.id, false],
    ]);
    expect(events.filter(({ jobId }) => jobId === id).map(({ action }) => action)).toEqual([
      "added",
      "started",
      "finished",
      "removed",
    ]);
    status = "error";
    const failed = await cron.add({ ...turn({ kind: "at", at: iso(start + 2 * hour) }), deleteAfterRun: true });
    await time.pass(5 * hour);
    const left = (await cron.list({ includeDisabled: true })).find((job) => job.id === failed.id);
    expect(left).toMatchObject({ enabled: false, state: { lastStatus: "error" } });
    expect(left?.state).not.toHaveProperty("nextRunAtMs");
  });
});

describe("time away", () => {
  test("is caught up on once for each job, whatever was missed, and not for a moment that was served", async () => {
    const before = setUp();
    await before.cron.start();
    await before.cron.add(every(minute));
    await before.cron.add(turn({ kind: "at", at: iso(start + hour) }));
    await before.cron.add({ ...turn({ kind: "at", at: iso(start + minute) }), deleteAfterRun: false });
    await before.time.pass(minute);
    expect(before.started).toHaveLength(2);
    await before.cron.stop();

    const after = setUp({ dir: before.dir, at: start + 5 * hour, maxConcurrentRuns: 3 });
    await after.cron.start();
    await after.time.pass(30_000);
    expect(after.started).toHaveLength(2);
    const recurring = (await after.cron.list()).find(({ schedule }) => schedule.kind === "every");
    expect(recurring?.state.nextRunAtMs).toBe(start + 5 * hour + minute);
  });

  test("that cut a run off: the run is not begun again for its slot, unless it goes on by itself", async () => {
    const { run } = heldRun();
    const before = setUp({ run });
    await before.cron.start();
    const { id } = await before.cron.add(every(hour));
    await before.time.pass(hour);
    const atDeath = readFileSync(before.path, "utf8");
    expect(JSON.parse(atDeath).jobs[0].state.runningAtMs).toBe(start + hour);

    const after = setUp({ at: start + hour + 5000 });
    writeFileSync(after.path, atDeath);
    await after.cron.start();
    expect((await after.cron.list())[0]?.state).toEqual({ nextRunAtMs: start + 2 * hour });
    await after.time.pass(minute);
    expect(after.started).toEqual([]);

    const resumed = setUp({ at: start + hour + 5000, isResumed: (job) => job.id === id });
    writeFileSync(resumed.path, atDeath);
    await resumed.cron.start();
    expect(await resumed.cron.run(id)).toEqual({ ran: false, reason: "already-running" });
    await resumed.cron.finished(id, { status: "ok", summary: "all well" });
    expect((await resumed.cron.list())[0]?.state).toMatchObject({ lastStatus: "ok", nextRunAtMs: start + 2 * hour });
    expect(resumed.cron.runs(id)).toMatchObject([{ summary: "all well", runAtMs: start + hour }]);
  });

  test("that a clock made up: slots are found by the clock, looked at once a minute", async () => {
    const { cron, time, started } = setUp();
    await cron.start();
    await cron.add(every(10 * hour));
    time.set(start + 11 * hour);
    await time.pass(minute);
    expect(started).toHaveLength(1);
    time.set(start);
    await time.pass(10 * minute);
    expect(started).toHaveLength(1);
  });
});

describe("running", () => {
  test("keeps to the limit, in the order in which the jobs were due, and lets others in as one ends", async () => {
    const { held, run } = heldRun();
    const { cron, time } = setUp({ run, maxConcurrentRuns: 2 });
    await cron.start();
    for (const [index, name] of ["third", "second", "first"].entries()) {
      await cron.add({
        ...every(hour, name),
        schedule: { kind: "every", everyMs: hour, anchorMs: start + hour - index },
      });
    }
    await time.pass(hour + minute);
    expect(held.map(({ job }) => job.name)).toEqual(["first", "second"]);
    held[1]?.end();
    await time.pass(1000);
    expect(held.map(({ job }) => job.name)).toEqual(["first", "second", "third"]);
  });

  test("holds nobody up who asks meanwhile", async () => {
    const { held, run } = heldRun();
    const { cron, time } = setUp({ run });
    await cron.start();
    const { id } = await cron.add(every(minute));
    await time.pass(minute);
    expect(held).toHaveLength(1);
    expect((await cron.status()).jobs).toBe(1);
    expect((await cron.add(every(hour))).state.nextRunAtMs).toBe(start + minute + hour);
    expect(await cron.run(id)).toEqual({ ran: false, reason: "already-running" });
    held[0]?.end({ status: "skipped", error: "quiet-hours" });
    await time.pass(1000);
    expect(cron.runs(id)).toMatchObject([{ status: "skipped", error: "quiet-hours", durationMs: 1000 - 1000 }]);
  });

  test("ends at its time limit: the work is told to stop, and a later end of it counts for nothing", async () => {
    const { held, run } = heldRun();
    const { cron, time } = setUp({ run });
    await cron.start();
    const { id } = await cron.add(turn({ kind: "every", everyMs: 24 * hour }, 30));
    await cron.add(every(30 * hour));
    const forced = cron.run(id);
    await time.pass(30_000);
    await forced;
    expect(held[0]?.signal.aborted).toBe(true);
    expect((await cron.list()).find((job) => job.id === id)?.state).toMatchObject({
      lastStatus: "error",
      lastError: "cron: job execution timed out",
    });
    held[0]?.end();
    await time.pass(1000);
    expect(cron.runs(id)).toHaveLength(1);
  });

  test("by hand takes a disabled job too and leaves it so; `due` only when its time has come", async () => {
    const { cron, started } = setUp({ enabled: false });
    await cron.start();
    const { id } = await cron.add({ ...every(minute), enabled: false });
    expect(await cron.run(id, "due")).toEqual({ ran: false, reason: "not-due" });
    expect(await cron.run(id)).toEqual({ ran: true });
    expect(started).toHaveLength(1);
    expect((await cron.list({ includeDisabled: true }))[0]).toMatchObject({ enabled: false });
    await expect(cron.run("nobody")).rejects.toThrow("unknown cron job id: nobody");
  });

  test("of a job that throws is an error with its message", async () => {
    const { cron } = setUp({ run: () => Promise.reject(new Error("the model is gone")) });
    const { id } = await cron.add(every(minute));
    await cron.run(id);
    expect(cron.runs(id)).toMatchObject([{ status: "error", error: "the model is gone" }]);
  });
});

describe("managing", () => {
  test("a switched off scheduler keeps its jobs and fires none", async () => {
    const { cron, time, started } = setUp({ enabled: false });
    await cron.start();
    await cron.add(every(minute));
    await time.pass(hour);
    expect(started).toEqual([]);
    expect(await cron.status()).toMatchObject({ enabled: false, jobs: 1, nextWakeAtMs: null });
    expect(time.waiting).toBe(0);
  });

  test("a refused patch changes nothing, here or on the disk", async () => {
    const { cron, path } = setUp();
    const { id } = await cron.add(every(minute));
    const text = readFileSync(path, "utf8");
    await expect(cron.update(id, { payload: { kind: "agentTurn" } })).rejects.toThrow("requires message");
    await expect(cron.update(id, { schedule: { kind: "cron", expr: "x" } })).rejects.toThrow("Invalid schedule.expr");
    await expect(cron.update("nobody", { name: "x" })).rejects.toThrow("unknown cron job id: nobody");
    expect(readFileSync(path, "utf8")).toBe(text);
    expect((await cron.list())[0]?.payload.kind).toBe("systemEvent");
  });

  test("looking takes no slot away that is due and has not run", async () => {
    const { held, run } = heldRun();
    const { cron, time } = setUp({ run });
    await cron.start();
    const slow = await cron.add(every(minute, "slow"));
    const late = await cron.add(every(2 * minute, "late"));
    await time.pass(3 * minute);
    for (const _ of [1, 2]) await cron.list();
    expect((await cron.list()).find(({ id }) => id === late.id)?.state.nextRunAtMs).toBe(start + 2 * minute);
    held[0]?.end();
    await time.pass(1);
    expect(held.map(({ job }) => job.name)).toEqual(["slow", "late"]);
    expect(slow.state.nextRunAtMs).toBe(start + minute);
  });

  test("a removed job is gone, its log stays, and removing it again says so", async () => {
    const { cron } = setUp();
    const { id } = await cron.add(every(minute));
    await cron.run(id);
    expect(await cron.remove(id)).toEqual({ removed: true });
    expect(await cron.remove(id)).toEqual({ removed: false });
    expect(cron.runs(id)).toHaveLength(1);
  });

  test("an edit of the file is taken up at the next look", async () => {
    const { cron, time, path, started } = setUp();
    await cron.start();
    await cron.add(every(minute));
    const file = JSON.parse(readFileSync(path, "utf8"));
    file.jobs.push({ id: "by-hand", schedule: { everyMs: 30_000 }, payload: { text: "hello" }, createdAtMs: start });
    writeFileSync(path, JSON.stringify(file));
    await time.pass(2 * minute);
    expect(started.map(({ id }) => id)).toContain("by-hand");
  });

  test("a store that cannot be read stops nothing else, is told to whoever asks, and works again once it is mended", async () => {
    const { cron, time, path, started } = setUp();
    await cron.start();
    await cron.add(every(minute));
    const text = readFileSync(path, "utf8");
    writeFileSync(path, "{ jobs: [");
    await time.pass(3 * minute);
    await expect(cron.list()).rejects.toThrow(`Failed to parse cron store at ${path}`);
    await expect(cron.add(every(minute))).rejects.toThrow("Failed to parse cron store");
    expect(readFileSync(path, "utf8")).toBe("{ jobs: [");
    expect(started).toEqual([]);
    writeFileSync(path, text);
    await time.pass(3 * minute);
    expect(started.length).toBeGreaterThan(0);
  });

  test("a marker of a run that nobody ends is cleared after two hours", async () => {
    const { cron, time, started } = setUp({ run: () => new Promise(() => {}) });
    await cron.start();
    await cron.add(turn({ kind: "every", everyMs: hour }, 3 * 3600));
    await cron.add(every(90 * minute));
    await time.pass(hour);
    expect(started).toHaveLength(1);
    await time.pass(4 * hour);
    expect(started.length).toBeGreaterThan(1);
  });
});
