import { convertTables, parseMarkdown, plainText, type TableMode, telegramHtml } from "@openclaw/plugin-sdk/markdown";

/** A text in the two forms it may be sent in. */
export interface RenderedText {
  html: string;
  /** What is sent when the service does not accept the other. */
  plain: string;
}

/** Renders Markdown as the HTML of the Bot API, which has no tables. */
export function renderText(markdown: string, tables: TableMode): RenderedText {
  const parsed = parseMarkdown(convertTables(markdown, tables), { spoilers: true });
  return { html: telegramHtml(parsed), plain: plainText(parsed) };
}
