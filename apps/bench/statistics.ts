/** The middle one of some figures; of an even number of them the greater of the two in the middle. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The figure below which a part (0 to 1) of them lies. @throws RangeError without figures */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  if (found === undefined) throw new RangeError("there are no figures");
  return found;
}

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));
