import { type RedactOptions, redactValue } from "./redact.ts";
import { redactSource } from "./redact-source.ts";
import type { ConfigSnapshot } from "./snapshot.ts";

/**
 * The parts of a snapshot that a client may see: secrets masked in `config` and `parsed` by path and in `raw` by position.
 * Works on an invalid file too.
 */
export function redactConfig(
  snapshot: Pick<ConfigSnapshot, "config" | "parsed" | "raw" | "manifests">,
  { manifests = snapshot.manifests }: RedactOptions = {},
): { config: unknown; parsed: unknown; raw: string | null } {
  const options: RedactOptions = manifests === undefined ? {} : { manifests };
  return {
    config: redactValue(snapshot.config, options),
    parsed: redactValue(snapshot.parsed, options),
    raw: snapshot.raw === null ? null : redactSource(snapshot.raw, options),
  };
}
