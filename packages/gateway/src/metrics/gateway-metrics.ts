import type { RunResult } from "@openclaw/agent-runtime";
import type { Clock } from "@openclaw/storage";
import type { Inbound } from "../pipeline/inbound.ts";
import type { RunOutcome, RunRegistry } from "../runs/run-registry.ts";
import { createMeasures } from "./measures.ts";

/** Upper bounds of how many messages are open in a session. */
const depths = [1, 2, 5, 10, 20, 50];
/** Upper bounds of how much a conversation holds, tokens. */
const contexts = [1_000, 4_000, 16_000, 32_000, 64_000, 128_000, 200_000, 500_000, 1_000_000];
/** A message that is open for longer is taken for stuck, ms. */
const stuckAfterMs = 2 * 60_000;

/** What a Gateway tells of itself to those who watch it. */
export interface GatewayMetrics {
  /** A registry that counts what goes through it. */
  counted(runs: RunRegistry): RunRegistry;
  /** A turn has ended. */
  ran(message: Inbound, result: RunResult): void;
  /** A run has come to a lane, or has left its queue. */
  lane(event: "enqueue" | "dequeue", lane: string): void;
  /** A webhook was answered. `kind` is what it asked for, never a name somebody made up. */
  webhook(answered: { kind: "wake" | "agent" | "mapping"; status: number; durationMs: number }): void;
  /** Everything so far, in Prometheus's text format. */
  read(): Promise<{ text: string; contentType: string }>;
}

export function createGatewayMetrics(options: {
  clock: Clock;
  clients(): number;
  /** How much of its model's window a session's conversation takes, tokens. */
  contextTokens(sessionKey: string): number | undefined;
}): GatewayMetrics {
  const { clock } = options;
  const measures = createMeasures();
  const openedAt = new Map<string, number>();
  const stuck = new Set<string>();
  let reading: Promise<() => Promise<{ text: string; contentType: string }>> | undefined;

  const closed = (runId: string, { status, endedAt, error }: RunOutcome) => {
    const opened = openedAt.get(runId);
    if (opened === undefined) return;
    openedAt.delete(runId);
    stuck.delete(runId);
    const outcome = status === "ok" ? "ok" : error === "aborted" ? "aborted" : "error";
    measures.add("openclaw_message_processed_total", { outcome });
    measures.observe("openclaw_message_duration_ms", { outcome }, Math.max(0, endedAt - opened));
  };

  /** Looked for by whoever asks; each is counted once, with its age at that time. */
  const noteStuck = () => {
    const now = clock.now();
    for (const [runId, opened] of openedAt) {
      if (now - opened < stuckAfterMs || stuck.has(runId)) continue;
      stuck.add(runId);
      measures.add("openclaw_session_stuck_total", {});
      measures.observe("openclaw_session_stuck_age_ms", {}, now - opened);
    }
  };

  return {
    counted: (runs) => ({
      ...runs,
      get closed() {
        return runs.closed;
      },
      add(record) {
        runs.add(record);
        openedAt.set(record.runId, clock.now());
        measures.add("openclaw_message_queued_total", { agent: record.agentId });
        const depth = runs.openOf(record.sessionKey).length;
        if (depth === 1) measures.add("openclaw_session_state_total", { state: "processing" });
        measures.observe("openclaw_queue_depth", {}, depth, depths);
      },
      finish(runId, outcome) {
        closed(runId, outcome);
        const sessionKey = runs.get(runId)?.sessionKey;
        const wasOpen = sessionKey !== undefined && runs.openOf(sessionKey).length > 0;
        runs.finish(runId, outcome);
        if (wasOpen && runs.openOf(sessionKey).length === 0)
          measures.add("openclaw_session_state_total", { state: "idle" });
      },
    }),
    lane: (event, lane) => measures.add(`openclaw_queue_lane_${event}_total`, { lane }),
    webhook({ kind, status, durationMs }) {
      measures.add("openclaw_webhook_received_total", { kind });
      if (status >= 400) measures.add("openclaw_webhook_error_total", { kind, status: String(status) });
      measures.observe("openclaw_webhook_duration_ms", { kind }, durationMs);
    },
    ran({ route, receivedAt, sessionKey }, { status, provider, model, usage, startedAt, endedAt }) {
      if (status === "interrupted") return;
      const channel = route.surface === "channel" ? route.channel : route.surface;
      const origin = { channel, provider, model };
      measures.add("openclaw_run_attempt_total", { ...origin, outcome: status });
      measures.observe("openclaw_run_duration_ms", origin, Math.max(0, endedAt - startedAt));
      measures.observe("openclaw_queue_wait_ms", { channel }, Math.max(0, startedAt - receivedAt));
      const held = options.contextTokens(sessionKey);
      if (held !== undefined) measures.observe("openclaw_context_tokens", { provider, model }, held, contexts);
      if (usage === undefined) return;
      for (const kind of ["input", "output", "cacheRead", "cacheWrite"] as const) {
        if (usage[kind] > 0) measures.add("openclaw_tokens_total", { ...origin, kind }, usage[kind]);
      }
      measures.add("openclaw_cost_usd_total", origin, usage.cost.total);
    },
    async read() {
      reading ??= import("./prometheus.ts").then(({ createPrometheusText }) =>
        createPrometheusText(measures, { clients: options.clients, open: () => openedAt.size }),
      );
      noteStuck();
      return (await reading)();
    },
  };
}
