import { formatModelRef, type ModelAlias, type ModelRef, sameModelRef } from "@openclaw/models";

/** Words that tell variants of a model apart: one that only one side has speaks against the match. */
const variants = ["lightning", "preview", "mini", "fast", "turbo", "lite", "beta", "small", "nano"];

const whole = { equal: 220, prefix: 140, contains: 110 };
const provider = { equal: 180, prefix: 120, contains: 90 };
const model = { equal: 160, prefix: 110, contains: 80 };
const alias = { equal: 140, prefix: 90, contains: 60 };
/** The best candidate must reach this, or the lower one when the text names a provider. */
const leastScore = { plain: 120, withProvider: 90 };

/** The allowed model a text most likely means; undefined when none is close enough. */
export function fuzzyModel(
  text: string,
  candidates: readonly ModelRef[],
  options: { aliases: readonly ModelAlias[]; defaultRef: ModelRef },
): ModelRef | undefined {
  const query = text.trim().toLowerCase();
  if (query === "") return undefined;
  const named = query.includes("/") ? query.slice(0, query.indexOf("/")) : undefined;
  const wanted = named === undefined ? query : query.slice(named.length + 1);
  const providers = new Set(candidates.map((ref) => ref.provider));
  let best: { ref: ModelRef; score: number } | undefined;
  for (const ref of candidates) {
    const isDefault = sameModelRef(ref, options.defaultRef);
    const names = options.aliases.filter((entry) => sameModelRef(entry.ref, ref)).map((entry) => entry.alias);
    const score = scoreOf({ query, wanted, named }, ref, names) + (isDefault ? 20 : 0);
    if (!best || score > best.score || (score === best.score && isDefault)) best = { ref, score };
  }
  const least = named !== undefined && providers.has(named) ? leastScore.withProvider : leastScore.plain;
  return best && best.score >= least ? best.ref : undefined;
}

function scoreOf(
  text: { query: string; wanted: string; named: string | undefined },
  ref: ModelRef,
  names: readonly string[],
): number {
  const id = ref.model.toLowerCase();
  let score = likeness(text.query, formatModelRef(ref).toLowerCase(), whole);
  if (text.named !== undefined) score += likeness(text.named, ref.provider, provider);
  else score += likeness(text.query, ref.provider, provider);
  score += likeness(text.wanted, id, model);
  score += Math.max(0, ...names.map((name) => likeness(text.wanted, name.toLowerCase(), alias)));
  const distance = editDistance(text.wanted, id, 3);
  if (distance <= 3) score += (3 - distance) * 70;
  for (const word of variants) {
    const [asked, has] = [text.wanted.includes(word), id.includes(word)];
    if (asked && has) score += 40;
    else if (has) score -= 30;
    else if (asked) score -= 20;
  }
  return score;
}

function likeness(query: string, value: string, points: { equal: number; prefix: number; contains: number }): number {
  if (query === "") return 0;
  if (query === value) return points.equal;
  if (value.startsWith(query)) return points.prefix;
  return value.includes(query) ? points.contains : 0;
}

/** Number of single-character edits between two texts; `limit + 1` when there are more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit || a.length > 200) return limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
    }
    row = next;
  }
  return row[b.length] ?? limit + 1;
}
