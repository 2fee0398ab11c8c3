import type { Style } from "./style.ts";
import { padText, textWidth, wrapText } from "./text-width.ts";

export interface Column {
  readonly title: string;
  /** Narrowest width in cells when the table must shrink; default: as wide as the content. */
  readonly min?: number;
  /** Takes the room that is left. */
  readonly flexible?: boolean;
}

/** A table in box drawing characters, as wide as `max(60, columns − 1)` allows. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { width: number | undefined; style: Style },
): string {
  const available = Math.max(60, (options.width || 120) - 1);
  const widths = columnWidths(columns, rows, available);
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
