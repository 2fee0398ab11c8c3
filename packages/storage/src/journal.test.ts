import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GroupCommit, openJournal, type SegmentStoreOptions, type StorageProblem } from "./index.ts";
import { manualClock } from "./testing/manual-clock.ts";
import { tempDir } from "./testing/temp-dir.ts";

function setUp(overrides: Partial<SegmentStoreOptions> = {}) {
  const clock = manualClock();
  const problems: StorageProblem[] = [];
  const dir = join(tempDir(), "journal");
  const options: SegmentStoreOptions = {
    dir,
    clock,
    commit: new GroupCommit({ fsync: "off" }),
    onProblem: (problem) => problems.push(problem),
    ...overrides,
  };
  return {
    clock,
    problems,
    dir,
    open: () => openJournal(options),
    segments: () => readdirSync(dir).filter((name) => name.endsWith(".jsonl")),
    bytes: () => readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0),
  };
}

const ids = (entries: { id: string }[]) => entries.map(({ id }) => id);
const entry = (id: string, payload: unknown = { text: id }) => ({ id, source: "test", payload });

describe("accepting and settling", () => {
  it("has an accepted entry on the disk before accept returns, and after a restart", async () => {
    const { open, dir, clock } = setUp();
    const journal = open();
    const { entry: accepted, durable, duplicate } = journal.accept(entry("a"));
    expect(readFileSync(join(dir, "00000001.jsonl"), "utf8")).toMatch(/^\{"format":1,.*\n\{"type":"entry",.*"id":"a"/);
    expect(duplicate).toBe(false);
    expect(accepted).toEqual({
      id: "a",
      at: clock.now(),
      source: "test",
      payload: { text: "a" },
      state: "open",
      attempts: 0,
    });
    await durable;
    // No close: this is what a dead process leaves.
    const reopened = open();
    expect(reopened.get("a")).toEqual(accepted);
    expect(ids(reopened.open())).toEqual(["a"]);
  });

  it("creates directory and segments for the owner only", () => {
    const { open, dir } = setUp();
    open().accept(entry("a"));
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, "00000001.jsonl")).mode & 0o777).toBe(0o600);
  });

  it("makes durable wait for the disk and reports when it fails", async () => {
    const problems: StorageProblem[] = [];
    let fail = false;
    const { open } = setUp({
      onProblem: (problem) => problems.push(problem),
      commit: new GroupCommit({
        sync: async () => {
          if (fail) throw Object.assign(new Error("EIO"), { code: "EIO" });
        },
      }),
    });
    const journal = open();
    await journal.accept(entry("a")).durable;
    fail = true;
    await expect(journal.accept(entry("b")).durable).rejects.toMatchObject({ code: "io" });
    expect(problems).toMatchObject([{ kind: "sync-failed" }]);
  });

  it("takes an id once, while it is open and while it is remembered, also across a restart", () => {
    const { open, dir } = setUp();
    const journal = open();
    journal.accept(entry("a"));
    expect(journal.accept(entry("a", { text: "again" }))).toMatchObject({
      duplicate: true,
      entry: { state: "open", payload: { text: "a" } },
    });
    journal.settle("a", "done", { result: { runId: "r1" } });
    const size = statSync(join(dir, "00000001.jsonl")).size;
    const expected = { duplicate: true, entry: { state: "done", result: { runId: "r1" }, payload: undefined } };
    expect(journal.accept(entry("a"))).toMatchObject(expected);
    expect(open().accept(entry("a"))).toMatchObject(expected);
    expect(statSync(join(dir, "00000001.jsonl")).size).toBe(size);
  });

  it("keeps the steps of an unfinished entry across restarts and forgets them when it ends", () => {
    const { open } = setUp();
    const journal = open();
    journal.accept(entry("a"));
    journal.step("a", { block: 0 });
    journal.step("a", { block: 1 });
    const reopened = open();
    expect(reopened.get("a")?.steps).toEqual([{ block: 0 }, { block: 1 }]);
    expect(reopened.open()[0]?.steps).toHaveLength(2);
    reopened.settle("a", "done");
    expect(reopened.get("a")?.steps).toBeUndefined();
    expect(open().get("a")?.steps).toBeUndefined();
    expect(() => reopened.step("a", {})).toThrow(expect.objectContaining({ code: "unknown-entry" }));
  });

  it("counts attempts across restarts", () => {
    const { open } = setUp();
    const journal = open();
    journal.accept(entry("a"));
    expect([journal.attempt("a"), journal.attempt("a")]).toEqual([1, 2]);
    const reopened = open();
    expect(reopened.get("a")?.attempts).toBe(2);
    expect(reopened.attempt("a")).toBe(3);
    expect(() => reopened.attempt("unknown")).toThrow(expect.objectContaining({ code: "unknown-entry" }));
  });

  it("settles once", () => {
    const journal = setUp().open();
    journal.accept(entry("a"));
    expect(journal.settle("a", "aborted")).toBe(true);
    expect(journal.settle("a", "done")).toBe(false);
    expect(journal.settle("unknown", "done")).toBe(false);
    expect(journal.get("a")).toMatchObject({ state: "aborted" });
  });

  it("lists open entries oldest first", () => {
    const { open } = setUp();
    const journal = open();
    for (const id of ["c", "a", "b", "d"]) journal.accept(entry(id));
    journal.settle("a", "done");
    expect(ids(journal.open())).toEqual(["c", "b", "d"]);
    expect(ids(open().open())).toEqual(["c", "b", "d"]);
  });

  it("hands out copies: changing one changes nothing in the journal", () => {
    const journal = setUp().open();
    const { entry: accepted } = journal.accept(entry("a"));
    accepted.state = "done";
    const listed = journal.open()[0];
    if (listed) listed.attempts = 99;
    expect(journal.get("a")).toMatchObject({ state: "open", attempts: 0 });
  });

  it("refuses writes after close", async () => {
    const journal = setUp().open();
    journal.accept(entry("a"));
    await journal.close();
    await journal.close();
    expect(() => journal.accept(entry("b"))).toThrow(expect.objectContaining({ code: "closed" }));
  });
});

