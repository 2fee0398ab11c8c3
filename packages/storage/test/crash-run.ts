import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { GroupCommit, readJsonFileSync, readJsonlFile, type StorageProblem, systemClock } from "../src/index.ts";
import { openCrashStores, payloadFor, type Stored } from "./crash-stores.ts";

const childFile = fileURLToPath(new URL("crash-child.ts", import.meta.url));
const killsPerDirectory = 20;

/** What the children of one directory were told is stored. */
interface Acknowledged {
  accepted: Set<string>;
  settled: string[];
  enqueued: string[];
  sent: Set<string>;
  put: Map<string, number>;
  logged: Map<number, string>;
  lines: string[];
  whole: string | undefined;
  total: number;
}

export interface CrashReport {
  kills: number;
  acknowledgements: number;
  /** Kills that left a half-written last line behind. */
  torn: number;
}

/**
 * Kills a writing process with SIGKILL `kills` times, each time at a random moment after its first acknowledgement, and
 * checks after each that all that was acknowledged is there, whole and in order. Every directory lives through several
 * such lives. Two children run at a time.
 * @throws AssertionError
 */
export async function killManyTimes(kills: number, random: () => number = Math.random): Promise<CrashReport> {
  const report: CrashReport = { kills: 0, acknowledgements: 0, torn: 0 };
  const compileCache = mkdtempSync(join(tmpdir(), "openclaw-crash-cache-"));
  let started = 0;
  const worker = async () => {
    while (started < kills) {
      const count = Math.min(killsPerDirectory, kills - started);
      started += count;
      const dir = mkdtempSync(join(tmpdir(), "openclaw-crash-"));
      try {
        const acknowledged = nothingYet();
        for (let life = 0; life < count; life += 1) {
          const output = await runAndKill(dir, life, 5 + random() * 55, compileCache);
          note(acknowledged, output);
          report.torn += (await verify(dir, acknowledged)) ? 1 : 0;
          report.kills += 1;
        }
        report.acknowledgements += acknowledged.total;
      } catch (error) {
        started = kills;
        throw error;
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }
  };
  try {
    // Both have ended before anything is cleaned up, also when one has found a loss.
    for (const result of await Promise.allSettled([worker(), worker()])) {
      if (result.status === "rejected") throw result.reason;
    }
  } finally {
    rmSync(compileCache, { recursive: true, force: true });
  }
  return report;
}

/** @returns the complete lines that the child printed. */
async function runAndKill(dir: string, life: number, afterMs: number, compileCache: string): Promise<string[]> {
  const child = spawn(process.execPath, ["--conditions=@openclaw/source", childFile, dir, `life${life}`], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compileCache },
  });
  let output = "";
  let errors = "";
  const first = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      resolve();
    });
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const closed = new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (_code, signal) => resolve(signal));
  });
  await Promise.race([first, closed]);
  // The random moment is what is tested here, not something to wait for.
  await sleep(afterMs);
  child.kill("SIGKILL");
  assert.equal(await closed, "SIGKILL", `the child ended on its own: ${errors}`);
  return output
    .slice(0, output.lastIndexOf("\n") + 1)
    .split("\n")
    .slice(0, -1);
}

function nothingYet(): Acknowledged {
  return {
    accepted: new Set(),
    settled: [],
    enqueued: [],
    sent: new Set(),
    put: new Map(),
    logged: new Map(),
    lines: [],
    whole: undefined,
    total: 0,
  };
}

function note(known: Acknowledged, output: string[]): void {
  known.total += output.length;
  for (const line of output) {
    const [kind = "", a = "", b = "", c = ""] = line.split(" ");
    switch (kind) {
      case "accepted":
        known.accepted.add(a);
        break;
      case "settled":
        known.settled.push(a);
        break;
      case "enqueued":
        known.enqueued.push(a, b, c);
        break;
      case "sent":
        known.sent.add(a);
        break;
      case "put":
        known.put.set(a, Number(b));
        break;
      case "logged":
        known.logged.set(Number(a), b);
        break;
      case "lines":
        known.lines.push(a);
        break;
      case "whole":
        known.whole = a;
        break;
      case "attempt":
        break;
      default:
        assert.fail(`unexpected output of the child: ${line}`);
    }
  }
}

