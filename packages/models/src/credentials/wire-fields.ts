/** Reading JSON that others have written: whatever is not as expected counts as absent. */

export function textField(value: unknown, name: string): string | undefined {
  const found = field(value, name);
  return typeof found === "string" ? found : undefined;
}

export function numberField(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

/** A time in milliseconds since the epoch; also one that was written as an ISO date. */
export function timeField(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  if (typeof found === "number" && Number.isFinite(found)) return found;
  const parsed = typeof found === "string" ? Date.parse(found) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

export function field(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
