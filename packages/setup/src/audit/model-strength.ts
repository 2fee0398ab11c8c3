/** Why a model is easier to talk into something than those of today; undefined for one that is not known to be. */
export function modelWeakness(ref: string): "legacy" | "weak" | undefined {
  const name = ref.toLowerCase().slice(ref.lastIndexOf("/") + 1);
  if (legacy.some((pattern) => pattern.test(name))) return "legacy";
  if (weak.some((pattern) => pattern.test(name))) return "weak";
  return undefined;
}

// Models that their makers have retired or replaced twice.
const legacy = [
  /^gpt-3(?:\.5)?(?:-|$)/,
  /^gpt-4(?:-(?!1)|$)/,
  /^(?:text|code)-davinci/,
  /^o1-(?:mini|preview)/,
  /^claude-(?:instant|1|2|3-|3\.)/,
  /^gemini-1(?:\.|-)/,
  /^(?:chat|text)-bison/,
  /^palm-/,
];

// Below GPT-5 and Claude 4.5, and the small tier of every family.
const weak = [
  /^gpt-4[.o]/,
  /^chatgpt-4o/,
  /^o[134](?:-|$)/,
  /^claude-(?:opus|sonnet)-4(?:-(?:[0-4](?:-|$)|\d{6,})|$)/,
  /^claude-(?:opus|sonnet)-4\.[0-4](?:-|$)/,
  /(?:^|[-_.])(?:haiku|mini|nano|tiny|lite)(?:[-_.:]|\d|$)/,
  /^gemini-2(?:\.|-)/,
];

/** Billions of parameters as the name tells: `llama-3.3-70b` is 70, `8x7b` is 56. The largest number counts. */
export function modelParameters(ref: string): number | undefined {
  const name = ref.toLowerCase().slice(ref.lastIndexOf("/") + 1);
  const sizes = [...name.matchAll(/(?<![a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)b(?![a-z0-9])/g)].map(
    ([, experts, size]) => Number(experts ?? 1) * Number(size),
  );
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}
