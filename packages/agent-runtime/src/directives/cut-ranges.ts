import type { Range } from "../reply/code-ranges.ts";

/**
 * The text without these ranges (in order, not overlapping), and without one blank beside each; a line that is emptied by
 * it goes with its break. Everything else stays as it is.
 */
export function cutRanges(text: string, ranges: readonly Range[]): string {
  let rest = "";
  let from = 0;
  for (const [start, end] of ranges) {
    let cutStart = start;
    let cutEnd = end;
    const startsLine = start === 0 || text[start - 1] === "\n";
    if (isBlank(text[end])) cutEnd += 1;
    else if (start > from && isBlank(text[start - 1])) cutStart -= 1;
    else if (startsLine && text[end] === "\n") cutEnd += 1;
    rest += text.slice(from, Math.max(from, cutStart));
    from = cutEnd;
  }
  return rest + text.slice(from);
}

function isBlank(char: string | undefined): boolean {
  return char === " " || char === "\t";
}
