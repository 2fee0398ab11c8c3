import { CliError } from "../run/cli-error.ts";

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `365d`, `12h` or `30m`; a number alone counts days. @throws CliError */
export function readLifetime(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([mhd])?$/i.exec(text.trim());
  const ms = match ? Number(match[1]) * (unitMs[(match[2] ?? "d").toLowerCase()] ?? 0) : 0;
  if (!(ms > 0)) {
    throw new CliError(`"${text}" is no duration. Write it as 365d, 12h or 30m.`, { code: "invalid-duration" });
  }
  return ms;
}