describe("remembering", () => {
  it("forgets finished entries after five minutes, also across a restart", () => {
    const { open, clock } = setUp();
    const journal = open();
    journal.accept(entry("a"));
    clock.advance(60_000);
    journal.settle("a", "done");
    clock.advance(5 * 60_000);
    expect(journal.get("a")).toBeDefined();
    expect(open().get("a")).toBeDefined();
    clock.advance(1);
    expect(open().get("a")).toBeUndefined();
    expect(journal.get("a")).toBeUndefined();
    expect(journal.accept(entry("a")).duplicate).toBe(false);
  });

  it("remembers the last thousand, and never forgets what is unfinished", () => {
    const { open, clock } = setUp();
    const journal = open();
    journal.accept(entry("old"));
    for (let i = 0; i < 1100; i += 1) {
      journal.accept(entry(`e${i}`));
      journal.settle(`e${i}`, "done");
    }
    clock.advance(60_000);
    for (const each of [journal, open()]) {
      expect([each.get("e99"), each.get("e100")?.state, each.get("old")?.state]).toEqual([undefined, "done", "open"]);
    }
    clock.advance(3_600_000);
    expect([journal.get("e1099"), journal.get("old")?.state]).toEqual([undefined, "open"]);
  });

  it("bounds what large results take", () => {
    const journal = setUp().open();
    for (let i = 0; i < 5; i += 1) {
      journal.accept(entry(`e${i}`));
      journal.settle(`e${i}`, "done", { result: "x".repeat(400_000) });
    }
    expect(ids([0, 1, 2, 3, 4].flatMap((i) => journal.get(`e${i}`) ?? []))).toEqual(["e3", "e4"]);
  });

  it("forgets refused entries at once", () => {
    const { open } = setUp();
    const journal = open();
    journal.accept(entry("stranger"));
    journal.settle("stranger", "refused");
    expect(journal.get("stranger")).toBeUndefined();
    expect(open().get("stranger")).toBeUndefined();
    expect(open().open()).toEqual([]);
  });
});

