import { appendFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { GroupCommit, type LogOptions, openLog, type StorageProblem } from "./index.ts";
import { manualClock } from "./testing/manual-clock.ts";
import { tempDir } from "./testing/temp-dir.ts";

function setUp(overrides: Partial<LogOptions> = {}) {
  const problems: StorageProblem[] = [];
  const dir = join(tempDir(), "log");
  const options: LogOptions = {
    dir,
    clock: manualClock(),
    commit: new GroupCommit({ fsync: "off" }),
    onProblem: (problem) => problems.push(problem),
    ...overrides,
  };
  return { problems, dir, open: () => openLog<unknown>(options) };
}

const offsets = (records: Iterable<{ offset: number }>) => [...records].map(({ offset }) => offset);

it("numbers records from 0 on, across restarts, and reads from any of them", async () => {
  const { open } = setUp();
  const log = open();
  expect([...log.read()]).toEqual([]);
  expect([await log.append("a"), await log.append({ b: 1 })]).toEqual([0, 1]);
  const reopened = open();
  expect(await reopened.append(null)).toBe(2);
  expect([...reopened.read()]).toEqual([
    { offset: 0, record: "a" },
    { offset: 1, record: { b: 1 } },
    { offset: 2, record: null },
  ]);
  expect(offsets(reopened.read(1))).toEqual([1, 2]);
  expect(offsets(reopened.read(3))).toEqual([]);
});

it("goes on in new segments and skips those before the offset that is asked for", async () => {
  const { open, dir } = setUp({ segmentBytes: 1024 });
  const log = open();
  for (let i = 0; i < 200; i += 1) await log.append({ i, text: "x".repeat(50) });
  expect(readdirSync(dir).length).toBeGreaterThan(10);
  for (const each of [log, open()]) {
    expect(offsets(each.read())).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect([...each.read(150)][0]).toMatchObject({ offset: 150, record: { i: 150 } });
  }
});

it("forgets what is before an offset and deletes the segments that hold nothing else", async () => {
  const { open, dir } = setUp({ segmentBytes: 1024 });
  const log = open();
  for (let i = 0; i < 100; i += 1) await log.append({ i, text: "x".repeat(50) });
  const before = readdirSync(dir).length;
  await log.truncateBefore(50);
  await log.truncateBefore(20);
  expect(readdirSync(dir).length).toBeLessThan(before);
  for (const each of [log, open()]) expect(offsets(each.read())).toEqual(Array.from({ length: 50 }, (_, i) => 50 + i));

  await log.truncateBefore(1000);
  expect(readdirSync(dir)).toEqual(["00000100.jsonl"]);
  for (const each of [log, open()]) expect(offsets(each.read())).toEqual([]);
  const reopened = open();
  expect(await reopened.append("next")).toBe(100);
  await reopened.truncateBefore(100);
  for (const each of [reopened, open()]) expect(offsets(each.read())).toEqual([100]);
});

it("reads what was there when reading began", async () => {
  const log = setUp().open();
  await log.append(0);
  const reading = log.read()[Symbol.iterator]();
  expect(reading.next().value).toEqual({ offset: 0, record: 0 });
  await log.append(1);
  expect(reading.next().done).toBe(true);
});

it("gives the number of a torn record to the next one, reads around damage, refuses newer formats", async () => {
  const { open, dir, problems } = setUp();
  const log = open();
  for (const record of ["a", "b"]) await log.append(record);
  const path = join(dir, "00000000.jsonl");
  truncateSync(path, statSync(path).size - 3);
  expect(await open().append("c")).toBe(1);
  appendFileSync(path, "garbage\n");
  expect([...open().read()].map(({ record }) => record)).toEqual(["a", "c"]);
  expect(problems.map(({ kind }) => kind)).toEqual(["torn-line", "garbage-line"]);
  writeFileSync(join(dir, "00000050.jsonl"), '{"format":3}\n');
  expect(open).toThrow(expect.objectContaining({ code: "newer-format" }));
});

it("refuses records after close", async () => {
  const log = setUp().open();
  await log.append(1);
  await log.close();
  await expect(log.append(2)).rejects.toMatchObject({ code: "closed" });
  await expect(log.truncateBefore(1)).rejects.toMatchObject({ code: "closed" });
});
