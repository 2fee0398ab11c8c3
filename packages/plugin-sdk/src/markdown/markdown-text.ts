/** How a piece of text looks. */
export type TextStyle = "bold" | "italic" | "strikethrough" | "code" | "code_block" | "spoiler";

/** Offsets are UTF-16 code units of `MarkdownText.text`; `end` is behind the last one. */
export interface StyleSpan {
  start: number;
  end: number;
  style: TextStyle;
  /** The info string of a code block. */
  language?: string;
}

export interface LinkSpan {
  start: number;
  end: number;
  href: string;
}

/**
 * Markdown taken apart: the text people read, and what it looks like where. Prefixes of lists and quotes are part of the
 * text. Spans lie inside each other or beside each other, never across.
 */
export interface MarkdownText {
  text: string;
  styles: StyleSpan[];
  links: LinkSpan[];
}

/** A part of a text with what of its spans lies in it. */
export function sliceMarkdown({ text, styles, links }: MarkdownText, start: number, end: number): MarkdownText {
  const cut = <T extends { start: number; end: number }>(spans: readonly T[]): T[] =>
    spans
      .filter((span) => span.start < end && span.end > start)
      .map((span) => ({ ...span, start: Math.max(span.start, start) - start, end: Math.min(span.end, end) - start }));
  return { text: text.slice(start, end), styles: cut(styles), links: cut(links) };
}
