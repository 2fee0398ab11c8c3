import { chunkByMode } from "@openclaw/plugin-sdk";
import {
  convertTables,
  type MarkdownText,
  parseMarkdown,
  renderSpans,
  splitMarkdown,
  type TableMode,
} from "@openclaw/plugin-sdk/markdown";

/**
 * Cuts Markdown into pieces of at most `limit` characters. Where a cut goes through bold text, a link or the like, that is
 * closed in the one piece and opened again in the next.
 */
export function chunkForTelegram(
  source: string,
  limit: number,
  { mode, tables }: { mode: "length" | "newline"; tables: TableMode },
): string[] {
  // A table that was cut would not be one any more.
  const text = convertTables(source, tables);
  const pieces = chunkByMode(text, limit, mode);
  if (pieces.length < 2 || pieces.map(shown).join("") === shown(text)) return pieces;
  // A mark was torn from its partner, and would stand there as a character.
  return splitMarkdown(parseMarkdown(text, { spoilers: true }), limit, (piece) => markdownOf(piece).length).map(
    markdownOf,
  );
}

/** What people see of a text, without the spaces that a cut may take away. */
function shown(markdown: string): string {
  return parseMarkdown(markdown, { spoilers: true }).text.replace(/\s+/g, "");
}

const marks = { bold: "**", italic: "_", strikethrough: "~~", code: "`", spoiler: "||" } as const;

/** Writes a parsed text as Markdown that is parsed into the same. */
function markdownOf(piece: MarkdownText): string {
  return renderSpans(piece, {
    style: ({ style, language = "" }, text) => {
      if (style !== "code_block") return { open: marks[style], close: marks[style] };
      const fence = text.includes("```") ? "````" : "```";
      return { open: `${fence}${language}\n`, close: `\n${fence}` };
    },
    link: ({ href }) => ({ open: "[", close: `](${href})` }),
    escape: (text, inCode) => (inCode ? text : text.replace(/[\\`*_~|[\]<]/g, "\\$&")),
  });
}
