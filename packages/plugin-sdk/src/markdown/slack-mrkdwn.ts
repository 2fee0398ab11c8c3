import type { MarkdownText } from "./markdown-text.ts";
import { renderSpans } from "./render-spans.ts";

const marks = { bold: "*", italic: "_", strikethrough: "~", code: "`", spoiler: "" } as const;
/** Slack's own references: they stay as they are. */
const references = /<(?:[@#!][^<>\s][^<>]*|(?:https?|mailto|tel|slack):[^<>\s]+)>/g;

/** Slack's `mrkdwn`. References to users, channels and addresses in angle brackets are left alone. */
export function slackMrkdwn(source: MarkdownText): string {
  return renderSpans(source, {
    style: ({ style }) =>
      style === "code_block" ? { open: "```\n", close: "\n```" } : { open: marks[style], close: marks[style] },
    link: ({ href }, text) =>
      text === href || text === href.replace(/^(?:mailto|tel):/, "")
        ? { open: "", close: "" }
        : { open: `<${escapeText(href).replaceAll("|", "%7C")}|`, close: ">" },
    escape: (text, inCode) => (inCode ? escapeText(text) : escapeBetween(text)),
  });
}

function escapeBetween(text: string): string {
  let out = "";
  let at = 0;
  for (const match of text.matchAll(references)) {
    out += escapeText(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  // A `>` that begins a line is a quote.
  return (out + escapeText(text.slice(at))).replace(/^&gt; /gm, "> ");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
