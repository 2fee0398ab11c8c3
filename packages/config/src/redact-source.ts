import { decodeText, type Token, tokens } from "./json5-source.ts";
import type { PathSegment } from "./plain-value.ts";
import { isSecretPath, type RedactOptions, redactedSentinel } from "./redact.ts";

const literal = /^(?:true|false|null|[+-]?(?:NaN|Infinity|0x[\da-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?))$/i;

interface Frame {
  kind: "object" | "array";
  /** The key whose value comes next, or the position in an array. */
  at: PathSegment | undefined;
}

/**
 * Masks secrets in a JSON5 text at their positions; everything else stays byte for byte. It goes by tokens, so it works on
 * a text that does not parse too, where it masks more rather than less.
 */
export function redactSource(text: string, options: RedactOptions = {}): string {
  const frames: Frame[] = [];
  const list = [...tokens(text)].filter((token) => token.type !== "comment");
  let masked = "";
  let copied = 0;
  const path = (): PathSegment[] => frames.flatMap((frame) => (frame.at === undefined ? [] : [frame.at]));

  for (const [index, token] of list.entries()) {
    const top = frames.at(-1);
    if (token.type === "punctuator") {
      if (token.text === "{") frames.push({ kind: "object", at: undefined });
      else if (token.text === "[") frames.push({ kind: "array", at: 0 });
      else if (token.text === "}" || token.text === "]") frames.pop();
      else if (token.text === "," && top) top.at = top.kind === "array" ? Number(top.at ?? 0) + 1 : undefined;
      continue;
    }
    const source = text.slice(token.start, token.end);
    if (isKey(list, index) && top?.kind !== "array") {
      const key = decodeText(source);
      if (top) top.at = key;
      else frames.push({ kind: "object", at: key });
      continue;
    }
    if (!isSecretPath(path(), options) || !isMaskable(token, source)) continue;
    const quote = source[0] === "'" ? "'" : '"';
    masked += text.slice(copied, token.start) + quote + redactedSentinel + quote;
    copied = token.end;
  }
  return masked + text.slice(copied);
}

function isKey(list: readonly Token[], index: number): boolean {
  const next = list[index + 1];
  return next?.type === "punctuator" && next.text === ":";
}

/** Strings that say something, and bare words that are no literal: in a broken file a secret may have lost its quotes. */
function isMaskable(token: Token, source: string): boolean {
  if (token.type === "string") return !token.closed || decodeText(source) !== "";
  return !literal.test(source);
}
