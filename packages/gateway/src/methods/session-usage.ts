import {
  addModel,
  addUsage,
  byActivity,
  type LatencySummary,
  messageText,
  noMessages,
  readSessionUsage,
  type SessionEntry,
  type SessionUsage,
  summarizeLatency,
  transcriptMessages,
  type UsageDetail,
  usageOf,
  zeroUsageDetail,
} from "@openclaw/sessions";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import { datesOf, localDate, startOfDay } from "./local-dates.ts";
import type { MethodContext } from "./method-context.ts";

type SessionUsageMethod = "sessions.usage" | "sessions.usage.timeseries" | "sessions.usage.logs";

const dayMs = 24 * 60 * 60 * 1000;
const longestLogText = 2000;

/** `sessions.usage*`: what single sessions have used. Each answer reads the transcripts it is about. */
export function sessionUsageMethods(gateway: MethodContext): HandlersOf<SessionUsageMethod> {
  const { conversations, sessions, clock } = gateway;

  /** The latest sessions, or the one that is named. */
  const chosen = (key: string | undefined, limit: number, agentId: string | undefined): [string, SessionEntry][] => {
    if (key !== undefined) {
      const canonical = conversations.canonicalKey(key, agentId);
      const entry = conversations.entry(canonical);
      return entry?.sessionId ? [[canonical, entry]] : [];
    }
    const found: [string, SessionEntry][] = [];
    const indexes = agentId === undefined ? sessions.indexes() : [sessions.index(agentId)];
    for (const [name, entry] of byActivity(indexes)) {
      if (found.length === limit) break;
      if (entry.sessionId) found.push([name, entry]);
    }
    return found;
  };

  return {
    async "sessions.usage"(params) {
      const agentId = "agentId" in params && typeof params.agentId === "string" ? params.agentId : undefined;
      const dates = datesOf({ days: 30, startDate: params.startDate, endDate: params.endDate }, clock.now());
      const [startDate = "", endDate = startDate] = [dates[0], dates.at(-1)];
      const span = { from: startOfDay(startDate), until: nextDay(endDate), dateOf: localDate };
      const sums = createSums();
      const rows: object[] = [];
      for (const [key, entry] of chosen(params.key, params.limit, agentId)) {
        const path = sessions.transcriptPath(key);
        const usage = path === undefined ? undefined : await readSessionUsage(path, span);
        const owner = conversations.agentOf(key);
        const channel = entry.channel ?? entry.origin?.provider;
        if (usage) sums.add(usage, { agentId: owner, channel });
        rows.push({
          key,
          ...(entry.label === undefined ? {} : { label: entry.label }),
          sessionId: entry.sessionId,
          updatedAt: entry.updatedAt,
          agentId: owner,
          ...defined({ channel, chatType: entry.chatType, origin: entry.origin }),
          ...defined({ modelProvider: entry.modelProvider, model: entry.model }),
          usage: usage === undefined || usage.firstActivity === undefined ? null : shown(usage, entry.sessionId, path),
          ...(params.includeContextWeight ? { contextWeight: entry.systemPromptReport ?? null } : {}),
        });
      }
      const { totals, aggregates } = sums.result();
      return { updatedAt: clock.now(), startDate, endDate, sessions: rows, totals, aggregates } as never;
    },

    async "sessions.usage.timeseries"({ key, agentId }) {
      const { path, entry } = transcriptOf(key, agentId);
      const points = [];
      let [cumulativeTokens, cumulativeCost] = [0, 0];
      for await (const { message } of transcriptMessages(path)) {
        if (message.role !== "assistant") continue;
        const { input, output, cacheRead, cacheWrite, totalTokens, totalCost: cost } = usageOf(message);
        cumulativeTokens += totalTokens;
        cumulativeCost += cost;
        const used = { input, output, cacheRead, cacheWrite, totalTokens, cost };
        points.push({ timestamp: message.timestamp, ...used, cumulativeTokens, cumulativeCost });
      }
      return { sessionId: entry.sessionId, points };
    },

    async "sessions.usage.logs"({ key, agentId, limit }) {
      const { path } = transcriptOf(key, agentId);
      const logs: { timestamp: number; role: string; content: string; tokens?: number; cost?: number }[] = [];
      for await (const { message } of transcriptMessages(path)) {
        if (message.role !== "user" && message.role !== "assistant" && message.role !== "toolResult") continue;
        const { totalTokens: tokens, totalCost: cost } = usageOf(message);
        const content = messageText(message).slice(0, longestLogText);
        const own = message.role === "assistant" ? { tokens, cost } : {};
        logs.push({ timestamp: message.timestamp, role: message.role, content, ...own });
        if (logs.length > limit) logs.shift();
      }
      return { logs };
    },
  };

  function transcriptOf(key: string, agentId: string | undefined): { path: string; entry: SessionEntry } {
    const canonical = conversations.canonicalKey(key, agentId);
    const entry = conversations.entry(canonical);
    const path = entry?.sessionId ? sessions.transcriptPath(canonical) : undefined;
    if (!entry || path === undefined) throw invalidRequest(`No transcript found for session: ${key}`);
    return { path, entry };
  }
}

