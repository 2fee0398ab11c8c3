import os from "node:os";
import type { ProviderAuthState } from "@openclaw/models";
import { doctorHint, writeRestartSentinel } from "../restart-sentinel.ts";
import { type HandlersOf, invalidRequest, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type OperationMethod = "system.info" | "models.authStatus" | "gateway.restart.preflight" | "gateway.restart.request";

const defaultRestartDelayMs = 2000;
const longestRestartDelayMs = 60_000;

/** The program, the machine, its credentials, and starting it anew. */
export function operationMethods(gateway: MethodContext): HandlersOf<OperationMethod> {
  const { agents, clock, configStore, models, runs, approvalDesk } = gateway;
  const startedAt = clock.now();

  const preflight = () => {
    const open = runs.open();
    const activeRuns = open.filter((run) => run.startedAt !== undefined).length;
    const counts = {
      activeRuns,
      queuedMessages: open.length - activeRuns,
      pendingApprovals: approvalDesk.list().length,
    };
    const blockers = [
      ...(counts.activeRuns === 0 ? [] : [counted(counts.activeRuns, "run is under way", "runs are under way")]),
      ...(counts.queuedMessages === 0 ? [] : [counted(counts.queuedMessages, "message waits", "messages wait")]),
      ...(counts.pendingApprovals === 0
        ? []
        : [counted(counts.pendingApprovals, "command waits for approval", "commands wait for approval")]),
    ];
    const summary = blockers.length === 0 ? "nothing is under way" : blockers.join("; ");
    return { safe: blockers.length === 0, counts, blockers, summary };
  };

  return {
    "system.info"() {
      const { rss } = process.memoryUsage();
      return {
        version: gateway.version,
        runtimeVersion: process.version,
        pid: process.pid,
        platform: process.platform,
        arch: process.arch,
        hostname: os.hostname(),
        uptimeMs: clock.now() - startedAt,
        cpus: os.availableParallelism(),
        memory: { total: os.totalmem(), free: os.freemem(), rss },
        stateDir: gateway.stateDir,
        configPath: configStore.snapshot().path,
      };
    },

    async "models.authStatus"({ agentId: named }) {
      const agentId = named?.trim().toLowerCase() ?? agents.defaultId();
      if (!agents.has(agentId)) throw invalidRequest(`unknown agent id "${named}"`);
      const known = await models.list({ all: true, known: true });
      const configured = Object.keys(configStore.snapshot().config.models?.providers ?? {});
      const names = new Set([...configured, ...known.map(({ provider }) => provider)]);
      const states = [...names].flatMap((provider) => models.providerAuth(provider, agentId) ?? []);
      const byProvider = new Map(states.map((state) => [state.provider, state]));
      return { agentId, ts: clock.now(), providers: [...byProvider.values()].map(authStatus) };
    },

    "gateway.restart.preflight": preflight,

    async "gateway.restart.request"({ reason, sessionKey, note, delayMs: wanted, onlyIfSafe }) {
      const { safe, summary } = preflight();
      if (onlyIfSafe && !safe) throw unavailable(`not restarted: ${summary}`, { retryable: true });
      const delayMs = Math.min(wanted ?? defaultRestartDelayMs, longestRestartDelayMs);
      const payload = {
        kind: "restart" as const,
        status: "ok" as const,
        ts: clock.now(),
        ...(sessionKey ? { sessionKey } : {}),
        message: note ?? null,
        doctorHint,
        stats: { mode: "gateway.restart", reason },
      };
      await writeRestartSentinel(payload, gateway);
      gateway.requestRestart({ reason, delayMs });
      return { ok: true as const, delayMs, reason };
    },
  };
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

const badness = ["ok", "static", "expiring", "expired", "missing"] as const;

/** What the credentials of a provider come to: the best one counts, since it is the one that is used. */
function authStatus({ provider, profiles, key }: ProviderAuthState) {
  const own = profiles.map(({ status }) => status);
  const all = key === undefined ? own : [...own, "static" as const];
  return {
    provider,
    status: badness.find((status) => all.includes(status)) ?? ("missing" as const),
    profiles: profiles.map(({ id, type, status, masked, expiresAt }) => ({
      id,
      type,
      status,
      masked,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    })),
    ...(key === undefined ? {} : { key: { source: key.source, masked: key.masked } }),
  };
}
