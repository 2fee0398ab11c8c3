import { chunkText } from "../text/chunk-text.ts";
import { type MarkdownText, sliceMarkdown } from "./markdown-text.ts";

/**
 * Cuts a parsed text into pieces that are each within `limit`: at line breaks, else white space, else anywhere. Styles
 * and links that a cut goes through continue in the next piece.
 *
 * @param measure length of a piece as the service counts it; default: its plain text in UTF-16 code units
 */
export function splitMarkdown(
  source: MarkdownText,
  limit: number,
  measure: (piece: MarkdownText) => number = ({ text }) => text.length,
): MarkdownText[] {
  const pieces: MarkdownText[] = [];
  let rest = source;
  while (rest.text.trim() !== "") {
    const end = firstCut(rest, limit, measure);
    const piece = sliceMarkdown(rest, 0, end);
    const kept = piece.text.trimEnd().length;
    if (kept > 0) pieces.push(sliceMarkdown(piece, 0, kept));
    const tail = rest.text.slice(end);
    // Only the separator goes: the indentation of code that continues stays.
    const skipped = end + (/^(?:[ \t]*\n)+|^[ \t]+/.exec(tail)?.[0].length ?? 0);
    rest = sliceMarkdown(rest, skipped, rest.text.length);
  }
  return pieces;
}

/** Where the first piece ends. */
function firstCut(source: MarkdownText, limit: number, measure: (piece: MarkdownText) => number): number {
  let room = limit;
  for (;;) {
    // One character more than there is room for: where it is cut does not depend on what comes later.
    const [first = ""] = source.text.length <= room ? [source.text] : chunkText(source.text.slice(0, room + 1), room);
    const end = Math.max(1, source.text.indexOf(first) + first.length);
    const size = measure(sliceMarkdown(source, 0, end));
    if (size <= limit || room <= 1) return end;
    room = Math.max(1, Math.min(room - 1, Math.floor((end * limit) / size)));
  }
}
