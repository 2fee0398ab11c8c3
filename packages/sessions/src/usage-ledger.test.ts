import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createUsageLedger } from "./usage-ledger.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openclaw-usage-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const hour = 3_600_000;
const day = 24 * hour;
const header = (more: object = {}) =>
  `${JSON.stringify({ type: "session", version: 3, id: "s", timestamp: "2026-01-01T00:00:00.000Z", cwd: "/", ...more })}\n`;
const call = (timestamp: number, total: number, tokens = 100, provider = "paid") =>
  `${JSON.stringify({
    type: "message",
    id: "x",
    parentId: null,
    timestamp: new Date(timestamp).toISOString(),
    message: {
      role: "assistant",
      provider,
      content: [],
      timestamp,
      usage: { input: tokens, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: tokens, cost: { total } },
    },
  })}\n`;

describe("the usage ledger", () => {
  it("sums the calls of a transcript, and of all transcripts since a time", async () => {
    const now = 400 * day;
    writeFileSync(join(dir, "a.jsonl"), header() + call(now - 2 * day, 1) + call(now, 0.5));
    writeFileSync(join(dir, "b.jsonl.reset.2026"), header() + call(now, 0.25));
    writeFileSync(join(dir, "b.jsonl.bak.2026"), header() + call(now, 64));
    const ledger = createUsageLedger();
    expect(await ledger.transcript(join(dir, "a.jsonl"))).toEqual({ cost: 1.5, tokens: 200, partial: false });
    expect(await ledger.since(now - day, [dir, dir])).toEqual({ cost: 0.75, tokens: 200, partial: false });
    expect(await ledger.since(now - 3 * day, [dir])).toEqual({ cost: 1.75, tokens: 300, partial: false });
  });

  it("reads what was appended, and a line only when it is whole", async () => {
    const path = join(dir, "a.jsonl");
    const [first, second] = [call(day, 1), call(day, 2)];
    writeFileSync(path, header() + first + second.slice(0, 20));
    const ledger = createUsageLedger();
    expect((await ledger.transcript(path)).cost).toBe(1);
    appendFileSync(path, second.slice(20));
    expect((await ledger.transcript(path)).cost).toBe(3);
    writeFileSync(path, header() + first);
    expect((await ledger.transcript(path)).cost).toBe(1);
  });

  it("says when a price is missing, does not ask one of local models, and leaves out what a fork has copied", async () => {
    const path = join(dir, "a.jsonl");
    writeFileSync(path, header() + call(day, 0, 10, "ollama"));
    const ledger = createUsageLedger();
    expect((await ledger.transcript(path)).partial).toBe(false);
    appendFileSync(path, call(day, 0, 10, "paid"));
    expect(await ledger.transcript(path)).toEqual({ cost: 0, tokens: 20, partial: true });
    const forked = join(dir, "f.jsonl");
    writeFileSync(
      forked,
      header({ parentSession: path, timestamp: new Date(5 * day).toISOString() }) + call(day, 9) + call(6 * day, 1),
    );
    expect((await ledger.transcript(forked)).cost).toBe(1);
    expect((await ledger.transcript(join(dir, "none.jsonl"))).tokens).toBe(0);
  });
});
