import type { Style } from "./style.ts";
import { padText, textWidth, wrapText } from "./text-width.ts";

export interface Column {
  readonly title: string;
  /** Narrowest width in cells when the table must shrink; default: as wide as the content. */
  readonly min?: number;
  /** Takes the room that is left. */
  readonly flexible?: boolean;
}

/** Where the terminal does not tell. */
const usualWidth = 120;

/**
 * A table in box drawing characters, at most one column narrower than the terminal. Where its columns do not fit side by
 * side, each row is a block of lines instead.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { width: number | undefined; style: Style },
): string {
  const available = Math.max(1, (options.width || usualWidth) - 1);
  const widths = columnWidths(columns, rows, available);
  const needed = widths.reduce((sum, width) => sum + width + 3, 1);
  if (needed > available) return renderBlocks(columns, rows, { width: available, style: options.style });
  const rule = (left: string, middle: string, right: string) =>
    options.style.muted(left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right);
  const bar = options.style.muted("│");
  const renderRow = (cells: readonly string[]): string[] => {
    const wrapped = widths.map((width, index) => wrapText(cells[index] ?? "", width));
    const height = Math.max(...wrapped.map((lines) => lines.length));
    return Array.from(
      { length: height },
      (_, line) =>
        `${bar}${widths.map((width, index) => ` ${padText(wrapped[index]?.[line] ?? "", width)} `).join(bar)}${bar}`,
    );
  };
  return [
    rule("┌", "┬", "┐"),
    ...renderRow(columns.map((column) => options.style.heading(column.title))),
    rule("├", "┼", "┤"),
    ...rows.flatMap(renderRow),
    rule("└", "┴", "┘"),
  ].join("\n");
}

/** Each row as `Title: value` lines, with a line between the rows; what is longer goes on below, indented. */
function renderBlocks(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { width, style }: { width: number; style: Style },
): string {
  const blocks = rows.map((row) => {
    // Two columns are a name and what belongs to it.
    const cells =
      columns.length === 2 ? [[row[0] ?? "", row[1] ?? ""]] : columns.map(({ title }, at) => [title, row[at] ?? ""]);
    return cells.flatMap(([title = "", value = ""]) => {
      const line = `${style.heading(`${title}:`)} ${value}`;
      if (textWidth(line) <= width && !value.includes("\n")) return [line];
      return [
        ...wrapText(style.heading(`${title}:`), width),
        ...wrapText(value, Math.max(1, width - 2)).map((each) => `  ${each}`),
      ];
    });
  });
  const between = columns.length === 2 ? [] : [style.muted("─".repeat(Math.min(width, 20)))];
  return blocks.flatMap((block, at) => (at === 0 ? block : [...between, ...block])).join("\n");
}

function columnWidths(columns: readonly Column[], rows: readonly (readonly string[])[], available: number): number[] {
  const natural = columns.map((column, index) =>
    Math.max(
      textWidth(column.title),
      ...rows.flatMap((row) => (row[index] ?? "").split("\n").map((line) => textWidth(line))),
    ),
  );
  const room = available - (columns.length * 3 + 1);
  let excess = natural.reduce((sum, width) => sum + width, 0) - room;
  const widths = [...natural];
  // Flexible columns give way first, the widest one before the others.
  for (const pass of [true, false]) {
    while (excess > 0) {
      let widest = -1;
      for (const [index, column] of columns.entries()) {
        const least = column.min ?? (pass ? 12 : 6);
        if (
          (pass ? column.flexible : true) &&
          widths[index]! > least &&
          (widest < 0 || widths[index]! > widths[widest]!)
        ) {
          widest = index;
        }
      }
      if (widest < 0) break;
      widths[widest]! -= 1;
      excess -= 1;
    }
  }
  return widths;
}
