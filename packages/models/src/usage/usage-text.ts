import type { ProviderUsage, UsageWindow } from "./provider-usage.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Windows that fit into a line. */
const shortWindows = 2;

/** `5h 80% left ⏱2h · Week 40% left`. */
export function shortUsage(usage: ProviderUsage, now: number): string {
  return usage.windows
    .slice(0, shortWindows)
    .map((window) => {
      const reset = window.resetAt === undefined ? "" : ` ⏱${resetText(window.resetAt, now)}`;
      return `${leftText(window)}${reset}`;
    })
    .join(" · ");
}

/** The lines below `Usage:`; one line that says so when there is nothing. */
export function usageReport(providers: readonly ProviderUsage[], now: number): string[] {
  const shown = providers.filter(({ windows, error }) => windows.length > 0 || error !== undefined);
  if (shown.length === 0) return ["Usage: no provider usage available."];
  return [
    "Usage:",
    ...shown.flatMap(({ displayName, plan, windows, error }) => [
      `  ${displayName}${plan === undefined ? "" : ` (${plan})`}${error === undefined ? "" : `: ${error}`}`,
      ...windows.map((window) => {
        const reset = window.resetAt === undefined ? "" : ` · resets ${resetText(window.resetAt, now)}`;
        return `    ${window.label}: ${Math.round(100 - window.usedPercent)}% left${reset}`;
      }),
    ]),
  ];
}

/** `now`, `5m`, `2h 3m`, `3d 4h`; beyond a week the date. */
export function resetText(resetAt: number, now: number): string {
  const left = resetAt - now;
  if (left <= 0) return "now";
  if (left > 7 * dayMs) return new Date(resetAt).toISOString().slice(0, 10);
  const minutes = Math.floor(left / minuteMs);
  if (left < hourMs) return `${Math.max(1, minutes)}m`;
  const pair = (big: number, bigUnit: string, small: number, smallUnit: string) =>
    small > 0 ? `${big}${bigUnit} ${small}${smallUnit}` : `${big}${bigUnit}`;
  if (left < dayMs) return pair(Math.floor(minutes / 60), "h", minutes % 60, "m");
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function leftText({ label, usedPercent }: UsageWindow): string {
  return `${label} ${Math.round(100 - usedPercent)}% left`;
}
