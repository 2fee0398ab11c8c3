import type { LevelValues } from "../levels/level-words.ts";
import type { QueueSettings } from "../queue/queue-settings.ts";
import { ago, dollars, shortCount } from "./short-count.ts";

/** What the status card shows. What is not known is absent, and so is its line. */
export interface StatusFacts {
  version: string;
  commit?: string | undefined;
  /** Only where the time is asked for. */
  time?: { text: string; zone: string } | undefined;
  /** `provider/model`. */
  model: string;
  /** How the provider is paid, without any secret. */
  authLabel?: string | undefined;
  tokens?: { input: number; output: number } | undefined;
  /** US dollars of the last run; only for keys that are billed by the token. */
  cost?: number | undefined;
  /** Tokens. */
  context: { used: number; window: number };
  compactions: number;
  /** What became of media, one part per capability. */
  media?: readonly string[] | undefined;
  /** Windows of the provider's own limits. */
  providerUsage?: string | undefined;
  session: { key: string; updatedAt?: number | undefined };
  now: number;
  subagents?: { active: number; done: number; labels: readonly string[] } | undefined;
  /** `direct`, `docker/all`, `bwrap/non-main`, … */
  runtime: string;
  levels: LevelValues;
  voice?: { mode: string; provider: string; limit: number; summary: boolean } | undefined;
  /** Groups only. */
  activation?: "mention" | "always" | undefined;
  queue: QueueSettings & { depth: number; isOverridden: boolean };
}

/** The card of `/status` and of the tool `session_status`. */
export function statusCard(facts: StatusFacts): string {
  return [
    `🦞 OpenClaw ${facts.version}${facts.commit ? ` (${facts.commit})` : ""}`,
    facts.time && `🕒 Time: ${facts.time.text} (${facts.time.zone})`,
    `🧠 Model: ${facts.model}${facts.authLabel ? ` · 🔑 ${facts.authLabel}` : ""}`,
    tokensLine(facts),
    contextLine(facts),
    facts.media?.length ? `📎 Media: ${facts.media.join(" · ")}` : undefined,
    facts.providerUsage && `📊 Usage: ${facts.providerUsage}`,
    sessionLine(facts),
    subagentsLine(facts),
    runtimeLine(facts),
    voiceLine(facts.voice),
    [facts.activation && `👥 Activation: ${facts.activation}`, queueText(facts.queue)].filter(Boolean).join(" · "),
  ]
    .filter((line) => line !== undefined)
    .join("\n");
}

function tokensLine({ tokens, cost }: StatusFacts): string | undefined {
  if (!tokens) return undefined;
  const counts = `🧮 Tokens: ${shortCount(tokens.input)} in / ${shortCount(tokens.output)} out`;
  return cost === undefined ? counts : `${counts} · 💵 Cost: ${dollars(cost)}`;
}

/** `📚 Context: 15k/128k (12%) · 🧹 Compactions: 0`. */
function contextLine({ context, compactions }: StatusFacts): string {
  return `📚 Context: ${contextText(context)} · 🧹 Compactions: ${compactions}`;
}

/** `15k/128k (12%)`. */
export function contextText({ used, window }: StatusFacts["context"]): string {
  const percent = window > 0 ? Math.round((used / window) * 100) : 0;
  return `${shortCount(used)}/${shortCount(window)} (${percent}%)`;
}

function sessionLine({ session, now }: StatusFacts): string {
  const updated = session.updatedAt === undefined ? "" : ` • updated ${ago(now - session.updatedAt)}`;
  return `🧵 Session: ${session.key}${updated}`;
}

function subagentsLine({ subagents, levels }: StatusFacts): string | undefined {
  if (!subagents) return undefined;
  const { active, done, labels } = subagents;
  const verbose = levels.verbose !== "off";
  if (active === 0 && !verbose) return undefined;
  const base = `🤖 Subagents: ${active} active`;
  if (!verbose) return base;
  const named = labels.length > 0 ? ` (${labels.slice(0, 3).join(", ")})` : "";
  return `${base}${named}${done > 0 ? ` · ${done} done` : ""}`;
}

function runtimeLine({ runtime, levels }: StatusFacts): string {
  const parts = [
    `Runtime: ${runtime}`,
    `Think: ${levels.thinking}`,
    levels.verbose === "off" ? undefined : levels.verbose === "full" ? "verbose:full" : "verbose",
    levels.reasoning === "off" ? undefined : `Reasoning: ${levels.reasoning}`,
    levels.elevated === "off" ? undefined : levels.elevated === "on" ? "elevated" : `elevated:${levels.elevated}`,
  ];
  return `⚙️ ${parts.filter((part) => part !== undefined).join(" · ")}`;
}

function voiceLine(voice: StatusFacts["voice"]): string | undefined {
  if (!voice) return undefined;
  const { mode, provider, limit, summary } = voice;
  return `🔊 Voice: ${mode} · provider=${provider} · limit=${limit} · summary=${summary ? "on" : "off"}`;
}

function queueText({ mode, depth, debounceMs, cap, drop, isOverridden }: StatusFacts["queue"]): string {
  const details = isOverridden ? ` · debounce ${shortDuration(debounceMs)} · cap ${cap} · drop ${drop}` : "";
  return `🪢 Queue: ${mode} (depth ${depth}${details})`;
}

function shortDuration(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms >= 1000 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
