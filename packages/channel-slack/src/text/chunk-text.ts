import { chunkByMode } from "@openclaw/plugin-sdk";
import {
  type MarkdownText,
  parseMarkdown,
  renderSpans,
  slackMrkdwn,
  splitMarkdown,
} from "@openclaw/plugin-sdk/markdown";

/** What Slack takes as one message without cutting it itself, in UTF-16 code units. */
export const SLACK_TEXT_LIMIT = 4000;

/**
 * Cuts Markdown into pieces that are each at most `limit` long as Slack gets them. Where a cut goes through bold text, a
 * link or the like, that is closed in the one piece and opened again in the next.
 */
export function chunkForSlack(text: string, limit: number, mode: "length" | "newline"): string[] {
  const max = Math.min(limit, SLACK_TEXT_LIMIT);
  return chunkByMode(text, max, mode).length < 2 && renderMrkdwn(text).length <= max
    ? chunkByMode(text, max, mode)
    : cut(text, max, mode);
}

function cut(text: string, max: number, mode: "length" | "newline"): string[] {
  const pieces = chunkByMode(text, max, mode);
  const torn = pieces.map(shown).join("") !== shown(text) || pieces.some((piece) => renderMrkdwn(piece).length > max);
  if (!torn) return pieces;
  const measure = (piece: MarkdownText) => Math.max(slackMrkdwn(piece).length, markdownOf(piece).length);
  return splitMarkdown(parseMarkdown(text), max, measure).map(markdownOf);
}

/** Markdown as Slack's `mrkdwn`. */
export function renderMrkdwn(text: string): string {
  return slackMrkdwn(parseMarkdown(text));
}

/** What people see of a text, without the spaces that a cut may take away. */
function shown(markdown: string): string {
  return parseMarkdown(markdown).text.replace(/\s+/g, "");
}

const marks = { bold: "**", italic: "_", strikethrough: "~~", code: "`", spoiler: "" } as const;

/** Writes a parsed text as Markdown that is parsed into the same. */
function markdownOf(piece: MarkdownText): string {
  return renderSpans(piece, {
    style: ({ style, language = "" }, text) => {
      if (style !== "code_block") return { open: marks[style], close: marks[style] };
      const fence = text.includes("```") ? "````" : "```";
      return { open: `${fence}${language}\n`, close: `\n${fence}` };
    },
    link: ({ href }) => ({ open: "[", close: `](${href})` }),
    // Slack's references in angle brackets stay what they are.
    escape: (text, inCode) => (inCode ? text : text.replace(/[\\`*_~[\]]/g, "\\$&")),
  });
}
