import type { LinkSpan, MarkdownText, StyleSpan } from "./markdown-text.ts";

/** How one service writes styles and links. */
export interface SpanMarks {
  style(span: StyleSpan, text: string): { open: string; close: string };
  link(span: LinkSpan, text: string): { open: string; close: string };
  /** Makes text harmless; `inCode` inside code. */
  escape(text: string, inCode: boolean): string;
}

interface Mark {
  start: number;
  end: number;
  code: boolean;
  marks: { open: string; close: string };
}

/** Writes a text with marks around its spans. */
export function renderSpans(source: MarkdownText, marks: SpanMarks): string {
  const { text } = source;
  const spans: Mark[] = [
    ...source.links.map((span) => ({
      start: span.start,
      end: span.end,
      code: false,
      marks: marks.link(span, text.slice(span.start, span.end)),
    })),
    ...source.styles.map((span) => ({
      start: span.start,
      end: span.end,
      code: span.style === "code" || span.style === "code_block",
      marks: marks.style(span, text.slice(span.start, span.end)),
    })),
  ].sort((a, b) => a.start - b.start || b.end - a.end);

  const open: Mark[] = [];
  let out = "";
  let at = 0;
  const write = (to: number) => {
    if (to > at)
      out += marks.escape(
        text.slice(at, to),
        open.some(({ code }) => code),
      );
    at = Math.max(at, to);
  };
  const closeUntil = (to: number) => {
    for (let last = open.at(-1); last !== undefined && last.end <= to; last = open.at(-1)) {
      write(last.end);
      out += last.marks.close;
      open.pop();
    }
  };
  for (const span of spans) {
    closeUntil(span.start);
    write(span.start);
    out += span.marks.open;
    open.push(span);
  }
  closeUntil(text.length);
  write(text.length);
  return out;
}