/** Checks a copy of the directory: the next child shall find it as the dead one left it. @returns whether it is torn. */
async function verify(dir: string, known: Acknowledged): Promise<boolean> {
  const copy = `${dir}-copy`;
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  cpSync(dir, copy, { recursive: true });
  const problems: StorageProblem[] = [];
  const stores = openCrashStores(copy, {
    commit: new GroupCommit({ fsync: "off" }),
    clock: systemClock,
    onProblem: (problem) => problems.push(problem),
  });
  try {
    verifyJournal(stores.journal, known);
    verifyOutbox(stores.outbox, known);
    for (const [key, revision] of known.put) {
      const found = stores.kv.get(key);
      assert.ok(found && found.revision >= revision, `${key} is older than what was acknowledged`);
      assertWhole(found.value);
    }
    verifyLog([...stores.log.read()], known);
    verifyLines(join(copy, "lines.jsonl"), known);
    const whole = readJsonFileSync<Stored>(join(copy, "whole.json"));
    if (known.whole !== undefined) {
      assert.ok(whole);
      assertWhole(whole);
      assert.ok(isNotBefore(whole.id, known.whole), `${whole.id} is older than ${known.whole}`);
    }
    const damage = problems.filter((problem) => problem.kind !== "torn-line");
    assert.deepEqual(damage, []);
    return problems.length > 0;
  } finally {
    await Promise.all(Object.values(stores).map((store: { close(): Promise<void> }) => store.close()));
    rmSync(copy, { recursive: true, force: true });
  }
}

function verifyJournal(journal: ReturnType<typeof openCrashStores>["journal"], known: Acknowledged): void {
  const open = journal.open();
  const settled = new Set(known.settled);
  const openIds = new Set(open.map(({ id }) => id));
  for (const entry of open) {
    assert.equal(entry.payload, payloadFor(entry.id), `the payload of ${entry.id} is damaged`);
    assert.ok(!settled.has(entry.id), `${entry.id} came back to life`);
    // Written, but killed before it could be said.
    known.accepted.add(entry.id);
  }
  for (const id of known.accepted) {
    if (settled.has(id) || openIds.has(id)) continue;
    // Ended, but killed before it could be said: then it is the last one, hence remembered.
    assert.equal(journal.get(id)?.state, "done", `${id} is lost`);
    known.settled.push(id);
  }
  for (const id of known.settled.slice(-20)) {
    assert.equal(journal.get(id)?.result, payloadFor(id), `the result of ${id} is lost`);
  }
  assertOrdered(open.map(({ id }) => id));
}

function verifyOutbox(outbox: ReturnType<typeof openCrashStores>["outbox"], known: Acknowledged): void {
  const pending = outbox.pending();
  const ids = new Set(pending.map(({ id }) => id));
  const enqueued = new Set(known.enqueued);
  for (const item of pending) {
    assert.equal(item.payload, payloadFor(item.id), `the payload of ${item.id} is damaged`);
    assert.ok(!known.sent.has(item.id), `${item.id} would be sent again`);
    if (!enqueued.has(item.id)) known.enqueued.push(item.id);
  }
  for (const id of known.enqueued) {
    if (known.sent.has(id) || ids.has(id)) continue;
    assert.equal(outbox.get(id)?.messageId, `m-${id}`, `${id} is lost`);
    known.sent.add(id);
  }
  assertOrdered(pending.map(({ id }) => id));
}

function verifyLog(records: { offset: number; record: Stored }[], known: Acknowledged): void {
  records.forEach(({ offset, record }, i) => {
    assert.equal(offset, i, "the log has a gap");
    assertWhole(record);
  });
  for (const [offset, id] of known.logged) assert.equal(records[offset]?.record.id, id);
  assertOrdered(records.map(({ record }) => record.id));
}

function verifyLines(path: string, known: Acknowledged): void {
  const { records, bad } = readJsonlFile(path);
  assert.deepEqual(bad, []);
  const found = records.slice(1).map((record) => JSON.stringify(record));
  const expected = known.lines.flatMap((id) => [1, 2].map((n) => JSON.stringify({ id, n })));
  const all = new Set(found);
  for (const line of expected) assert.ok(all.has(line), `${line} is lost`);
  assert.equal(all.size, found.length, "a line is there twice");
  assertOrdered(records.slice(1).map((record) => (record as Stored).id));
}

function assertWhole(stored: Stored): void {
  assert.equal(stored.payload, payloadFor(stored.id));
}

// Ids are life<n>.<i> or life<n>.<i>.<part>.
function position(id: string): number {
  const [life = 0, i = 0, part = 0] = id.replace("life", "").split(".").map(Number);
  return (life * 1e6 + i) * 10 + part;
}

function isNotBefore(id: string, other: string): boolean {
  return position(id) >= position(other);
}

function assertOrdered(ids: string[]): void {
  ids.forEach((id, i) => {
    const previous = ids[i - 1];
    assert.ok(previous === undefined || isNotBefore(id, previous), `${id} stands behind ${previous}`);
  });
}
