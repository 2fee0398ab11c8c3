import { type Component, truncateToWidth, wrapTextWithAnsi } from "@earendil-works/pi-tui";
import { displayTool, formatToolDisplay } from "@openclaw/protocol/wire";
import { printable, printableLine } from "./printable.ts";
import type { Theme } from "./theme.ts";

/** Lines of output a card shows while it is collapsed. */
const previewLines = 12;

/** A tool call in the chat. */
export interface ToolCard extends Component {
  /** Replaces the output; with an outcome the call is over. */
  update(output: string, outcome?: "done" | "failed"): void;
}

/** Creates a card; `expanded` is asked at every drawing. */
export function createToolCard(
  { name, args }: { name: string; args: unknown },
  theme: Theme,
  expanded: () => boolean,
): ToolCard {
  let output = "";
  let state: "running" | "done" | "failed" = "running";
  const title = printableLine(formatToolDisplay(displayTool(name, args)));
  return {
    update(text, outcome) {
      output = printable(text).trimEnd();
      if (outcome) state = outcome;
    },
    invalidate() {},
    render(width) {
      const inner = Math.max(1, width - 2);
      const paint = state === "failed" ? theme.error : state === "done" ? theme.success : theme.accent;
      const mark = { running: "…", done: "✓", failed: "✗" }[state];
      const head = `${paint(mark)} ${theme.text(truncateToWidth(title, Math.max(1, inner - 2)))}`;
      const wrapped = output === "" ? [] : output.split("\n").flatMap((line) => wrapTextWithAnsi(line, inner));
      const shown = expanded() ? wrapped : wrapped.slice(0, previewLines);
      const hidden = wrapped.length - shown.length;
      const rest = hidden > 0 ? [truncateToWidth(`… ${hidden} more lines (ctrl+o)`, inner)] : [];
      return [head, ...[...shown, ...rest].map((line) => theme.muted(line))].map((line) => `${paint("│")} ${line}`);
    },
  };
}
