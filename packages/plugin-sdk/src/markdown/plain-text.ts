import type { MarkdownText } from "./markdown-text.ts";

/** The text alone; addresses of links stand behind them unless they are the text. */
export function plainText(source: MarkdownText): string {
  let text = "";
  let from = 0;
  for (const { start, end, href } of [...source.links].sort((a, b) => a.end - b.end)) {
    const label = source.text.slice(start, end);
    text += source.text.slice(from, end) + (label === href || `mailto:${label}` === href ? "" : ` (${href})`);
    from = end;
  }
  return text + source.text.slice(from);
}
