/** A trimmed text; undefined when it is absent or blank. */
export function textParameter(params: Record<string, unknown>, name: string): string | undefined {
  const value = params[name];
  return typeof value === "string" ? value.trim() || undefined : undefined;
}

/** @throws Error `<name> required` */
export function requiredText(params: Record<string, unknown>, name: string): string {
  const value = textParameter(params, name);
  if (value === undefined) throw new Error(`${name} required`);
  return value;
}

/** A whole number within bounds; undefined when it is absent. */
export function countParameter(
  params: Record<string, unknown>,
  name: string,
  bounds: { min: number; max: number },
): number | undefined {
  const value = params[name];
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  return Math.min(bounds.max, Math.max(bounds.min, Math.floor(value)));
}
