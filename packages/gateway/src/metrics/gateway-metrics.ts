import type { RunResult } from "@openclaw/agent-runtime";
import type { Clock } from "@openclaw/storage";
import type { Inbound } from "../pipeline/inbound.ts";
import type { RunOutcome, RunRegistry } from "../runs/run-registry.ts";
import { createMeasures } from "./measures.ts";

/** Upper bounds of how many messages are open in a session. */
const depths = [1, 2, 5, 10, 20, 50];

/** What a Gateway tells of itself to those who watch it. */
export interface GatewayMetrics {
  /** A registry that counts what goes through it. */
  counted(runs: RunRegistry): RunRegistry;
  /** A turn has ended. */
  ran(message: Inbound, result: RunResult): void;
  /** Everything so far, in Prometheus's text format. */
  read(): Promise<{ text: string; contentType: string }>;
}

export function createGatewayMetrics(options: { clock: Clock; clients(): number }): GatewayMetrics {
  const { clock } = options;
  const measures = createMeasures();
  const openedAt = new Map<string, number>();
  let reading: Promise<() => Promise<{ text: string; contentType: string }>> | undefined;

  const closed = (runId: string, { status, endedAt, error }: RunOutcome) => {
    const opened = openedAt.get(runId);
    if (opened === undefined) return;
    openedAt.delete(runId);
    const outcome = status === "ok" ? "ok" : error === "aborted" ? "aborted" : "error";
    measures.add("openclaw_message_processed_total", { outcome });
    measures.observe("openclaw_message_duration_ms", { outcome }, Math.max(0, endedAt - opened));
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
        measures.observe("openclaw_queue_depth", {}, runs.openOf(record.sessionKey).length, depths);
      },
      finish(runId, outcome) {
        closed(runId, outcome);
        runs.finish(runId, outcome);
      },
    }),
    ran({ route, receivedAt }, { status, provider, model, usage, startedAt, endedAt }) {
      if (status === "interrupted") return;
      const channel = route.surface === "channel" ? route.channel : route.surface;
      const origin = { channel, provider, model };
      measures.add("openclaw_run_attempt_total", { ...origin, outcome: status });
      measures.observe("openclaw_run_duration_ms", origin, Math.max(0, endedAt - startedAt));
      measures.observe("openclaw_queue_wait_ms", { channel }, Math.max(0, startedAt - receivedAt));
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
      return (await reading)();
    },
  };
}
