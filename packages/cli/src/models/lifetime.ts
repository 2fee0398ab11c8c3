import { lifetimeProblem, parseLifetime } from "@openclaw/setup/onboarding";
import { CliError } from "../run/cli-error.ts";

/** Milliseconds of `365d`, `12h` or `30m`; a number alone counts days. @throws CliError */
export function readLifetime(text: string): number {
  const ms = parseLifetime(text);
  if (ms === undefined) throw new CliError(lifetimeProblem(text), { code: "invalid-duration" });
  return ms;
}
