import type { Style } from "./style.ts";
import { padText, textWidth, wrapText } from "./text-width.ts";

/** A titled box around a few lines. */
export function renderNote(title: string, text: string, options: { width: number | undefined; style: Style }): string {
  const { style } = options;
  const widest = Math.max(40, Math.min(88, (options.width || 98) - 10));
  const lines = wrapText(text, widest);
  const width = Math.max(textWidth(title) + 1, ...lines.map((line) => textWidth(line)));
  const edge = (mark: string) => style.muted(mark);
  return [
    `${edge("┌")} ${style.heading(title)} ${edge(`${"─".repeat(Math.max(0, width - textWidth(title)))}┐`)}`,
    ...lines.map((line) => `${edge("│")} ${padText(line, width)} ${edge("│")}`),
    edge(`└${"─".repeat(width + 2)}┘`),
  ].join("\n");
}
