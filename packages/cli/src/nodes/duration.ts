import { CliError } from "../run/cli-error.ts";

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `3000`, `5s`, `24h`. @throws CliError */
export function readDuration(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/i.exec(text.trim());
  if (!match) throw new CliError(`${flag}: "${text}" is no duration. Write it as 3000 (ms), 5s, 10m or 24h.`);
  return Math.round(Number(match[1]) * (unitMs[(match[2] ?? "ms").toLowerCase()] ?? 1));
}