/** A summer day has 23 hours somewhere, so the next day is looked up from its middle. */
function nextDay(date: string): number {
  return startOfDay(localDate(startOfDay(date) + dayMs + dayMs / 2));
}

function shown(usage: SessionUsage, sessionId: string, sessionFile: string | undefined): object {
  const { firstActivity = 0, lastActivity = firstActivity, totals, messages, models, latencies, days, tools } = usage;
  const dated = [...days].map(([date, day]) => ({ date, ...day }));
  const latency = summarizeLatency(latencies);
  return {
    sessionId,
    sessionFile,
    firstActivity,
    lastActivity,
    durationMs: lastActivity - firstActivity,
    activityDates: dated.map(({ date }) => date),
    dailyBreakdown: dated.map(({ date, tokens, cost }) => ({ date, tokens, cost })),
    dailyMessageCounts: dated.map(({ date, messages }) => ({ date, ...messages })),
    dailyLatency: dated.flatMap(({ date, latencies }) => latencyOf(date, latencies)),
    dailyModelUsage: dated.flatMap(({ date, models }) => models.map((use) => modelDay(date, use))),
    messageCounts: messages,
    ...(tools.size > 0 ? { toolUsage: toolsOf(tools) } : {}),
    modelUsage: models,
    ...(latency ? { latency } : {}),
    ...totals,
  };
}

/** Sums over several sessions. */
function createSums() {
  const totals = zeroUsageDetail();
  const messages = noMessages();
  const tools = new Map<string, number>();
  const models: SessionUsage["models"] = [];
  const byAgent = new Map<string, UsageDetail>();
  const byChannel = new Map<string, UsageDetail>();
  const latencies: number[] = [];
  const days = new Map<
    string,
    {
      tokens: number;
      cost: number;
      messages: number;
      toolCalls: number;
      errors: number;
      latencies: number[];
      models: SessionUsage["models"];
    }
  >();
  const sumOf = (sums: Map<string, UsageDetail>, name: string) => {
    const sum = sums.get(name) ?? zeroUsageDetail();
    sums.set(name, sum);
    return sum;
  };

  return {
    add(usage: SessionUsage, { agentId, channel }: { agentId: string; channel: string | undefined }): void {
      addUsage(totals, usage.totals);
      addUsage(sumOf(byAgent, agentId), usage.totals);
      if (channel !== undefined) addUsage(sumOf(byChannel, channel), usage.totals);
      for (const name of Object.keys(messages) as (keyof typeof messages)[]) messages[name] += usage.messages[name];
      for (const [name, count] of usage.tools) tools.set(name, (tools.get(name) ?? 0) + count);
      for (const use of usage.models) addModel(models, use.provider, use.model, use.totals, use.count);
      latencies.push(...usage.latencies);
      for (const [date, day] of usage.days) {
        const sum = days.get(date) ?? {
          tokens: 0,
          cost: 0,
          messages: 0,
          toolCalls: 0,
          errors: 0,
          latencies: [],
          models: [],
        };
        days.set(date, sum);
        sum.tokens += day.tokens;
        sum.cost += day.cost;
        sum.messages += day.messages.total;
        sum.toolCalls += day.messages.toolCalls;
        sum.errors += day.messages.errors;
        sum.latencies.push(...day.latencies);
        for (const use of day.models) addModel(sum.models, use.provider, use.model, use.totals, use.count);
      }
    },
    result() {
      const dated = [...days].sort(([a], [b]) => a.localeCompare(b));
      const providers: SessionUsage["models"] = [];
      for (const use of models) addModel(providers, use.provider, "", use.totals, use.count);
      const latency = summarizeLatency(latencies);
      const aggregates = {
        messages,
        tools: toolsOf(tools),
        byModel: models,
        byProvider: providers.map(({ provider, count, totals }) => ({ provider, count, totals })),
        byAgent: [...byAgent].map(([agentId, totals]) => ({ agentId, totals })),
        byChannel: [...byChannel].map(([channel, totals]) => ({ channel, totals })),
        ...(latency ? { latency } : {}),
        dailyLatency: dated.flatMap(([date, { latencies }]) => latencyOf(date, latencies)),
        modelDaily: dated.flatMap(([date, { models }]) => models.map((use) => modelDay(date, use))),
        daily: dated.map(([date, { tokens, cost, messages, toolCalls, errors }]) => ({
          ...{ date, tokens, cost, messages, toolCalls, errors },
        })),
      };
      return { totals, aggregates };
    },
  };
}

function toolsOf(tools: ReadonlyMap<string, number>) {
  const list = [...tools].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
  return { totalCalls: list.reduce((sum, { count }) => sum + count, 0), uniqueTools: list.length, tools: list };
}

function latencyOf(date: string, latencies: readonly number[]): ({ date: string } & LatencySummary)[] {
  const summary = summarizeLatency(latencies);
  return summary ? [{ date, ...summary }] : [];
}

function modelDay(date: string, { provider, model, totals, count }: SessionUsage["models"][number]) {
  return { date, provider, model, tokens: totals.totalTokens, cost: totals.totalCost, count };
}

/** Without the members that are not there. */
function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, content]) => content !== undefined)) as Partial<T>;
}
