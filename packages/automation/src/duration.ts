const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A unit of a duration. */
export type DurationUnit = keyof typeof units;

/**
 * Reads a duration such as `90s`, `1.5h` or `2d`, in ms. A bare number has the unit that is given; without one it is no
 * duration. Undefined for what is none; never negative.
 */
export function parseDuration(text: string, bareUnit?: DurationUnit): number | undefined {
  const match = /^(\d*\.?\d+)(ms|s|m|h|d)?$/i.exec(text.trim());
  const unit = match?.[2]?.toLowerCase() ?? bareUnit;
  if (match === null || unit === undefined || !isUnit(unit)) return undefined;
  const ms = Math.round(Number(match[1]) * units[unit]);
  return Number.isFinite(ms) ? ms : undefined;
}

function isUnit(unit: string): unit is DurationUnit {
  return Object.hasOwn(units, unit);
}
