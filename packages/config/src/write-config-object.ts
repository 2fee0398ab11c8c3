import type { ConfigStore } from "./config-store.ts";
import { isPlainObject } from "./plain-value.ts";

/**
 * Writes what differs between an object and the configuration in force; everything else in the file stays.
 * @throws ConfigError when the result would not be valid
 */
export async function writeConfigObject(store: ConfigStore, next: Readonly<Record<string, unknown>>): Promise<void> {
  const patch = difference(store.snapshot().config, next);
  if (isPlainObject(patch) && Object.keys(patch).length > 0) await store.patch({ patch });
}

/** The merge patch that turns one value into another. */
function difference(before: unknown, after: unknown): unknown {
  if (!isPlainObject(before) || !isPlainObject(after)) return after;
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before)) if (after[key] === undefined) patch[key] = null;
  for (const [key, value] of Object.entries(after)) {
    if (value === undefined || JSON.stringify(before[key]) === JSON.stringify(value)) continue;
    patch[key] = difference(before[key], value);
  }
  return patch;
}
