import { redactDefaults, redactPemBlocks } from "./default-redaction.ts";
import { maskSecret } from "./mask.ts";
import { changeInPieces } from "./pieces.ts";

/** Returns the text with its secrets masked. Applying it twice changes nothing more. */
export type Redactor = (text: string) => string;

export interface RedactorOptions {
  /** `logging.redactSensitive`. `off` returns every text unchanged. */
  mode?: "tools" | "off" | undefined;
  /**
   * `logging.redactPatterns`: regular expressions, bare (then case-insensitive) or as `/source/flags`. They replace the
   * built-in set. The last group that took part in a match is masked, without groups the whole match.
   */
  patterns?: readonly string[] | undefined;
  /** Called once, when at least one pattern is not a regular expression, with a sentence naming all of those. */
  onBadPattern?: ((warning: string, patterns: string[]) => void) | undefined;
}

/** A custom expression may take quadratic time; it sees at most this many characters at once. */
const pieceLength = 32_768;

/**
 * Builds the function that masks secrets. Invalid patterns are left out; when none of the given ones is valid, the
 * built-in set is used, because showing everything is not what somebody who wrote patterns wanted.
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  if (options.mode === "off") return (text) => text;
  if (!options.patterns || options.patterns.length === 0) return redactDefaults;
  const expressions: RegExp[] = [];
  const bad: string[] = [];
  for (const pattern of options.patterns) {
    const expression = parsePattern(pattern);
    if (expression) expressions.push(expression);
    else bad.push(pattern);
  }
  if (bad.length > 0) {
    const names = bad.map((pattern) => JSON.stringify(pattern)).join(", ");
    const instead = expressions.length === 0 ? " No pattern is left, so the built-in ones are used." : "";
    options.onBadPattern?.(
      `logging.redactPatterns: not a regular expression, ignored: ${names}.${instead} Correct or remove it.`,
      bad,
    );
  }
  if (expressions.length === 0) return redactDefaults;
  return (text) =>
    expressions.reduce(
      (result, expression) => changeInPieces(result, pieceLength, (piece) => redactMatches(piece, expression)),
      text,
    );
}

function parsePattern(pattern: string): RegExp | undefined {
  if (pattern.trim() === "") return undefined;
  const literal = /^\/(.+)\/([a-z]*)$/s.exec(pattern);
  const source = literal?.[1] ?? pattern;
  const flags = literal ? (literal[2] ?? "") : "i";
  try {
    // Sticky would stop at the first text that does not match.
    return new RegExp(source, `${flags.replace(/[gy]/g, "")}g`);
  } catch {
    return undefined; // Reported together by the caller.
  }
}

function redactMatches(text: string, expression: RegExp): string {
  let result = "";
  let done = 0;
  for (const match of text.matchAll(expression)) {
    const whole = match[0];
    if (whole === "") continue;
    result += text.slice(done, match.index) + maskMatch(whole, match.slice(1));
    done = match.index + whole.length;
  }
  return done === 0 ? text : result + text.slice(done);
}

function maskMatch(whole: string, groups: (string | undefined)[]): string {
  if (whole.includes("PRIVATE KEY-----")) return redactPemBlocks(whole);
  const secret = groups.findLast((group) => group !== undefined && group !== "");
  if (secret === undefined) return maskSecret(whole);
  const at = whole.lastIndexOf(secret);
  return whole.slice(0, at) + maskSecret(secret) + whole.slice(at + secret.length);
}
