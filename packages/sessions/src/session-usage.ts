import { createReadStream } from "node:fs";
import { type TranscriptMessage, toolCallsOf } from "./message.ts";
import { parseLine, readEntry } from "./read-entry.ts";
import { isErrno } from "./session-error.ts";
import { type UsageDetail, zeroUsageDetail } from "./usage-ledger.ts";

export interface MessageCounts {
  total: number;
  user: number;
  assistant: number;
  toolCalls: number;
  toolResults: number;
  /** Tool results and model calls that failed. */
  errors: number;
}

/** How long answers took, ms. */
export interface LatencySummary {
  count: number;
  avgMs: number;
  p95Ms: number;
  minMs: number;
  maxMs: number;
}

/** What one model has used. */
export interface ModelUse {
  provider: string;
  model: string;
  count: number;
  totals: UsageDetail;
}

/** What happened in one transcript between two times. */
export interface SessionUsage {
  /** ms; absent when nothing happened. */
  firstActivity?: number;
  lastActivity?: number;
  totals: UsageDetail;
  messages: MessageCounts;
  models: ModelUse[];
  /** How often each tool was called. */
  tools: Map<string, number>;
  /** ms from a message to its answer. */
  latencies: number[];
  days: Map<string, DayUsage>;
}

/** One day of a transcript; `tokens` and `cost` (US dollars) are of all models. */
export interface DayUsage {
  tokens: number;
  cost: number;
  messages: MessageCounts;
  latencies: number[];
  models: ModelUse[];
}

export interface SessionUsageOptions {
  /** Only what happened between these times, ms; the end is not part of it. */
  from?: number;
  until?: number;
  /** Name of the day of a time. */
  dateOf(time: number): string;
}

/** Reads a transcript, which takes as long as it is large. A missing file is an empty one. */
export async function readSessionUsage(path: string, options: SessionUsageOptions): Promise<SessionUsage> {
  const { from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, dateOf } = options;
  const usage: SessionUsage = {
    totals: zeroUsageDetail(),
    messages: noMessages(),
    models: [],
    tools: new Map(),
    latencies: [],
    days: new Map(),
  };
  let askedAt: number | undefined;
  for await (const { message } of transcriptMessages(path)) {
    const at = message.timestamp;
    const waited = message.role === "assistant" && askedAt !== undefined ? at - askedAt : undefined;
    if (message.role === "user") askedAt = at;
    if (message.role === "assistant") askedAt = undefined;
    if (at < from || at >= until) continue;
    const date = dateOf(at);
    const day = usage.days.get(date) ?? { tokens: 0, cost: 0, messages: noMessages(), latencies: [], models: [] };
    usage.days.set(date, day);
    usage.firstActivity ??= at;
    usage.lastActivity = at;
    for (const counts of [usage.messages, day.messages]) countMessage(counts, message);
    if (waited !== undefined && waited >= 0) {
      usage.latencies.push(waited);
      day.latencies.push(waited);
    }
    if (message.role !== "assistant") continue;
    for (const call of toolCallsOf(message)) usage.tools.set(call.name, (usage.tools.get(call.name) ?? 0) + 1);
    const detail = usageOf(message);
    addUsage(usage.totals, detail);
    day.tokens += detail.totalTokens;
    day.cost += detail.totalCost;
    for (const models of [usage.models, day.models]) addModel(models, message.provider, message.model, detail);
  }
  return usage;
}

/** The messages of a transcript file in the order they were written, with the number of their entry. */
export async function* transcriptMessages(path: string): AsyncGenerator<{ id: string; message: TranscriptMessage }> {
  const input = createReadStream(path, { encoding: "utf8" });
  let rest = "";
  try {
    for await (const chunk of input) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const record = parseLine(line);
        const entry = record && readEntry(record);
        if (entry?.type === "message") yield { id: entry.id, message: entry.message };
      }
    }
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  } finally {
    input.destroy();
  }
}

/** What one model call used; nothing for a message that is no answer of a model. */
export function usageOf(message: TranscriptMessage): UsageDetail {
  const detail = zeroUsageDetail();
  if (message.role !== "assistant") return detail;
  const { usage } = message;
  const { cost } = usage;
  return Object.assign(detail, {
    input: usage.input,
    output: usage.output,
    cacheRead: usage.cacheRead,
    cacheWrite: usage.cacheWrite,
    totalTokens: usage.totalTokens || usage.input + usage.output + usage.cacheRead + usage.cacheWrite,
    totalCost: cost.total,
    inputCost: cost.input,
    outputCost: cost.output,
    cacheReadCost: cost.cacheRead,
    cacheWriteCost: cost.cacheWrite,
  } satisfies Partial<UsageDetail>);
}

/** Adds to a sum. */
export function addUsage(sum: UsageDetail, more: UsageDetail): void {
  for (const name of Object.keys(sum) as (keyof UsageDetail)[]) sum[name] += more[name];
}

/** Adds calls of a model to a list that has each model once. */
export function addModel(models: ModelUse[], provider: string, model: string, detail: UsageDetail, count = 1): void {
  let use = models.find((known) => known.provider === provider && known.model === model);
  if (use === undefined) {
    use = { provider, model, count: 0, totals: zeroUsageDetail() };
    models.push(use);
  }
  use.count += count;
  addUsage(use.totals, detail);
}

/** Undefined when nothing was measured. */
export function summarizeLatency(latencies: readonly number[]): LatencySummary | undefined {
  if (latencies.length === 0) return undefined;
  const sorted = latencies.toSorted((a, b) => a - b);
  const last = sorted.length - 1;
  return {
    count: sorted.length,
    avgMs: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p95Ms: sorted[Math.min(last, Math.ceil(sorted.length * 0.95) - 1)] ?? 0,
    minMs: sorted[0] ?? 0,
    maxMs: sorted[last] ?? 0,
  };
}

export function noMessages(): MessageCounts {
  return { total: 0, user: 0, assistant: 0, toolCalls: 0, toolResults: 0, errors: 0 };
}

function countMessage(counts: MessageCounts, message: TranscriptMessage): void {
  switch (message.role) {
    case "user":
      counts.user += 1;
      counts.total += 1;
      return;
    case "assistant":
      counts.assistant += 1;
      counts.total += 1;
      counts.toolCalls += toolCallsOf(message).length;
      if (message.stopReason === "error") counts.errors += 1;
      return;
    case "toolResult":
      counts.toolResults += 1;
      if (message.isError) counts.errors += 1;
      return;
    default:
      return; // Commands of people and notes of plugins are no messages of the conversation.
  }
}
