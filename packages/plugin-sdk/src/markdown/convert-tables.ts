import { Marked, type Tokens } from "marked";

const lexer = new Marked({ gfm: true });

/** How tables are shown: untouched, as one group of bullets per row, or aligned in a code block. */
export type TableMode = "off" | "bullets" | "code";

/** Rewrites the tables of a Markdown text for services that show none. Everything else stays byte for byte. */
export function convertTables(markdown: string, mode: TableMode): string {
  if (mode === "off" || !/\|[ \t]*:?-|-:?[ \t]*\|/.test(markdown)) return markdown;
  let out = "";
  let changed = false;
  for (const token of lexer.lexer(markdown)) {
    if (token.type !== "table") {
      out += token.raw;
      continue;
    }
    changed = true;
    const table = token as Tokens.Table;
    const rows = table.rows.map((row) => row.map(({ text }) => text));
    const header = table.header.map(({ text }) => text);
    const end = /\n*$/.exec(token.raw)?.[0] ?? "";
    out += (mode === "code" ? codeTable(header, rows) : bulletTable(header, rows)) + end;
  }
  return changed ? out : markdown;
}

function codeTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, column) =>
    Math.max(cell.length, 3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return ["```", line(header), rule, ...rows.map(line), "```"].join("\n");
}

function bulletTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows
    .map(([name = "", ...cells]) => {
      const facts = cells.flatMap((cell, index) => {
        const label = header[index + 1] ?? "";
        return cell === "" ? [] : [label === "" ? `• ${cell}` : `• ${label}: ${cell}`];
      });
      return [name === "" ? "" : `**${name}**`, ...facts].filter((line) => line !== "").join("\n");
    })
    .join("\n\n");
}
