import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseLine } from "./read-entry.ts";
import { isRecord } from "./session-entry.ts";

/** What model calls used. */
export interface UsageTotal {
  /** US dollars. */
  cost: number;
  tokens: number;
  /** Some of the calls have no known price. */
  partial: boolean;
}

/**
 * What the model calls in the transcripts have cost. The first question reads the transcripts it is about; later ones
 * look at the size of each and read what was appended since. In memory it keeps one small record per transcript and
 * quarter of an hour with calls.
 */
export interface UsageLedger {
  /** All calls of one transcript. */
  transcript(path: string): Promise<UsageTotal>;
  /** Calls of all transcripts in these folders since a time (ms), a multiple of a quarter of an hour. */
  since(from: number, folders: readonly string[]): Promise<UsageTotal>;
}

/** Every time zone's midnight is a multiple of it, ms. */
const slotMs = 15 * 60_000;
const chunkBytes = 256 * 1024;
/** Providers whose calls cost nothing; of others, a call without a price has an unknown one. */
const freeProviders = new Set(["offline", "ollama", "lmstudio"]);

interface Known {
  ino: number;
  /** Bytes that were read, to the end of the last whole line. */
  read: number;
  /** Entries before it were copied from the transcript this one was forked from, ms. */
  begins: number;
  slots: Map<number, UsageTotal>;
}

export function createUsageLedger(): UsageLedger {
  const files = new Map<string, Known>();
  let queue: Promise<unknown> = Promise.resolve();

  /** One question at a time: two would read the same bytes twice. */
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  const refresh = async (path: string): Promise<Known | undefined> => {
    const found = await stat(path).catch(missing);
    if (!found) {
      files.delete(path);
      return undefined;
    }
    let known = files.get(path);
    if (!known || known.ino !== found.ino || found.size < known.read) {
      known = { ino: found.ino, read: 0, begins: 0, slots: new Map() };
      files.set(path, known);
    }
    if (found.size > known.read) await readOn(path, known);
    return known;
  };

  return {
    transcript: (path) =>
      exclusively(async () => {
        const known = await refresh(path);
        return sumOf(known ? [...known.slots.values()] : []);
      }),
    since: (from, folders) =>
      exclusively(async () => {
        const totals: UsageTotal[] = [];
        for (const folder of new Set(folders)) {
          for (const name of await readdir(folder).catch(noEntries)) {
            // Those put aside count; a copy that was made before a transcript was cut would count twice.
            if (!/\.jsonl(?:\.(?:reset|deleted)\..*)?$/.test(name)) continue;
            const path = join(folder, name);
            const found = await stat(path).catch(missing);
            if (!found || found.mtimeMs < from) continue;
            const known = await refresh(path);
            for (const [slot, total] of known?.slots ?? []) if (slot >= from) totals.push(total);
          }
        }
        return sumOf(totals);
      }),
  };
}

async function readOn(path: string, known: Known): Promise<void> {
  const file = await open(path, "r");
  try {
    for await (const line of linesFrom(file, known)) note(line, known);
  } finally {
    await file.close();
  }
}

/** Whole lines after what was read; `known.read` follows. A line that is still being written waits for the next time. */
async function* linesFrom(file: FileHandle, known: Known): AsyncGenerator<string> {
  const chunk = Buffer.alloc(chunkBytes);
  let rest: Buffer = Buffer.alloc(0);
  let at = known.read;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.toString("utf8", start, end);
      known.read += end + 1 - start;
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
}

function note(line: string, known: Known): void {
  // Most lines carry no usage; parsing them would be most of the work.
  if (known.read === 0) known.begins = forkTime(line);
  if (!line.includes('"usage"')) return;
  const entry = parseLine(line);
  const message = entry && isRecord(entry.message) ? entry.message : undefined;
  if (!entry || message?.role !== "assistant" || !isRecord(message.usage)) return;
  const at = typeof message.timestamp === "number" ? message.timestamp : Date.parse(String(entry.timestamp));
  if (!Number.isFinite(at) || at < known.begins) return;
  const { usage } = message;
  const tokens = ["input", "output", "cacheRead", "cacheWrite"].reduce((sum, part) => sum + count(usage[part]), 0);
  if (tokens === 0) return;
  const cost = isRecord(usage.cost) ? count(usage.cost.total) : 0;
  const partial = cost === 0 && !freeProviders.has(String(message.provider));
  const slot = Math.floor(at / slotMs) * slotMs;
  known.slots.set(slot, sumOf([known.slots.get(slot), { cost, tokens, partial }]));
}

/** When a forked transcript was made; 0 for one that began by itself. */
function forkTime(line: string): number {
  const header = parseLine(line);
  if (header?.type !== "session" || typeof header.parentSession !== "string") return 0;
  const at = Date.parse(String(header.timestamp));
  return Number.isFinite(at) ? at : 0;
}

function sumOf(totals: readonly (UsageTotal | undefined)[]): UsageTotal {
  const sum = { cost: 0, tokens: 0, partial: false };
  for (const total of totals) {
    if (!total) continue;
    sum.cost += total.cost;
    sum.tokens += total.tokens;
    sum.partial ||= total.partial;
  }
  return sum;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

function noEntries(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}
