/** A text cut into lines that remember how each of them ended. */
export interface TextLines {
  /** A byte order mark in front, or nothing. */
  bom: string;
  lines: string[];
  /** What ended each line; nothing for a last line without an end. */
  ends: string[];
  /** What most lines end with. */
  newline: "\n" | "\r\n";
}

const byteOrderMark = "\uFEFF";

export function readLines(text: string): TextLines {
  const bom = text.startsWith(byteOrderMark) ? byteOrderMark : "";
  const lines: string[] = [];
  const ends: string[] = [];
  for (const match of text.slice(bom.length).matchAll(/([^\n]*?)(\r?\n|$)/g)) {
    const [all, line = "", end = ""] = match;
    if (all === "") continue;
    lines.push(line);
    ends.push(end);
  }
  const crlf = ends.filter((end) => end === "\r\n").length;
  return { bom, lines, ends, newline: crlf * 2 > lines.length ? "\r\n" : "\n" };
}

/** The text again; every line gets an end. */
export function writeLines({ bom, lines, ends, newline }: TextLines): string {
  return bom + lines.map((line, index) => line + (ends[index] || newline)).join("");
}
