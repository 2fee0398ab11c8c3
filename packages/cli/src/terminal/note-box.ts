import type { Style } from "./style.ts";
import { padText, textWidth, wrapText } from "./text-width.ts";

/** A titled box around a few lines. */
export function renderNote(title: string, text: string, options: { width: number | undefined; style: Style }): string {
  const { style } = options;
  const columns = options.width || 98;
  // A frame that is broken by the edge of the terminal is worse than none.
  if (columns < 46) return [style.heading(title), ...wrapText(text, Math.max(1, columns - 1))].join("\n");
  const widest = Math.max(40, Math.min(88, columns - 10));
  const lines = wrapText(text, widest);
  const width = Math.max(textWidth(title) + 1, ...lines.map((line) => textWidth(line)));
  const edge = (mark: string) => style.muted(mark);
  return [
    `${edge("┌")} ${style.heading(title)} ${edge(`${"─".repeat(Math.max(0, width - textWidth(title)))}┐`)}`,
    ...lines.map((line) => `${edge("│")} ${padText(line, width)} ${edge("│")}`),
    edge(`└${"─".repeat(width + 2)}┘`),
  ].join("\n");
}
