/** One line of the table. */
export interface Row {
  what: string;
  own?: number;
  floor?: number;
  ratio: number;
  ratios?: readonly number[];
  /** What is allowed, as it is shown. */
  budget: string;
  ok: boolean;
}

/** A line whose ratio must not be greater (`<=`) or smaller (`>=`) than its budget. */
export function judged(
  what: string,
  ratio: number,
  budget: { sign: "<=" | ">="; than: number; of?: string },
  figures: Pick<Row, "own" | "floor" | "ratios"> = {},
): Row {
  const { sign, than, of } = budget;
  return {
    what,
    ...figures,
    ratio,
    budget: [sign, String(than), ...(of === undefined ? [] : ["x", of])].join(" "),
    ok: sign === "<=" ? ratio <= than : ratio >= than,
  };
}
