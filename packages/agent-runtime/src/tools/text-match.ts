/** Where a text was found in a file, as positions in the file's own text. */
export interface TextMatch {
  start: number;
  end: number;
}

/** A comparable form of a text. Without positions it is the original itself. */
interface View {
  text: string;
  /** Where each character of the form begins and ends in the original. */
  positions?: { start: Uint32Array; end: Uint32Array };
}

/**
 * Finds every place of `wanted` in `content`, overlapping ones included. Line endings never matter. When there is no
 * exact place, blank space at line ends is ignored and typographic quotes, dashes and spaces equal their plain forms.
 */
export function findText(content: string, wanted: string): TextMatch[] {
  const target = wanted.replaceAll("\r\n", "\n");
  const exact = matches(lineView(content), target);
  if (exact.length > 0) return exact;
  return matches(looseView(content), looseView(target).text);
}

function matches(view: View, target: string): TextMatch[] {
  if (target === "") return [];
  const found: TextMatch[] = [];
  for (let at = view.text.indexOf(target); at >= 0; at = view.text.indexOf(target, at + 1)) {
    const last = at + target.length - 1;
    // The end of the last character, not the start of the next: blank space skipped after it stays as it is.
    found.push({ start: view.positions?.start[at] ?? at, end: view.positions?.end[last] ?? last + 1 });
  }
  return found;
}

/** CRLF as LF. A file without CRLF needs no map. */
function lineView(content: string): View {
  if (!content.includes("\r\n")) return { text: content };
  return mapped(content, (_char, index) => (content[index] === "\r" && content[index + 1] === "\n" ? "" : undefined));
}

function looseView(content: string): View {
  const lineEnds = new Uint8Array(content.length);
  for (const match of content.matchAll(/[^\S\n]+(?=\n|$)/g))
    lineEnds.fill(1, match.index, match.index + match[0].length);
  return mapped(content, (char, index) => (lineEnds[index] === 1 ? "" : plainForm(char)));
}

/** Builds a view from a function that gives a character's form: empty to skip it, undefined to keep it. */
function mapped(content: string, form: (char: string, index: number) => string | undefined): View {
  const start = new Uint32Array(content.length);
  const end = new Uint32Array(content.length);
  const parts: string[] = [];
  for (let index = 0; index < content.length; index += 1) {
    const char = content[index] ?? "";
    const replaced = form(char, index) ?? char;
    if (replaced === "") continue;
    // The CR of a CRLF belongs to the newline that follows it.
    start[parts.length] = char === "\n" && content[index - 1] === "\r" ? index - 1 : index;
    end[parts.length] = index + 1;
    parts.push(replaced);
  }
  return { text: parts.join(""), positions: { start, end } };
}

/** The text with typographic quotes, dashes and spaces as plain ones. */
export function plainText(text: string): string {
  return text.replace(/[\u00a0-\u3000]/g, (char) => plainForm(char) ?? char);
}

function plainForm(char: string): string | undefined {
  if (char < "\u00a0") return undefined;
  if (/[\u2018\u2019\u201a\u201b]/.test(char)) return "'";
  if (/[\u201c\u201d\u201e\u201f]/.test(char)) return '"';
  if (/[\u2010-\u2015\u2212]/.test(char)) return "-";
  if (/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/.test(char)) return " ";
  return undefined;
}
