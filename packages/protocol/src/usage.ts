import { z } from "zod";
import { count, open, text, texts, timestamp } from "./fields.ts";
import { once } from "./once.ts";

/** Tokens and cost (USD) over a period. */
export const usageTotals = once(() =>
  open({
    input: count(),
    output: count(),
    cacheRead: count(),
    cacheWrite: count(),
    totalTokens: count(),
    totalCost: count(),
    inputCost: count(),
    outputCost: count(),
    cacheReadCost: count(),
    cacheWriteCost: count(),
    missingCostEntries: count(),
  }),
);
export type UsageTotals = z.output<ReturnType<typeof usageTotals>>;

/** Usage of one assistant message. */
export const messageUsage = once(() =>
  open({
    input: count(),
    output: count(),
    cacheRead: count().optional(),
    cacheWrite: count().optional(),
    totalTokens: count().optional(),
    cost: open({
      input: count(),
      output: count(),
      cacheRead: count(),
      cacheWrite: count(),
      total: count(),
    }).optional(),
  }),
);

const messageCounts = once(() => ({
  total: count(),
  user: count(),
  assistant: count(),
  toolCalls: count(),
  toolResults: count(),
  errors: count(),
}));

const latency = once(() => ({
  count: count(),
  avgMs: count(),
  p95Ms: count(),
  minMs: count(),
  maxMs: count(),
}));

const modelUse = once(() =>
  open({
    provider: text().optional(),
    model: text().optional(),
    count: count(),
    totals: usageTotals(),
  }),
);

/** One session in `sessions.usage`. */
export const sessionUsage = once(() =>
  open({
    key: text(),
    label: text().optional(),
    sessionId: text().optional(),
    updatedAt: timestamp().nullish(),
    agentId: text().optional(),
    channel: text().optional(),
    chatType: text().optional(),
    origin: open({}).optional(),
    modelProvider: text().optional(),
    model: text().optional(),
    usage: usageTotals()
      .extend({
        sessionId: text().optional(),
        sessionFile: text().optional(),
        firstActivity: timestamp().optional(),
        lastActivity: timestamp().optional(),
        durationMs: count().optional(),
        activityDates: texts().optional(),
        dailyBreakdown: z.array(open({ date: text(), tokens: count(), cost: count() })).optional(),
        dailyMessageCounts: z.array(open({ date: text(), ...messageCounts() })).optional(),
        dailyLatency: z.array(open({ date: text(), ...latency() })).optional(),
        dailyModelUsage: z
          .array(
            open({
              date: text(),
              provider: text().optional(),
              model: text().optional(),
              tokens: count(),
              cost: count(),
              count: count(),
            }),
          )
          .optional(),
        messageCounts: open(messageCounts()).optional(),
        toolUsage: open({}).optional(),
        modelUsage: z.array(modelUse()).optional(),
        latency: open(latency()).optional(),
      })
      .nullable(),
    contextWeight: open({}).nullish(),
  }),
);

/** Sums over all sessions of a `sessions.usage` answer. */
export const usageAggregates = once(() =>
  open({
    messages: open(messageCounts()),
    tools: open({ totalCalls: count(), uniqueTools: count(), tools: z.array(open({})) }),
    byModel: z.array(modelUse()),
    byProvider: z.array(modelUse()),
    byAgent: z.array(open({ agentId: text(), totals: usageTotals() })),
    byChannel: z.array(open({ channel: text(), totals: usageTotals() })),
    latency: open(latency()).optional(),
    dailyLatency: z.array(open({ date: text(), ...latency() })).optional(),
    modelDaily: z.array(open({ date: text() })).optional(),
    daily: z.array(open({ date: text() })),
  }),
);

/** `sessions.usage.timeseries` points. */
export const usagePoint = once(() =>
  open({
    timestamp: timestamp(),
    input: count(),
    output: count(),
    cacheRead: count(),
    cacheWrite: count(),
    totalTokens: count(),
    cost: count(),
    cumulativeTokens: count(),
    cumulativeCost: count(),
  }),
);

/** `sessions.usage.logs` entries. */
export const usageLogEntry = once(() =>
  open({
    timestamp: timestamp(),
    role: text(),
    content: text(),
    tokens: count().optional(),
    cost: count().optional(),
  }),
);
