import { appendFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { GroupCommit, openOutbox, type SegmentStoreOptions, type StorageProblem } from "./index.ts";
import { manualClock } from "./testing/manual-clock.ts";
import { tempDir } from "./testing/temp-dir.ts";

function setUp(overrides: Partial<SegmentStoreOptions> = {}) {
  const clock = manualClock();
  const problems: StorageProblem[] = [];
  const dir = join(tempDir(), "outbox");
  const options: SegmentStoreOptions = {
    dir,
    clock,
    commit: new GroupCommit({ fsync: "off" }),
    onProblem: (problem) => problems.push(problem),
    ...overrides,
  };
  return { clock, problems, dir, open: () => openOutbox(options) };
}

const item = (id: string, chat = "telegram|main|1") => ({ id, chat, channel: "telegram", payload: { text: id } });
const ids = (items: { id: string }[]) => items.map(({ id }) => id);

it("resolves when items are on the disk and has them pending from the call on", async () => {
  let synced = 0;
  const { open } = setUp({
    commit: new GroupCommit({
      sync: async () => {
        synced += 1;
      },
    }),
  });
  const outbox = open();
  const stored = outbox.enqueue([item("a"), item("b")]);
  expect(ids(open().pending())).toEqual(["a", "b"]);
  expect(synced).toBe(0);
  await stored;
  expect(synced).toBe(1);
});

it("keeps the order, over all chats and per chat, across restarts", async () => {
  const { open } = setUp();
  const outbox = open();
  await outbox.enqueue([item("b", "x"), item("a", "y")]);
  await outbox.enqueue([item("d", "y"), item("c", "x")]);
  outbox.markSent("a", "42");
  for (const each of [outbox, open()]) {
    expect(ids(each.pending())).toEqual(["b", "d", "c"]);
    expect(ids(each.pending("x"))).toEqual(["b", "c"]);
    expect(ids(each.pending("y"))).toEqual(["d"]);
    expect(each.pending("z")).toEqual([]);
  }
});

it("remembers how sending went", async () => {
  const { open, clock } = setUp();
  const outbox = open();
  await outbox.enqueue([item("a"), item("b"), item("c")]);
  expect([outbox.failedAttempt("a"), outbox.failedAttempt("b"), outbox.failedAttempt("b")]).toEqual([1, 1, 2]);
  outbox.markSent("a", "42");
  outbox.markSent("a", "42");
  outbox.markFailed("b", "chat not found");
  outbox.failedAttempt("c");
  for (const each of [outbox, open()]) {
    expect(each.get("a")).toMatchObject({ state: "sent", messageId: "42", attempts: 1, payload: undefined });
    expect(each.get("b")).toMatchObject({ state: "failed", error: "chat not found", attempts: 2 });
    expect(each.pending()).toMatchObject([{ id: "c", state: "queued", attempts: 1, payload: { text: "c" } }]);
  }
  clock.advance(5 * 60_000 + 1);
  for (const each of [outbox, open()]) {
    expect(each.get("a")).toBeUndefined();
    expect(each.get("c")).toBeDefined();
  }
});

it("remembers how often an item was sent anew by a process that found it, which is no failed attempt", async () => {
  const { open } = setUp({ segmentBytes: 4096, remember: { count: 10 } });
  const outbox = open();
  await outbox.enqueue([item("a"), item("b")]);
  outbox.failedAttempt("a");
  expect([outbox.startedAnew("a"), outbox.startedAnew("a")]).toEqual([1, 2]);
  // Enough for `a` to be carried over to a newer segment.
  for (let i = 0; i < 60; i += 1) {
    await outbox.enqueue([{ ...item(`i${i}`), payload: "x".repeat(300) }]);
    outbox.markSent(`i${i}`);
  }
  for (const each of [outbox, open()]) {
    expect(each.get("a")).toMatchObject({ state: "queued", attempts: 1, restarts: 2 });
    expect(each.get("b")).toMatchObject({ attempts: 0 });
  }
  expect(open().startedAnew("a")).toBe(3);
  expect(() => outbox.startedAnew("x")).toThrow(expect.objectContaining({ code: "unknown-entry" }));
});

it("takes an id once, in one call and over several", async () => {
  const { open } = setUp();
  const outbox = open();
  await outbox.enqueue([item("a"), item("a"), item("b")]);
  outbox.markSent("a");
  await outbox.enqueue([item("a"), item("b"), item("c")]);
  expect(ids(outbox.pending())).toEqual(["b", "c"]);
  expect(ids(open().pending())).toEqual(["b", "c"]);
});

it("refuses to record something about an item that it never had", () => {
  const outbox = setUp().open();
  expect(() => outbox.failedAttempt("x")).toThrow(expect.objectContaining({ code: "unknown-entry" }));
  expect(() => outbox.markSent("x")).toThrow('the outbox has no unsent item "x"');
  expect(() => outbox.markFailed("x", "why")).toThrow(expect.objectContaining({ code: "unknown-entry" }));
});

it("rejects and has nothing pending when the disk does not take it", async () => {
  const outbox = setUp().open();
  await outbox.close();
  await expect(outbox.enqueue([item("a")])).rejects.toMatchObject({ code: "closed" });
  expect(outbox.pending()).toEqual([]);
});

it("carries what is unsent over to newer segments in order", async () => {
  const { open, dir } = setUp({ segmentBytes: 4096, remember: { count: 10 } });
  let outbox = open();
  const unsent: string[] = [];
  for (let i = 0; i < 500; i += 1) {
    await outbox.enqueue([{ ...item(`i${i}`, `chat${i % 3}`), payload: "x".repeat(300) }]);
    if (i % 40 === 0) unsent.push(`i${i}`);
    else outbox.markSent(`i${i}`);
    if (i % 120 === 119) outbox = open();
  }
  expect(ids(outbox.pending())).toEqual(unsent);
  await outbox.close();
  expect(ids(open().pending())).toEqual(unsent);
  expect(readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)).toBeLessThan(40_000);
});

it("reads around damage and refuses newer formats", async () => {
  const { open, dir, problems } = setUp();
  await open().enqueue([item("a")]);
  appendFileSync(join(dir, "00000001.jsonl"), '{"type":"state","id":"a","state":"what"}\nnonsense\n{"type":"it');
  expect(ids(open().pending())).toEqual(["a"]);
  expect(problems.map(({ kind }) => kind)).toEqual(["torn-line", "garbage-line"]);
  writeFileSync(join(dir, "00000009.jsonl"), '{"format":7}\n');
  expect(open).toThrow(expect.objectContaining({ code: "newer-format", path: join(dir, "00000009.jsonl") }));
});
