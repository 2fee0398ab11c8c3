export { convertTables, type TableMode } from "./convert-tables.ts";
export { type LinkSpan, type MarkdownText, type StyleSpan, sliceMarkdown, type TextStyle } from "./markdown-text.ts";
export { parseMarkdown } from "./parse-markdown.ts";
export { plainText } from "./plain-text.ts";
export { renderSpans, type SpanMarks } from "./render-spans.ts";
export { signalStyles } from "./signal-styles.ts";
export { slackMrkdwn } from "./slack-mrkdwn.ts";
export { splitMarkdown } from "./split-markdown.ts";
export { telegramHtml } from "./telegram-html.ts";
