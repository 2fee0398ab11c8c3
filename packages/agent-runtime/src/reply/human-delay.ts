export interface HumanDelayConfig {
  mode?: "off" | "natural" | "custom" | undefined;
  /** Milliseconds, for `custom`. */
  minMs?: number | undefined;
  maxMs?: number | undefined;
}

const naturalMs = { min: 800, max: 2500 };

/** Pause before a further block of an answer, in milliseconds. `random` gives numbers from 0 to below 1. */
export function humanDelayMs(config: HumanDelayConfig | undefined, random: () => number): number {
  const mode = config?.mode ?? "off";
  if (mode === "off") return 0;
  const min = mode === "custom" ? (config?.minMs ?? naturalMs.min) : naturalMs.min;
  const max = mode === "custom" ? (config?.maxMs ?? naturalMs.max) : naturalMs.max;
  return max <= min ? min : Math.floor(min + random() * (max - min + 1));
}
