/** Longest wait that is believed, ms. A provider that asks for more is asked again by the usual schedule. */
const longest = 24 * 60 * 60 * 1000;

/**
 * How long a provider wants us to wait, in milliseconds. Read from the headers `retry-after-ms`, `retry-after` (seconds or
 * an HTTP date) and `x-ratelimit-reset` (seconds, or a time in seconds or milliseconds), else from the words of the error ("reset after 1h2m3s", "Please retry in 12.5s",
 * "try again in 300ms"). Undefined when nothing is said.
 */
export function retryAfterMs(headers: Readonly<Record<string, string>>, text: string, now: number): number | undefined {
  const exact = Number(headers["retry-after-ms"]);
  if (headers["retry-after-ms"] && Number.isFinite(exact) && exact >= 0) return bounded(exact);
  const header = headers["retry-after"]?.trim();
  if (header) {
    const seconds = Number(header);
    if (Number.isFinite(seconds)) return seconds >= 0 ? bounded(seconds * 1000) : undefined;
    const date = Date.parse(header);
    if (!Number.isNaN(date)) return bounded(Math.max(0, date - now));
  }
  const reset = Number(headers["x-ratelimit-reset"]);
  if (headers["x-ratelimit-reset"] && Number.isFinite(reset) && reset >= 0) return bounded(untilReset(reset, now));
  const words =
    /(?:reset after|retry (?:in|after)|again in|"?retryDelay"?\s*[:=]\s*"?)\s*~?((?:\d+(?:\.\d+)?\s*(?:ms|h|m|s)[a-z]*\s*)+)/i.exec(
      text,
    );
  return words?.[1] ? durationMs(words[1]) : undefined;
}

/** Numbers too large to be a wait are times: in milliseconds beyond 10^12, in seconds beyond 10^9. */
function untilReset(reset: number, now: number): number {
  if (reset >= 1e12) return Math.max(0, reset - now);
  return reset >= 1e9 ? Math.max(0, reset * 1000 - now) : reset * 1000;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function durationMs(text: string): number | undefined {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|h|m|s)/gi)) {
    total += Number(amount) * (unitMs[unit?.toLowerCase() ?? ""] ?? 0);
  }
  return total > 0 ? bounded(Math.ceil(total)) : undefined;
}

function bounded(ms: number): number | undefined {
  return ms <= longest ? ms : undefined;
}
