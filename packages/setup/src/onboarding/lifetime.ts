const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `365d`, `12h` or `30m`; a number alone counts days. Undefined for anything else. */
export function parseLifetime(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([mhd])?$/i.exec(text.trim());
  const ms = match ? Number(match[1]) * (unitMs[(match[2] ?? "d").toLowerCase()] ?? 0) : 0;
  return ms > 0 ? ms : undefined;
}

/** What is wrong with a text that is no duration. */
export function lifetimeProblem(text: string): string {
  return `"${text}" is no duration. Write it as 365d, 12h or 30m.`;
}
