import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Distribution, Labels, Measures } from "./measures.ts";

const helps: Readonly<Record<string, string>> = {
  openclaw_tokens_total: "Tokens of model calls",
  openclaw_cost_usd_total: "Cost of model calls, US dollars",
  openclaw_message_queued_total: "Messages taken",
  openclaw_message_processed_total: "Messages answered or ended otherwise",
  openclaw_message_duration_ms: "From taking a message to its end, ms",
  openclaw_queue_depth: "Open messages of a session when one is taken",
  openclaw_queue_wait_ms: "From taking a message to the start of its run, ms",
  openclaw_run_attempt_total: "Runs",
  openclaw_run_duration_ms: "From start to end of a run, ms",
  openclaw_context_tokens: "What a conversation holds after a run, tokens",
  openclaw_queue_lane_enqueue_total: "Runs that came to a lane",
  openclaw_queue_lane_dequeue_total: "Runs that were let in by a lane",
  openclaw_session_state_total: "Sessions that became busy or idle",
  openclaw_session_stuck_total: "Messages that are open for more than two minutes",
  openclaw_session_stuck_age_ms: "How long they were open when that was noticed, ms",
  openclaw_webhook_received_total: "Webhooks",
  openclaw_webhook_error_total: "Webhooks that were refused or failed",
  openclaw_webhook_duration_ms: "Until a webhook was answered, ms",
};

/** Metrics of what was counted and of this process. Loaded when they are asked for. */
export function createPrometheusText(
  measures: Measures,
  now: { clients(): number; open(): number },
): () => Promise<{ text: string; contentType: string }> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  gauge(registry, "openclaw_clients", "Connected clients", () => now.clients());
  gauge(registry, "openclaw_messages_open", "Messages that are answered or wait", () => now.open());
  return async () => {
    for (const { name, labels } of measures.counts()) {
      if (!registry.getSingleMetric(name)) counter(registry, name, labels, measures);
    }
    for (const distribution of measures.distributions()) {
      if (!registry.getSingleMetric(distribution.name)) histogram(registry, distribution, measures);
    }
    return { text: await registry.metrics(), contentType: registry.contentType };
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

function counter(registry: Registry, name: string, labels: Labels, measures: Measures): void {
  new Counter({
    name,
    help: helps[name] ?? name,
    labelNames: Object.keys(labels),
    registers: [registry],
    collect() {
      this.reset();
      for (const count of measures.counts()) if (count.name === name) this.inc({ ...count.labels }, count.value);
    },
  });
}

function histogram(registry: Registry, { name, labels, bounds }: Distribution, measures: Measures): void {
  const own = new KeptHistogram({
    name,
    help: helps[name] ?? name,
    labelNames: Object.keys(labels),
    buckets: [...bounds],
    registers: [registry],
  });
  own.read = () => [...measures.distributions()].filter((distribution) => distribution.name === name);
}

/** A histogram whose values were counted before the library was there. */
class KeptHistogram extends Histogram {
  read: () => readonly Distribution[] = () => [];

  /** What the registry asks a histogram for when it writes text. */
  async getForPromString() {
    const kept = this.read();
    const name = kept[0]?.name ?? "";
    return { name, help: helps[name] ?? name, type: "histogram", values: kept.flatMap((one) => samplesOf(one)) };
  }
}

function samplesOf({ name, labels, bounds, counts, sum }: Distribution) {
  let below = 0;
  const buckets = counts.map((count, at) => {
    below += count;
    const le = bounds[at] ?? "+Inf";
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: below },
  ];
}
