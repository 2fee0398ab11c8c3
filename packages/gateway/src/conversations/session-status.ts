import { heartbeatAgents, heartbeatSettings } from "@openclaw/automation/resident";
import type { OpenClawConfig } from "@openclaw/config";
import {
  normalizeAgentId,
  type SessionDefaults,
  type SessionEntry,
  type Sessions,
  sessionKind,
} from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { Agents } from "../agents.ts";
import type { HealthSource } from "../health.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";
import { pick } from "./pick.ts";

/** What `status` and `health` tell of sessions and their agents. */
export interface SessionStatus {
  status(): Promise<object>;
  healthSource(): Omit<HealthSource, "channels">;
}

export function createSessionStatus(options: {
  sessions: Sessions;
  agents: Agents;
  config(): OpenClawConfig;
  systemEvents: Pick<SystemEvents, "peek">;
  modelDefaults(): Promise<SessionDefaults>;
  clock: Clock;
}): SessionStatus {
  const { sessions, agents, config, modelDefaults, clock } = options;
  /** How an agent looks after things, as `status` and `health` tell it. */
  const heartbeatOf = (agentId: string) => {
    const all = heartbeatAgents(config(), { defaultId: agents.defaultId(), normalizeId: normalizeAgentId });
    const { every, everyMs, prompt, target, model, session, ackMaxChars } = heartbeatSettings(config(), agentId);
    const enabled = all.some((each) => each.agentId === agentId);
    return {
      enabled,
      every: enabled ? every : "disabled",
      everyMs: enabled ? (everyMs ?? null) : null,
      prompt,
      target,
      ...(model === undefined ? {} : { model }),
      ...(session === undefined ? {} : { session }),
      ackMaxChars,
    };
  };
  const recentOf = (agentId: string, limit: number) =>
    sessions
      .index(agentId)
      .recent(limit)
      .filter(([key]) => key !== "global" && key !== "unknown");

  const statusRow = (agentId: string, key: string, entry: SessionEntry, defaults: SessionDefaults) => {
    const contextTokens = entry.contextTokens ?? defaults.contextTokens ?? 0;
    const total = entry.totalTokens ?? (entry.inputTokens ?? 0) + (entry.outputTokens ?? 0);
    return {
      agentId,
      key,
      kind: sessionKind(key, entry),
      sessionId: entry.sessionId,
      updatedAt: entry.updatedAt,
      age: clock.now() - entry.updatedAt,
      systemSent: entry.systemSent ?? false,
      abortedLastRun: entry.abortedLastRun ?? false,
      ...pick(entry, ["thinkingLevel", "verboseLevel", "reasoningLevel", "elevatedLevel"]),
      inputTokens: entry.inputTokens ?? 0,
      outputTokens: entry.outputTokens ?? 0,
      totalTokens: total,
      remainingTokens: Math.max(0, contextTokens - total),
      percentUsed: contextTokens > 0 ? Math.min(999, Math.round((total / contextTokens) * 100)) : 0,
      model: entry.modelOverride ?? sessions.inheritedModel(key)?.model ?? entry.model ?? defaults.model ?? "",
      contextTokens,
      flags: [
        ...(["thinking", "verbose", "reasoning", "elevated"] as const).flatMap((name) => {
          const level = entry[`${name}Level`];
          return level ? [`${name}:${level}`] : [];
        }),
        `id:${entry.sessionId}`,
      ],
    };
  };

  return {
    async status() {
      const defaults = await modelDefaults();
      const byAgent = agents.ids().map((agentId) => ({
        agentId,
        path: sessions.storePath(agentId),
        count: sessions.index(agentId).size,
        recent: recentOf(agentId, 10).map(([key, entry]) => statusRow(agentId, key, entry, defaults)),
      }));
      const recent = byAgent.flatMap((item) => item.recent).sort((a, b) => b.updatedAt - a.updatedAt);
      return {
        heartbeat: {
          defaultAgentId: agents.defaultId(),
          agents: agents.ids().map((agentId) => {
            const { enabled, every, everyMs } = heartbeatOf(agentId);
            return { agentId, enabled, every, everyMs };
          }),
        },
        channelSummary: [],
        queuedSystemEvents: options.systemEvents.peek(sessions.mainKey()).map((event) => event.text),
        sessions: {
          paths: [...new Set(byAgent.map((item) => item.path))],
          count: byAgent.reduce((sum, item) => sum + item.count, 0),
          defaults: { model: defaults.model, contextTokens: defaults.contextTokens },
          recent: recent.slice(0, 10),
          byAgent,
        },
      };
    },
    healthSource: () => ({
      heartbeatSeconds: () => (heartbeatSettings(config(), agents.defaultId()).everyMs ?? 0) / 1000,
      defaultAgentId: () => agents.defaultId(),
      agents: () =>
        agents.ids().map((agentId) => {
          const name = agents.name(agentId);
          return {
            agentId,
            ...(name ? { name } : {}),
            isDefault: agentId === agents.defaultId(),
            heartbeat: heartbeatOf(agentId),
            sessions: {
              path: sessions.storePath(agentId),
              count: sessions.index(agentId).size,
              recent: recentOf(agentId, 5).map(([key, entry]) => ({
                key,
                updatedAt: entry.updatedAt,
                age: clock.now() - entry.updatedAt,
              })),
            },
          };
        }),
    }),
  };
}
