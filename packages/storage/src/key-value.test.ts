import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConflictError, GroupCommit, type KeyValueOptions, openKeyValue, type StorageProblem } from "./index.ts";
import { manualClock } from "./testing/manual-clock.ts";
import { tempDir } from "./testing/temp-dir.ts";

function setUp(overrides: Partial<KeyValueOptions> = {}) {
  const problems: StorageProblem[] = [];
  const dir = join(tempDir(), "kv");
  const options: KeyValueOptions = {
    dir,
    clock: manualClock(),
    commit: new GroupCommit({ fsync: "off" }),
    onProblem: (problem) => problems.push(problem),
    ...overrides,
  };
  return {
    problems,
    dir,
    open: () => openKeyValue<unknown>(options),
    bytes: () => readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0),
  };
}

describe("openKeyValue", () => {
  it("stores values with rising revisions, across restarts", async () => {
    const { open, dir } = setUp();
    const kv = open();
    expect(kv.get("a")).toBeUndefined();
    expect([await kv.put("a", { n: 1 }), await kv.put("b", "text"), await kv.put("a", null)]).toEqual([1, 2, 3]);
    expect([await kv.delete("b"), await kv.delete("b")]).toEqual([true, false]);
    for (const each of [kv, open()]) {
      expect([each.get("a"), each.get("b"), each.keys()]).toEqual([{ value: null, revision: 3 }, undefined, ["a"]]);
    }
    expect(await open().put("c", 1)).toBe(5);
    expect(readdirSync(dir).map((name) => statSync(join(dir, name)).mode & 0o777)).toEqual([0o600]);
  });

  it("compares and sets", async () => {
    const kv = setUp().open();
    const first = await kv.put("a", 1, { expected: 0 });
    await expect(kv.put("a", 2, { expected: 0 })).rejects.toThrow(ConflictError);
    await expect(kv.put("a", 2, { expected: 7 })).rejects.toMatchObject({ key: "a", expected: 7, actual: first });
    await expect(kv.delete("a", { expected: 7 })).rejects.toMatchObject({ code: "conflict" });
    expect(kv.get("a")).toEqual({ value: 1, revision: first });
    const both = await Promise.allSettled([
      kv.put("a", "x", { expected: first }),
      kv.put("a", "y", { expected: first }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await kv.delete("a", { expected: first + 1 })).toBe(true);
  });

  it("keeps what was put, whatever the caller does with it later", async () => {
    const kv = setUp().open();
    const value = { list: [1], left: undefined };
    await kv.put("a", value);
    value.list.push(2);
    expect(kv.get("a")?.value).toStrictEqual({ list: [1] });
    await expect(kv.put("a", undefined)).rejects.toMatchObject({ code: "invalid-record" });
    await expect(kv.put("a", () => {})).rejects.toMatchObject({ code: "invalid-record" });
  });

  it("takes any key and any JSON", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (values) => {
        const { open } = setUp();
        const kv = open();
        for (const [key, value] of Object.entries(values)) await kv.put(key, value);
        const reopened = open();
        expect(reopened.keys().sort()).toEqual(Object.keys(values).sort());
        for (const [key, value] of Object.entries(values)) {
          expect(JSON.stringify(reopened.get(key)?.value)).toBe(JSON.stringify(value));
        }
        await Promise.all([kv.close(), reopened.close()]);
      }),
      { numRuns: 30 },
    );
  });

  it("condenses its log in the background and does not grow with the number of changes", async () => {
    const { open, bytes, dir } = setUp({
      minLogBytes: 4096,
      // Gives the background its turns, as a disk would.
      commit: new GroupCommit({ windowMs: 0, sync: async () => {} }),
    });
    const kv = open();
    for (let i = 0; i < 5000; i += 1) {
      await kv.put(`key${i % 20}`, { i, text: "x".repeat(50) });
      if (i % 50 === 0) await kv.delete(`key${(i + 7) % 20}`);
    }
    const before = kv.keys().map((key) => [key, kv.get(key)]);
    await kv.close();
    expect(bytes()).toBeLessThan(20_000);
    expect(readdirSync(dir).map((name) => name.split("-")[0])).toEqual(["log", "snapshot"]);
    const reopened = open();
    expect(Object.fromEntries(reopened.keys().map((key) => [key, reopened.get(key)]))).toEqual(
      Object.fromEntries(before),
    );
    expect(await reopened.put("next", 1)).toBeGreaterThan(5000);
  });

  it("reads a snapshot and the logs that a crash in the middle of condensing left", async () => {
    const { open, dir } = setUp();
    mkdirSync(dir);
    const write = (name: string, ...lines: object[]) =>
      writeFileSync(join(dir, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    write("snapshot-00000001.jsonl", { format: 1 }, { k: "gone", r: 1, v: "older than the next snapshot" });
    write("log-00000001.jsonl", { format: 1 }, { k: "gone", r: 2, v: 1 });
    write("snapshot-00000002.jsonl", { format: 1, revision: 9 }, { k: "a", r: 3, v: "a" }, { k: "b", r: 4, v: "b" });
    write("log-00000002.jsonl", { format: 1 }, { k: "b", r: 10, v: "changed" });
    write("log-00000003.jsonl", { format: 1 }, { k: "a", r: 11, d: true }, { k: "c", r: 12, v: "c" });
    const kv = open();
    expect(kv.keys().map((key) => kv.get(key))).toEqual([
      { value: "changed", revision: 10 },
      { value: "c", revision: 12 },
    ]);
    expect(await kv.put("d", 1)).toBe(13);
    expect(readdirSync(dir).sort()).toEqual(["log-00000002.jsonl", "log-00000003.jsonl", "snapshot-00000002.jsonl"]);
  });

  it("reads around damage and refuses newer formats", async () => {
    const { open, dir, problems } = setUp();
    const kv = open();
    await kv.put("a", 1);
    const path = join(dir, "log-00000001.jsonl");
    appendFileSync(path, 'oops\n{"k":"x"}\n');
    await kv.put("b", 2);
    truncateSync(path, statSync(path).size - 2);
    expect(open().keys()).toEqual(["a"]);
    expect(problems.map(({ kind }) => kind)).toEqual(["torn-line", "garbage-line"]);
    expect(readFileSync(path, "utf8").endsWith('"v":1}\n')).toBe(true);
    writeFileSync(path, '{"format":2}\n');
    expect(open).toThrow(expect.objectContaining({ code: "newer-format", path }));
  });

  it("refuses changes after close", async () => {
    const kv = setUp().open();
    await kv.put("a", 1);
    await kv.close();
    await kv.close();
    await expect(kv.put("a", 2)).rejects.toMatchObject({ code: "closed" });
    expect(kv.get("a")?.value).toBe(1);
  });

  it("puts as fast with 50,000 keys as with none", async () => {
    const { open } = setUp({ minLogBytes: 1e9 });
    const kv = open();
    const batch = async (offset: number) => {
      const started = performance.now();
      for (let i = 0; i < 5000; i += 1) void kv.put(`key${offset + i}`, { i });
      const took = performance.now() - started;
      await kv.put("end", 1);
      return took;
    };
    await batch(0);
    const few = Math.min(await batch(0), await batch(0));
    for (let i = 1; i < 10; i += 1) await batch(i * 5000);
    const many = Math.min(await batch(0), await batch(25_000), await batch(45_000));
    // A store that rewrote its file would be thousands of times slower, not a few.
    expect(many).toBeLessThan(few * 8 + 20);
    await kv.close();
  });
});
