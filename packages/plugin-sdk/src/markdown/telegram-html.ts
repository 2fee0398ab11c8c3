import type { MarkdownText, TextStyle } from "./markdown-text.ts";
import { renderSpans } from "./render-spans.ts";

const tags: Readonly<Record<Exclude<TextStyle, "code_block">, string>> = {
  bold: "b",
  italic: "i",
  strikethrough: "s",
  code: "code",
  spoiler: "tg-spoiler",
};

/** The HTML subset of the Telegram Bot API. */
export function telegramHtml(source: MarkdownText): string {
  return renderSpans(source, {
    style: ({ style, language }) =>
      style === "code_block"
        ? {
            open: language ? `<pre><code class="language-${escapeHtml(language).replaceAll('"', "")}">` : "<pre><code>",
            close: "</code></pre>",
          }
        : { open: `<${tags[style]}>`, close: `</${tags[style]}>` },
    link: ({ href }) => ({ open: `<a href="${escapeHtml(href).replaceAll('"', "&quot;")}">`, close: "</a>" }),
    escape: escapeHtml,
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
