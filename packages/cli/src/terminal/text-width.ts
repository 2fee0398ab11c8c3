import { stripVTControlCharacters } from "node:util";

const segments = new Intl.Segmenter(undefined, { granularity: "grapheme" });
// Emoji with a picture form, and the East Asian scripts whose characters take two cells.
const wide =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]/u;

/** Cells a text takes on a terminal; escape sequences take none. */
export function textWidth(text: string): number {
  const visible = text.includes("\u001b") ? stripVTControlCharacters(text) : text;
  if (/^[\x20-\x7e]*$/.test(visible)) return visible.length;
  let width = 0;
  for (const { segment } of segments.segment(visible)) width += wide.test(segment) ? 2 : 1;
  return width;
}

/** Fills a text with spaces up to a width. */
export function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/**
 * Breaks a text into lines of at most `width` cells, at spaces and behind `/ - _ .` and, where there is none, inside a
 * word. Escape sequences stay whole.
 */
export function wrapText(text: string, width: number): string[] {
  return closeStyles(text.split("\n").flatMap((line) => wrapLine(line, Math.max(1, width))));
}

/** A text set in by some spaces, in lines that fit the terminal; as it is where its width is not known. */
export function indentText(text: string, indent: number, columns: number | undefined): string[] {
  const lines = columns ? wrapText(text, Math.max(8, columns - indent - 1)) : text.split("\n");
  return lines.map((line) => " ".repeat(indent) + line);
}

/** SGR numbers that end a style. */
const endings = new Set(["0", "", "22", "23", "24", "27", "28", "29", "39", "49"]);

/** Ends open styles at the end of each line and takes them up again on the next, so that frames keep their own. */
function closeStyles(lines: readonly string[]): string[] {
  const open: string[] = [];
  return lines.map((line) => {
    const before = open.join("");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with this character
    for (const [sequence, code = ""] of line.matchAll(/\u001b\[([0-9;]*)m/g)) {
      if (endings.has(code)) open.pop();
      else open.push(sequence);
    }
    return open.length > 0 ? `${before}${line}\u001b[0m` : `${before}${line}`;
  });
}

function wrapLine(line: string, width: number): string[] {
  if (textWidth(line) <= width) return [line];
  const lines: string[] = [];
  let current = "";
  for (const piece of line.split(/(?<=[\s/\-_.])/)) {
    if (textWidth(current + piece.trimEnd()) <= width) {
      current += piece;
      continue;
    }
    if (current.trim() !== "") lines.push(current.trimEnd());
    current = piece;
    while (textWidth(current.trimEnd()) > width) {
      const [head, tail] = cut(current, width);
      lines.push(head);
      current = tail;
    }
  }
  if (current.trim() !== "") lines.push(current.trimEnd());
  return lines;
}

/** Cuts behind `width` cells without breaking an escape sequence or a character. */
function cut(text: string, width: number): [head: string, tail: string] {
  let used = 0;
  let head = "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with this character
  for (const token of text.match(/\u001b\[[0-9;]*m|\u001b\]8;;[^\u001b]*\u001b\\|[^\u001b]/gu) ?? []) {
    const size = token.startsWith("\u001b") ? 0 : textWidth(token);
    if (used + size > width && used > 0) break;
    used += size;
    head += token;
  }
  return [head, text.slice(head.length)];
}
