import { type RedactOptions, redactValue } from "./redact.ts";
import { redactSource } from "./redact-source.ts";
import type { ConfigSnapshot } from "./snapshot.ts";

/**
 * The parts of a snapshot that a client may see: secrets masked in `config` and `parsed` by path and in `raw` by position.
 * Works on an invalid file too.
 */
export function redactConfig(
  snapshot: Pick<ConfigSnapshot, "config" | "parsed" | "raw">,
  options: RedactOptions = {},
): { config: unknown; parsed: unknown; raw: string | null } {
  return {
    config: redactValue(snapshot.config, options),
    parsed: redactValue(snapshot.parsed, options),
    raw: snapshot.raw === null ? null : redactSource(snapshot.raw, options),
  };
}
