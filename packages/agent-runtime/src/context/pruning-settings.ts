import { toolMatcher } from "../policy/tool-policy.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";

/** How old tool results are shortened before a request. Sizes in characters, shares of the window. */
export interface PruningSettings {
  mode: "off" | "adaptive" | "aggressive" | "cache-ttl";
  /** Milliseconds a provider keeps a context in its cache. */
  ttlMs: number;
  keepLastAssistants: number;
  softTrimRatio: number;
  hardClearRatio: number;
  minPrunableToolChars: number;
  softTrim: { maxChars: number; headChars: number; tailChars: number };
  hardClear: { enabled: boolean; placeholder: string };
  /** Whether the results of a tool may be pruned. */
  prunable: (toolName: string) => boolean;
}

const minuteMs = 60_000;
const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: minuteMs,
  h: 60 * minuteMs,
  d: 24 * 60 * minuteMs,
};
const defaultTtlMs = 5 * minuteMs;

/** Reads `agents.defaults.contextPruning`. */
export function pruningSettings(config: RuntimeConfig): PruningSettings {
  const given = config.agents?.defaults?.contextPruning;
  const allowed = given?.tools?.allow ?? [];
  const allow = allowed.length === 0 ? () => true : toolMatcher(allowed);
  const deny = toolMatcher(given?.tools?.deny ?? []);
  return {
    mode: given?.mode ?? "adaptive",
    ttlMs: durationMs(given?.ttl) ?? defaultTtlMs,
    keepLastAssistants: given?.keepLastAssistants ?? 3,
    softTrimRatio: given?.softTrimRatio ?? 0.3,
    hardClearRatio: given?.hardClearRatio ?? 0.5,
    minPrunableToolChars: given?.minPrunableToolChars ?? 50_000,
    softTrim: {
      maxChars: given?.softTrim?.maxChars ?? 4000,
      headChars: given?.softTrim?.headChars ?? 1500,
      tailChars: given?.softTrim?.tailChars ?? 1500,
    },
    hardClear: {
      enabled: given?.hardClear?.enabled ?? true,
      placeholder: given?.hardClear?.placeholder ?? "[Old tool result content cleared]",
    },
    prunable: (name) => allow(name) && !deny(name),
  };
}

/** `30s`, `5m`, `1h`; a bare number means minutes. Undefined for what is none of them. */
function durationMs(text: string | undefined): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*$/i.exec(text ?? "");
  if (match === null) return undefined;
  return Number(match[1]) * (unitMs[match[2]?.toLowerCase() ?? "m"] ?? minuteMs);
}
