import { parseMarkdown, plainText, telegramHtml } from "@openclaw/plugin-sdk/markdown";

/** A text in the two forms it may be sent in. */
export interface RenderedText {
  html: string;
  /** What is sent when the service does not accept the other. */
  plain: string;
}

/** Renders Markdown as the HTML of the Bot API. */
export function renderText(markdown: string): RenderedText {
  const parsed = parseMarkdown(markdown, { spoilers: true });
  return { html: telegramHtml(parsed), plain: plainText(parsed) };
}
