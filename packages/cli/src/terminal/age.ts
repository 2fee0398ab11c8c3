/** A span of time in one unit: `just now`, `5m ago`, `3h ago`, `2d ago`. */
export function formatAge(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms) || ms < 0) return "unknown";
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes}m ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours}h ago` : `${Math.round(hours / 24)}d ago`;
}

/** Tokens in thousands: `12k`, `1.5k`, `800`. */
function formatTokens(count: number): string {
  if (count < 1000) return String(count);
  const thousands = count / 1000;
  return `${thousands >= 10 ? Math.round(thousands) : Number(thousands.toFixed(1))}k`;
}

/** Tokens used of a context window: `12k/200k (6%)`. */
export function formatUsage(used: number | undefined, window: number | undefined): string {
  if (used === undefined) return "-";
  if (!window) return formatTokens(used);
  return `${formatTokens(used)}/${formatTokens(window)} (${Math.min(999, Math.round((used / window) * 100))}%)`;
}
