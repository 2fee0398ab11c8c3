import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { systemClock } from "@openclaw/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CronJob } from "./job.ts";
import { type CronJobStore, createCronJobStore } from "./job-store.ts";
import { createCronRunLog } from "./run-log.ts";

let dir: string;
let path: string;
let store: CronJobStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "cron-"));
  path = join(dir, "cron", "jobs.json");
  store = createCronJobStore({ path, clock: systemClock, log: silentLog });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const job = (id: string, name = id): CronJob => ({
  id,
  name,
  enabled: true,
  createdAtMs: 1,
  updatedAtMs: 1,
  schedule: { kind: "every", everyMs: 1000, anchorMs: 1 },
  sessionTarget: "main",
  wakeMode: "now",
  payload: { kind: "systemEvent", text: 'a "text"\nof two lines' },
  state: { nextRunAtMs: 1001 },
});
const mapOf = (...jobs: CronJob[]) => new Map(jobs.map((one) => [one.id, one]));

describe("the store", () => {
  test("without a file is empty, and its file has the documented form, a copy, and is its owner's alone", async () => {
    expect((await store.read()).jobs.size).toBe(0);
    await store.write(mapOf(job("a"), job("b")));
    const text = readFileSync(path, "utf8");
    expect(text).toBe(`${JSON.stringify({ version: 1, jobs: [job("a"), job("b")] }, null, 2)}\n`);
    expect(readFileSync(`${path}.bak`, "utf8")).toBe(text);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = createCronJobStore({ path, clock: systemClock, log: silentLog });
    expect([...(await again.read()).jobs.values()]).toEqual([job("a"), job("b")]);
  });

  test("sees what somebody else wrote, JSON5 included, and does not read what it wrote itself", async () => {
    await store.write(mapOf(job("a")));
    expect(await store.read()).toMatchObject({ changed: false });
    writeFileSync(path, `// mine\n{ version: 1, jobs: [${JSON.stringify(job("c", "by hand"))},], }`);
    const found = await store.read();
    expect(found.changed).toBe(true);
    expect(found.jobs.get("c")?.name).toBe("by hand");
  });

  test("that cannot be parsed is an error that names it, and is not written over until it is repaired", async () => {
    await store.write(mapOf(job("a")));
    writeFileSync(path, '{ "jobs": [');
    await expect(store.read()).rejects.toThrow(`Failed to parse cron store at ${path}: `);
    await expect(store.write(mapOf(job("b")))).rejects.toThrow("Failed to parse cron store");
    expect(readFileSync(path, "utf8")).toBe('{ "jobs": [');
    writeFileSync(path, JSON.stringify({ jobs: [job("d")] }));
    expect([...(await store.read()).jobs.keys()]).toEqual(["d"]);
    await store.write(mapOf(job("e")));
    expect(readFileSync(path, "utf8")).toContain('"e"');
  });

  test("keeps entries it does not understand where they are", async () => {
    await store.write(mapOf(job("a")));
    writeFileSync(path, JSON.stringify({ version: 1, jobs: [{ id: "odd", plan: "none" }, job("a")] }));
    const { jobs } = await store.read();
    await store.write(jobs);
    expect(JSON.parse(readFileSync(path, "utf8")).jobs).toEqual([job("a"), { id: "odd", plan: "none" }]);
  });

  test("writes the newest of many states that were asked for at once", async () => {
    const states = Array.from({ length: 50 }, (_, index) => mapOf(job("a", `state ${index}`)));
    await Promise.all(states.map((state) => store.write(state)));
    expect(JSON.parse(readFileSync(path, "utf8")).jobs[0].name).toBe("state 49");
  });
});

describe("the run log", () => {
  const entry = (ts: number) => ({ ts, jobId: "a", action: "finished" as const, status: "ok" as const });

  test("gives the newest entries, oldest first, and passes over lines it cannot read", async () => {
    const log = createCronRunLog(join(dir, "runs"));
    expect(log.read("a", 10)).toEqual([]);
    await Promise.all([1, 2, 3].map((ts) => log.append(entry(ts))));
    writeFileSync(join(dir, "runs/a.jsonl"), '\n{"half":\n', { flag: "a" });
    await log.append(entry(4));
    expect(log.read("a", 2).map(({ ts }) => ts)).toEqual([3, 4]);
  });

  test("keeps its newest 2,000 lines when it has grown beyond 2 MB", async () => {
    const log = createCronRunLog(join(dir, "runs"));
    await log.append(entry(0));
    const lines = Array.from({ length: 20_000 }, (_, ts) => JSON.stringify({ ...entry(ts), summary: "x".repeat(60) }));
    writeFileSync(join(dir, "runs/a.jsonl"), `${lines.join("\n")}\n`);
    await log.append(entry(99_999));
    const kept = log.read("a", 5000);
    expect([kept.length, kept[0]?.ts, kept.at(-1)?.ts]).toEqual([2000, 18_001, 99_999]);
  });

  test("never leaves its folder, whatever a job is called", async () => {
    writeFileSync(join(dir, "jobs.jsonl"), `${JSON.stringify(entry(1))}\n`);
    const log = createCronRunLog(join(dir, "runs"));
    for (const id of ["../jobs", "..", "a/b", "a\\b", ""]) {
      expect(log.read(id, 5)).toEqual([]);
      await expect(log.append({ ...entry(1), jobId: id })).rejects.toThrow("cannot be the name of a run log");
    }
  });
});