describe("merging", () => {
  it("keeps what was merged, with its payload, until the entry it went into ends", () => {
    const { open } = setUp();
    let journal = open();
    for (const id of ["a", "b", "c"]) journal.accept(entry(id));
    journal.settle("c", "merged", { mergedInto: "b" });
    journal.settle("b", "merged", { mergedInto: "a" });
    expect(journal.settle("b", "merged", { mergedInto: "a" })).toBe(false);
    for (journal of [journal, open()]) {
      expect(ids(journal.open())).toEqual(["a"]);
      expect(journal.merged("a")).toMatchObject([
        { id: "b", state: "merged", mergedInto: "a", payload: { text: "b" } },
        { id: "c", state: "merged", mergedInto: "b", payload: { text: "c" } },
      ]);
    }
    journal.settle("a", "done", { result: 1 });
    for (const each of [journal, open()]) {
      expect(each.merged("a")).toEqual([]);
      expect(each.get("c")).toMatchObject({ state: "merged", mergedInto: "b", payload: undefined });
      expect(each.open()).toEqual([]);
    }
  });

  it("ends at once what is merged into an entry that has ended or is unknown", () => {
    const { open } = setUp();
    const journal = open();
    journal.accept(entry("a"));
    journal.settle("a", "done");
    journal.accept(entry("b"));
    journal.settle("b", "merged", { mergedInto: "a" });
    journal.accept(entry("c"));
    journal.settle("c", "merged", { mergedInto: "never" });
    for (const each of [journal, open()]) {
      expect(each.open()).toEqual([]);
      expect(each.get("c")).toMatchObject({ state: "merged", payload: undefined });
    }
  });

  it("lets a merged entry end on its own", () => {
    const { open } = setUp();
    const journal = open();
    for (const id of ["a", "b"]) journal.accept(entry(id));
    journal.settle("b", "merged", { mergedInto: "a" });
    journal.settle("b", "aborted");
    for (const each of [journal, open()]) {
      expect(each.merged("a")).toEqual([]);
      expect(each.get("b")).toMatchObject({ state: "aborted" });
      expect(ids(each.open())).toEqual(["a"]);
    }
  });

  it("runs a merged entry on its own when what it went into is lost to damage", () => {
    const { open, dir } = setUp();
    const journal = open();
    for (const id of ["a", "b"]) journal.accept(entry(id));
    journal.settle("b", "merged", { mergedInto: "a" });
    const path = join(dir, "00000001.jsonl");
    const lines = readFileSync(path, "utf8").split("\n");
    lines[1] = "damaged";
    writeFileSync(path, lines.join("\n"));
    expect(open().open()).toMatchObject([{ id: "b", payload: { text: "b" } }]);
  });

  it("refuses to merge in a circle or into nothing", () => {
    const journal = setUp().open();
    for (const id of ["a", "b"]) journal.accept(entry(id));
    journal.settle("b", "merged", { mergedInto: "a" });
    for (const mergedInto of ["b", "a", undefined]) {
      expect(() => journal.settle("a", "merged", mergedInto === undefined ? {} : { mergedInto })).toThrow(
        expect.objectContaining({ code: "merge-cycle" }),
      );
    }
    expect(ids(journal.open())).toEqual(["a"]);
  });
});

