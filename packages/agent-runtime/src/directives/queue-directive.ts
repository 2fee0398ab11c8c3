import { parseQueueDrop, parseQueueMode, type QueueDrop, type QueueMode } from "../queue/queue-settings.ts";

/** What `/queue …` says. */
export interface QueueChange {
  mode?: QueueMode;
  debounceMs?: number;
  cap?: number;
  drop?: QueueDrop;
  /** Back to what is configured. */
  reset?: true;
}

const resetWords = new Set(["default", "reset", "clear"]);
const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** One argument of `/queue`: what it changes, or the text for the user when it is wrong. Undefined for other words. */
export function readQueueArgument(token: string): QueueChange | { problem: string } | undefined {
  const word = token.toLowerCase();
  if (resetWords.has(word)) return { reset: true };
  const mode = parseQueueMode(word);
  if (mode !== undefined) return { mode };
  const option = /^(debounce|cap|drop)[:=](.*)$/s.exec(word);
  if (!option) return undefined;
  const value = option[2] ?? "";
  switch (option[1]) {
    case "debounce": {
      const debounceMs = readDuration(value);
      return debounceMs === undefined
        ? { problem: `Invalid debounce "${value}". Use ms/s/m (e.g. debounce:1500ms, debounce:2s).` }
        : { debounceMs };
    }
    case "cap": {
      const cap = /^\d{1,6}$/.test(value) ? Number(value) : 0;
      return cap >= 1 ? { cap } : { problem: `Invalid cap "${value}". Use a positive integer (e.g. cap:10).` };
    }
    default: {
      const drop = parseQueueDrop(value);
      return drop === undefined
        ? { problem: `Invalid drop policy "${value}". Use drop:old, drop:new, or drop:summarize.` }
        : { drop };
    }
  }
}

export function unknownQueueMode(word: string): string {
  return `Unrecognized queue mode "${word}". Valid modes: steer, followup, collect, steer+backlog, interrupt.`;
}

/** Milliseconds of `1500`, `1500ms`, `2s`, `1m`, `1h`; at most a day. */
function readDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (!match) return undefined;
  const unit = match[2];
  const factor = unit === "s" || unit === "m" || unit === "h" ? units[unit] : 1;
  const ms = Math.round(Number(match[1]) * factor);
  return ms <= 86_400_000 ? ms : undefined;
}
