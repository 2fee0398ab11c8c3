/*
 * Positions of the values in a JSON5 text. Whether a text is JSON5 is the json5 library's decision; what stands here
 * only says where the parts of an accepted text are, and the tokens of a text that is not accepted.
 *
 * A syntax tree library was measured first: @humanwhocodes/momoa 3.3.13 refuses valid JSON5 (`5.`, the keys `null` and
 * `true`), so that such files could not be edited or masked, and it gives no tokens for a broken file.
 */

export type Token =
  | { type: "punctuator"; text: "{" | "}" | "[" | "]" | ":" | ","; start: number; end: number }
  | { type: "string"; start: number; end: number; closed: boolean }
  | { type: "word"; start: number; end: number }
  | { type: "comment"; start: number; end: number };

export type SourceNode =
  | { kind: "object" | "array"; start: number; end: number; entries: SourceEntry[] }
  | { kind: "string"; start: number; end: number }
  | { kind: "word"; start: number; end: number };

export interface SourceEntry {
  /** The decoded key; absent in arrays. */
  key?: string;
  /** Start of the key, in arrays of the value. */
  start: number;
  /** End of the value. */
  end: number;
  /** Position of the comma behind it; -1 for a last entry without one. */
  comma: number;
  value: SourceNode;
}

const lineEnd = /[\n\r\u2028\u2029]/;
const punctuators = "{}[]:,";

/** Every token of a text, comments included. Never throws: an unterminated string ends at its line. */
export function* tokens(text: string): Generator<Token> {
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    const start = at;
    if (/\s/.test(char)) {
      at++;
    } else if (char === "{" || char === "}" || char === "[" || char === "]" || char === ":" || char === ",") {
      at++;
      yield { type: "punctuator", text: char, start, end: at };
    } else if (text.startsWith("//", at)) {
      while (at < text.length && !lineEnd.test(text[at]!)) at++;
      yield { type: "comment", start, end: at };
    } else if (text.startsWith("/*", at)) {
      const close = text.indexOf("*/", at + 2);
      at = close < 0 ? text.length : close + 2;
      yield { type: "comment", start, end: at };
    } else if (char === '"' || char === "'") {
      const { end, closed } = stringEnd(text, at);
      at = end;
      yield { type: "string", start, end, closed };
    } else {
      at++;
      while (at < text.length && !isWordEnd(text, at)) at++;
      yield { type: "word", start, end: at };
    }
  }
}

function stringEnd(text: string, start: number): { end: number; closed: boolean } {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === quote) return { end: at + 1, closed: true };
    if (char === "\n" || char === "\r") return { end: at, closed: false };
    if (char === "\\") at += text.startsWith("\r\n", at + 1) ? 2 : 1;
  }
  return { end: text.length, closed: false };
}

function isWordEnd(text: string, at: number): boolean {
  const char = text[at]!;
  if (punctuators.includes(char) || char === '"' || char === "'" || /\s/.test(char)) return true;
  return char === "/" && (text[at + 1] === "/" || text[at + 1] === "*");
}

const simpleEscapes: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "0": "\0" };

/** What a string literal, or a bare key, stands for. A malformed escape is taken letter by letter. */
export function decodeText(source: string): string {
  const quoted = source.startsWith('"') || source.startsWith("'");
  const body = quoted ? source.slice(1, source.length > 1 && source.at(-1) === source[0] ? -1 : undefined) : source;
  if (!body.includes("\\")) return body;
  return body.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|\r\n|([\s\S]))/g,
    (_, hex?: string, unicode?: string, char?: string) => {
      const code = hex ?? unicode;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      // A line break behind a backslash continues the string.
      if (char === undefined || lineEnd.test(char)) return "";
      return simpleEscapes[char] ?? char;
    },
  );
}

/**
 * The tree of a text that JSON5 accepts.
 * @throws Error when the text is none after all; a caller that has parsed it cannot meet that
 */
export function parseSource(text: string): SourceNode {
  const list = [...tokens(text)].filter((token) => token.type !== "comment");
  let next = 0;
  const fail = (): never => {
    throw new Error(`not a JSON5 text at offset ${list[next]?.start ?? text.length}`);
  };
  const take = (): Token => list[next++] ?? fail();
  const isPunctuator = (mark: string): boolean => {
    const token = list[next];
    return token?.type === "punctuator" && token.text === mark;
  };

  function value(): SourceNode {
    const token = take();
    if (token.type === "string" || token.type === "word")
      return { kind: token.type, start: token.start, end: token.end };
    if (token.type !== "punctuator" || (token.text !== "{" && token.text !== "[")) return fail();
    return container(token.text === "{" ? "object" : "array", token.start);
  }

  function container(kind: "object" | "array", start: number): SourceNode {
    const close = kind === "object" ? "}" : "]";
    const entries: SourceEntry[] = [];
    while (!isPunctuator(close)) {
      const entry = kind === "object" ? member() : element();
      entries.push(entry);
      if (isPunctuator(",")) entry.comma = take().start;
      else if (!isPunctuator(close)) fail();
    }
    return { kind, start, end: take().end, entries };
  }

  function element(): SourceEntry {
    const item = value();
    return { start: item.start, end: item.end, comma: -1, value: item };
  }

  function member(): SourceEntry {
    const token = take();
    if (token.type !== "string" && token.type !== "word") return fail();
    if (!isPunctuator(":")) fail();
    take();
    const item = value();
    return {
      key: decodeText(text.slice(token.start, token.end)),
      start: token.start,
      end: item.end,
      comma: -1,
      value: item,
    };
  }

  const root = value();
  if (next < list.length) fail();
  return root;
}

/** The node at a path; of a key that is written twice the last one, which is the one that counts. */
export function nodeAt(root: SourceNode, path: readonly (string | number)[]): SourceNode | undefined {
  let node: SourceNode | undefined = root;
  for (const segment of path) {
    if (node?.kind === "array") node = node.entries[Number(segment)]?.value;
    else if (node?.kind === "object") node = node.entries.findLast((entry) => entry.key === segment)?.value;
    else return undefined;
  }
  return node;
}
