/** A half-open range of string positions. */
export type Range = readonly [start: number, end: number];

const fenceLine = /^( {0,3})(`{3,}|~{3,})([^\n]*)$/;

/** A fenced code block, fence lines included. */
export interface FenceBlock {
  start: number;
  /** End of the closing line, or of the text when the block is still open. */
  end: number;
  /** The opening line, with its indentation and info string. */
  line: string;
  indent: string;
  marker: string;
  closed: boolean;
}

/** The fenced code blocks of a Markdown text, in order. An unclosed fence reaches to the end. */
export function fenceBlocks(text: string): FenceBlock[] {
  if (!text.includes("```") && !text.includes("~~~")) return [];
  const blocks: FenceBlock[] = [];
  let open: FenceBlock | undefined;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end).replace(/\r$/, "");
    const match = fenceLine.exec(line);
    const marker = match?.[2];
    if (marker !== undefined) {
      const info = match?.[3] ?? "";
      if (open === undefined) {
        // A back-tick in the info string means inline code that happens to stand at the start of a line.
        if (marker[0] === "~" || !info.includes("`"))
          open = { start, end: text.length, line, indent: match?.[1] ?? "", marker, closed: false };
      } else if (marker[0] === open.marker[0] && marker.length >= open.marker.length && info.trim() === "") {
        blocks.push({ ...open, end, closed: true });
        open = undefined;
      }
    }
    if (newline < 0) break;
    start = newline + 1;
  }
  if (open !== undefined) blocks.push(open);
  return blocks;
}

/** The ranges of {@link fenceBlocks}. */
export function fenceRanges(text: string): Range[] {
  return fenceBlocks(text).map(({ start, end }) => [start, end]);
}

/** Fenced blocks and inline code spans, in order. A span never reaches over a blank line. */
export function codeRanges(text: string): Range[] {
  if (!text.includes("`") && !text.includes("~~~")) return [];
  const fences = fenceRanges(text);
  const ranges: Range[] = [];
  let from = 0;
  for (const fence of fences) {
    spanRanges(text, from, fence[0], ranges);
    ranges.push(fence);
    from = fence[1];
  }
  spanRanges(text, from, text.length, ranges);
  return ranges;
}

export function insideRange(ranges: readonly Range[], position: number): boolean {
  return ranges.some(([start, end]) => position >= start && position < end);
}

function spanRanges(text: string, from: number, to: number, into: Range[]): void {
  let at = text.indexOf("`", from);
  while (at >= 0 && at < to) {
    const length = runLength(text, at, to);
    const end = closingRun(text, at + length, to, length);
    if (end === undefined) {
      at = text.indexOf("`", at + length);
    } else {
      into.push([at, end]);
      at = text.indexOf("`", end);
    }
  }
}

function closingRun(text: string, from: number, to: number, length: number): number | undefined {
  const paragraph = text.slice(from, to).search(/\n[ \t]*\n/);
  const limit = paragraph < 0 ? to : from + paragraph;
  for (let at = text.indexOf("`", from); at >= 0 && at < limit; ) {
    const found = runLength(text, at, limit);
    if (found === length) return at + found;
    at = text.indexOf("`", at + found);
  }
  return undefined;
}

function runLength(text: string, at: number, to: number): number {
  let end = at;
  while (end < to && text[end] === "`") end += 1;
  return end - at;
}
