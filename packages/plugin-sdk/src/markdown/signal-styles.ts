import type { MarkdownText, TextStyle } from "./markdown-text.ts";

const names: Readonly<Record<TextStyle, string>> = {
  bold: "BOLD",
  italic: "ITALIC",
  strikethrough: "STRIKETHROUGH",
  code: "MONOSPACE",
  code_block: "MONOSPACE",
  spoiler: "SPOILER",
};

/** Signal's form: a plain text, and `start:length:STYLE` for what it looks like. Addresses of links stand behind them. */
export function signalStyles(source: MarkdownText): { text: string; styles: string[] } {
  const shifts: { at: number; by: number }[] = [];
  let text = "";
  let from = 0;
  for (const { start, end, href } of [...source.links].sort((a, b) => a.end - b.end)) {
    const label = source.text.slice(start, end);
    const address = label === href || `mailto:${label}` === href ? "" : ` (${href})`;
    text += source.text.slice(from, end) + address;
    from = end;
    shifts.push({ at: end, by: address.length });
  }
  text += source.text.slice(from);
  const moved = (offset: number, isEnd: boolean) =>
    offset + shifts.reduce((sum, { at, by }) => (at < offset || (at === offset && !isEnd) ? sum + by : sum), 0);
  const styles = source.styles.map(({ start, end, style }) => {
    const first = moved(start, false);
    return `${first}:${moved(end, true) - first}:${names[style]}`;
  });
  return { text, styles };
}