describe("segments", () => {
  const segmentBytes = 4096;
  const text = "x".repeat(500);

  it("closes a segment at its size and deletes it when everything in it has ended", async () => {
    const { open, segments, dir } = setUp({ segmentBytes, remember: { count: 3 } });
    const journal = open();
    for (let i = 0; i < 30; i += 1) journal.accept(entry(`e${i}`, text));
    const full = segments();
    expect(full.length).toBeGreaterThan(3);
    for (const name of full) expect(statSync(join(dir, name)).size).toBeLessThanOrEqual(segmentBytes);

    for (let i = 0; i < 30; i += 1) journal.settle(`e${i}`, "done");
    await journal.close();
    expect(segments()).toHaveLength(1);
    const reopened = open();
    expect([reopened.get("e29")?.state, reopened.get("e0")]).toEqual(["done", undefined]);
  });

  it("does not let one entry that stays open keep the files", async () => {
    const { open, bytes, clock } = setUp({ segmentBytes });
    const journal = open();
    journal.accept(entry("long"));
    let most = 0;
    for (let i = 0; i < 2000; i += 1) {
      clock.advance(1000);
      journal.accept(entry(`e${i}`, text));
      journal.settle(`e${i}`, "done");
      most = Math.max(most, bytes());
    }
    // 1.2 MB went through; 300 remembered entries of about 100 bytes are part of what is left.
    expect(most).toBeLessThan(100_000);
    await journal.close();
    expect(open().get("long")).toMatchObject({ state: "open", payload: { text: "long" } });
  });

  it("keeps order, attempts and payload of what it carries over, and never brings ended entries back", async () => {
    const { open } = setUp({ segmentBytes, remember: { count: 5 } });
    let journal = open();
    const stay: string[] = [];
    for (let i = 0; i < 400; i += 1) {
      journal.accept(entry(`e${i}`, { text, i }));
      if (i % 25 === 0) {
        stay.push(`e${i}`);
        journal.attempt(`e${i}`);
      } else {
        journal.settle(`e${i}`, i % 2 ? "done" : "given-up");
      }
      if (i % 90 === 89) {
        // Once as after a crash, once as after a stop.
        if (i % 180 === 89) await journal.close();
        journal = open();
        expect(ids(journal.open())).toEqual(stay);
      }
    }
    expect(ids(journal.open())).toEqual(stay);
    for (const each of journal.open()) expect(each).toMatchObject({ attempts: 1, payload: { text } });
  });

  it("stays bounded when much is open at the same time", () => {
    const { open, bytes } = setUp({ segmentBytes });
    const journal = open();
    // Every second entry stays open for 100 more: each segment is half full of them.
    for (let i = 0; i < 2000; i += 1) {
      journal.accept(entry(`e${i}`, text));
      if (i % 2 === 0) journal.settle(`e${i}`, "done");
      else if (i > 200) journal.settle(`e${i - 200}`, "done");
    }
    expect(bytes()).toBeLessThan(2 * (100 * 700 + 1000 * 130) + 4 * segmentBytes);
    expect(ids(open().open())).toEqual(ids(journal.open()));
  });

  it("deletes no segment before the older ones, and none before what it held is on the disk", async () => {
    const held: (() => void)[] = [];
    const { open, segments } = setUp({
      segmentBytes,
      remember: { count: 0 },
      commit: new GroupCommit({ sync: () => new Promise((resolve) => held.push(resolve)) }),
    });
    const journal = open();
    journal.accept(entry("long"));
    for (let i = 0; i < 60; i += 1) {
      journal.accept(entry(`e${i}`, text));
      journal.settle(`e${i}`, "done");
      if (i === 20) journal.settle("long", "done");
    }
    // The first one cannot go yet: a later one without it would bring what it had finished back to life.
    const all = segments();
    expect(all.length).toBeGreaterThan(5);
    expect(all).toEqual(all.map((_, i) => `${String(i + 1).padStart(8, "0")}.jsonl`));

    let closed = false;
    const closing = journal.close().then(() => {
      closed = true;
    });
    while (!closed) {
      for (const resolve of held.splice(0)) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closing;
    expect(segments()).toHaveLength(1);
    expect(open().open()).toEqual([]);
  });

  it("takes an entry larger than a segment", () => {
    const { open } = setUp({ segmentBytes });
    open().accept(entry("big", "x".repeat(20_000)));
    open().accept(entry("next"));
    expect(ids(open().open())).toEqual(["big", "next"]);
  });

  it("has little to read after a clean stop", async () => {
    const { open, bytes } = setUp();
    const journal = open();
    for (let i = 0; i < 2000; i += 1) {
      journal.accept(entry(`e${i}`, text));
      journal.settle(`e${i}`, "done");
    }
    expect(bytes()).toBeGreaterThan(1_000_000);
    await journal.close();
    expect(bytes()).toBeLessThan(200_000);
    expect(open().get("e1999")).toMatchObject({ state: "done" });
  });
});

describe("damage", () => {
  it("drops a torn last line, of which nobody was told, and says so", () => {
    const { open, dir, problems } = setUp();
    const journal = open();
    journal.accept(entry("a"));
    journal.accept(entry("b"));
    const path = join(dir, "00000001.jsonl");
    truncateSync(path, statSync(path).size - 7);
    const reopened = open();
    expect(ids(reopened.open())).toEqual(["a"]);
    expect(problems).toMatchObject([{ kind: "torn-line", path }]);
    reopened.accept(entry("c"));
    expect(ids(open().open())).toEqual(["a", "c"]);
    expect(problems).toHaveLength(1);
  });

  it("keeps a damaged segment aside, reports it once and uses everything else", () => {
    const { open, dir, problems, clock } = setUp();
    const journal = open();
    journal.accept(entry("a"));
    const path = join(dir, "00000001.jsonl");
    appendFileSync(path, 'garbage\n[1]\n{"type":"entry","id":"x"}\n{"type":"odd","id":"a"}\n');
    journal.accept(entry("b"));
    const before = readFileSync(path, "utf8");

    expect(ids(open().open())).toEqual(["a", "b"]);
    const backup = `${path}.bak-${process.pid}-${clock.now()}`;
    expect(readFileSync(backup, "utf8")).toBe(before);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(problems).toMatchObject([{ kind: "garbage-line", path, message: expect.stringContaining(backup) }]);
    expect(problems[0]?.message).toContain("3, 4, 5, 6");

    expect(ids(open().open())).toEqual(["a", "b"]);
    expect(problems).toHaveLength(1);
  });

  it("starts with an empty segment of a power loss", () => {
    const { open, dir } = setUp();
    open();
    writeFileSync(join(dir, "00000001.jsonl"), "");
    open().accept(entry("a"));
    expect(ids(open().open())).toEqual(["a"]);
    expect(readFileSync(join(dir, "00000001.jsonl"), "utf8")).toMatch(/^\{"format":1,/);
  });

  it("does not start on a segment of a newer format, names it and changes nothing", () => {
    const { open, dir } = setUp();
    open().accept(entry("a"));
    appendFileSync(join(dir, "00000001.jsonl"), "garbage\n");
    const path = join(dir, "00000002.jsonl");
    writeFileSync(path, '{"format":2}\n{"what":"ever"}\n');
    const files = () => readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "utf8")]);
    const before = files();
    expect(open).toThrow(expect.objectContaining({ name: "StorageError", code: "newer-format", path }));
    expect(files()).toEqual(before);
  });
});
