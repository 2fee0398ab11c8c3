/** Upper bounds of the buckets of times, ms. */
const bounds = [5, 25, 100, 250, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000];

export type Labels = Readonly<Record<string, string>>;

/** A number that only grows, for one set of labels. */
export interface Count {
  name: string;
  labels: Labels;
  value: number;
}

/** How often a value lay below each bound, for one set of labels. */
export interface Distribution {
  name: string;
  labels: Labels;
  bounds: readonly number[];
  /** Per bound, not cumulated; the last one counts what lies above all. */
  counts: number[];
  sum: number;
}

/** What a Gateway counts from its start on: numbers alone, so that nothing heavy is loaded for it. */
export interface Measures {
  add(name: string, labels: Labels, amount?: number): void;
  /** Counts a value into its bucket; `within` are the upper bounds of the first one of that name. */
  observe(name: string, labels: Labels, value: number, within?: readonly number[]): void;
  counts(): Iterable<Readonly<Count>>;
  distributions(): Iterable<Readonly<Distribution>>;
}

export function createMeasures(): Measures {
  const counts = new Map<string, Count>();
  const distributions = new Map<string, Distribution>();
  const keyOf = (name: string, labels: Labels) => `${name}\n${Object.values(labels).join("\n")}`;
  return {
    add(name, labels, amount = 1) {
      const key = keyOf(name, labels);
      const known = counts.get(key);
      if (known) known.value += amount;
      else counts.set(key, { name, labels, value: amount });
    },
    observe(name, labels, value, within = bounds) {
      const key = keyOf(name, labels);
      let known = distributions.get(key);
      if (!known) {
        known = { name, labels, bounds: within, counts: new Array(within.length + 1).fill(0), sum: 0 };
        distributions.set(key, known);
      }
      const at = known.bounds.findIndex((bound) => value <= bound);
      const bucket = at === -1 ? known.bounds.length : at;
      known.counts[bucket] = (known.counts[bucket] ?? 0) + 1;
      known.sum += value;
    },
    counts: () => counts.values(),
    distributions: () => distributions.values(),
  };
}
