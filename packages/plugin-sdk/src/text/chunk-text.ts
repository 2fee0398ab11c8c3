import { type FencedBlock, fencedBlocks } from "./fenced-blocks.ts";

/**
 * Cuts a text into pieces of at most `limit` UTF-16 code units: at the last line break outside parentheses, else at the
 * last white space outside them, else at the limit. The separator is dropped; no piece is empty.
 */
export function chunkText(text: string, limit: number): string[] {
  return cut(text, limit, () => []);
}

/**
 * The same for Markdown: fenced blocks are not cut where anything else can be; one that has to be is closed at the end of
 * the piece and opened again, with its info string, in the next.
 */
export function chunkMarkdown(text: string, limit: number): string[] {
  return cut(text, limit, fencedBlocks);
}

/** One piece per paragraph; a paragraph over the limit is cut by `cutLong`. Fenced blocks are not taken apart. */
export function chunkParagraphs(
  text: string,
  limit: number,
  cutLong: (paragraph: string, limit: number) => string[] = chunkMarkdown,
): string[] {
  const blocks = fencedBlocks(text);
  const inBlock = (at: number) => blocks.some(({ start, end }) => at > start && at < end);
  const paragraphs: string[] = [];
  let from = 0;
  for (const gap of text.matchAll(/\n[ \t]*(?:\n[ \t]*)+(?=\S|$)|\n\s*\n/g)) {
    if (inBlock(gap.index + 1)) continue;
    paragraphs.push(text.slice(from, gap.index));
    from = gap.index + gap[0].length;
  }
  paragraphs.push(text.slice(from));
  return paragraphs
    .map((paragraph) => paragraph.trimEnd())
    .filter((paragraph) => paragraph.trim() !== "")
    .flatMap((paragraph) => (paragraph.length <= limit ? [paragraph] : cutLong(paragraph, limit)));
}

/** Cuts by `chunkMode`: `newline` gives one piece per paragraph. */
export function chunkByMode(text: string, limit: number, mode: "length" | "newline" = "length"): string[] {
  return mode === "newline" ? chunkParagraphs(text, limit) : chunkMarkdown(text, limit);
}

function cut(text: string, limit: number, blocksOf: (text: string) => readonly FencedBlock[]): string[] {
  if (!(limit > 0)) return text.trim() === "" ? [] : [text];
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    // Up to the end of the line at the limit: looking through all that is left for every piece would take forever.
    const lineEnd = rest.indexOf("\n", limit);
    const blocks = blocksOf(lineEnd < 0 ? rest : rest.slice(0, lineEnd + 1));
    const { piece, next } = cutOnce(rest, limit, blocks);
    if (piece.trim() !== "") pieces.push(piece);
    // Every round must shorten the rest, whatever the fences say.
    rest = next.length < rest.length ? next : rest.slice(limit);
  }
  if (rest.trim() !== "") pieces.push(rest);
  return pieces;
}

function cutOnce(rest: string, limit: number, blocks: readonly FencedBlock[]): { piece: string; next: string } {
  const fenceAt = (at: number) => blocks.find(({ start, end }) => at > start && at < end);
  const free = breakPoint(rest, limit, (at) => fenceAt(at) === undefined);
  if (free !== undefined) return split(rest, free);
  const fence = fenceAt(limit);
  if (fence === undefined) return split(rest, wholeCharacter(rest, limit));
  return splitFence(rest, limit, fence) ?? split(rest, wholeCharacter(rest, limit));
}

/** The best place to cut at or before the limit, outside parentheses; undefined when there is none. */
function breakPoint(text: string, limit: number, isFree: (at: number) => boolean): number | undefined {
  let depth = 0;
  let line: number | undefined;
  let space: number | undefined;
  for (let at = 0; at < limit; at++) {
    const char = text[at] ?? "";
    if (char === "(") depth++;
    else if (char === ")" && depth > 0) depth--;
    else if (depth === 0 && at > 0 && /\s/.test(char) && isFree(at)) {
      if (char === "\n") line = at;
      else space = at;
    }
  }
  return line ?? space;
}

function split(text: string, at: number): { piece: string; next: string } {
  return { piece: text.slice(0, at).trimEnd(), next: text.slice(at).replace(/^\s+/, "") };
}

/** Cuts inside a fence, closing and reopening it; undefined when not even one character of it would fit. */
function splitFence(text: string, limit: number, fence: FencedBlock): { piece: string; next: string } | undefined {
  const closing = `\n${fence.marker}`;
  const room = limit - closing.length;
  const bodyStart = fence.start + fence.opening.length + 1;
  if (room <= bodyStart) return undefined;
  const lineEnd = text.lastIndexOf("\n", room);
  const at = lineEnd > bodyStart ? lineEnd : wholeCharacter(text, room);
  const tail = text[at] === "\n" ? text.slice(at + 1) : text.slice(at);
  const next = `${fence.opening}\n${tail}`;
  return next.length < text.length ? { piece: `${text.slice(0, at)}${closing}`, next } : undefined;
}

/** Does not cut a character in two that takes two code units. */
function wholeCharacter(text: string, at: number): number {
  const before = text.charCodeAt(at - 1);
  return at > 1 && before >= 0xd800 && before <= 0xdbff ? at - 1 : at;
}
