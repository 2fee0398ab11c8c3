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

/** Tokens and US dollars of model calls, by kind. */
export interface UsageDetail {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  totalCost: number;
  inputCost: number;
  outputCost: number;
  cacheReadCost: number;
  cacheWriteCost: number;
  /** Calls without a known price. */
  missingCostEntries: number;
}

export function zeroUsageDetail(): UsageDetail {
  return {
    input: 0,
    output: 0,
    cacheRead: 0,
    cacheWrite: 0,
    totalTokens: 0,
    totalCost: 0,
    inputCost: 0,
    outputCost: 0,
    cacheReadCost: 0,
    cacheWriteCost: 0,
    missingCostEntries: 0,
  };
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
  /** The calls between two times (ms), by quarter of an hour; `at` is where a quarter begins. */
  slots(from: number, until: number, folders: readonly string[]): Promise<{ at: number; detail: UsageDetail }[]>;
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
  slots: Map<number, UsageDetail>;
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
        return totalOf(known ? [...known.slots.values()] : []);
      }),
    since: (from, folders) =>
      exclusively(async () => totalOf((await slotsSince(from, folders)).map(({ detail }) => detail))),
    slots: (from, until, folders) =>
      exclusively(async () => (await slotsSince(from, folders)).filter(({ at }) => at < until)),
  };

  async function slotsSince(from: number, folders: readonly string[]) {
    const found: { at: number; detail: UsageDetail }[] = [];
    for (const folder of new Set(folders)) {
      for (const name of await readdir(folder).catch(noEntries)) {
        // Those put aside count; a copy that was made before a transcript was cut would count twice.
        if (!/\.jsonl(?:\.(?:reset|deleted)\..*)?$/.test(name)) continue;
        const path = join(folder, name);
        const file = await stat(path).catch(missing);
        if (!file || file.mtimeMs < from) continue;
        const known = await refresh(path);
        for (const [at, detail] of known?.slots ?? []) if (at >= from) found.push({ at, detail });
      }
    }
    return found;
  }
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
  const price = isRecord(usage.cost) ? usage.cost : {};
  const [input, output] = [count(usage.input), count(usage.output)];
  const [cacheRead, cacheWrite] = [count(usage.cacheRead), count(usage.cacheWrite)];
  const totalTokens = input + output + cacheRead + cacheWrite;
  if (totalTokens === 0) return;
  const totalCost = count(price.total);
  const slot = Math.floor(at / slotMs) * slotMs;
  const sum = known.slots.get(slot) ?? zeroUsageDetail();
  known.slots.set(slot, sum);
  sum.input += input;
  sum.output += output;
  sum.cacheRead += cacheRead;
  sum.cacheWrite += cacheWrite;
  sum.totalTokens += totalTokens;
  sum.totalCost += totalCost;
  sum.inputCost += count(price.input);
  sum.outputCost += count(price.output);
  sum.cacheReadCost += count(price.cacheRead);
  sum.cacheWriteCost += count(price.cacheWrite);
  if (totalCost === 0 && !freeProviders.has(String(message.provider))) sum.missingCostEntries += 1;
}

/** When a forked transcript was made; 0 for one that began by itself. */
function forkTime(line: string): number {
  const header = parseLine(line);
  if (header?.type !== "session" || typeof header.parentSession !== "string") return 0;
  const at = Date.parse(String(header.timestamp));
  return Number.isFinite(at) ? at : 0;
}

function totalOf(details: readonly UsageDetail[]): UsageTotal {
  const sum = { cost: 0, tokens: 0, partial: false };
  for (const { totalCost, totalTokens, missingCostEntries } of details) {
    sum.cost += totalCost;
    sum.tokens += totalTokens;
    sum.partial ||= missingCostEntries > 0;
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
