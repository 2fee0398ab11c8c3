import { type Component, Container, Markdown, Text, truncateToWidth, visibleWidth } from "@earendil-works/pi-tui";
import { printable } from "./printable.ts";
import type { Theme } from "./theme.ts";
import { createToolCard, type ToolCard } from "./tool-card.ts";

/** Blocks that stay on the screen; older ones go in groups, because their going redraws everything. */
const maxBlocks = 600;
const droppedAtOnce = 100;

/** An assistant's text that may still grow. */
export interface ReplyBlock {
  setText(text: string): void;
}

/** The chat's log: what was said, done and told, from top to bottom. */
export interface TranscriptView extends Component {
  addUser(text: string): void;
  addReply(text: string): ReplyBlock;
  addThinking(text: string): void;
  addTool(call: { name: string; args: unknown }): ToolCard;
  /** A line of the program itself. */
  addLine(text: string, tone?: "muted" | "error"): void;
  clear(): void;
}

/** Creates an empty log; `expanded` says whether tool cards show all of their output. */
export function createTranscriptView(theme: Theme, expanded: () => boolean): TranscriptView {
  const container = new Container();
  const add = <C extends Component>(component: C): C => {
    container.addChild(component);
    if (container.children.length > maxBlocks) container.children.splice(0, droppedAtOnce);
    return component;
  };
  return {
    render: (width) => container.render(width),
    invalidate: () => container.invalidate(),
    addUser: (text) => void add(userBox(printable(text), theme)),
    addReply(text) {
      const markdown = add(new Markdown(printable(text), 1, 0, theme.markdown, { color: theme.text }));
      return { setText: (next) => markdown.setText(printable(next)) };
    },
    addThinking: (text) => void add(new Text(theme.muted(theme.italic(`thinking: ${printable(text)}`)), 1, 0)),
    addTool: (call) => add(createToolCard(call, theme, expanded)),
    addLine: (text, tone = "muted") => void add(new Text(theme[tone](printable(text)), 1, 0)),
    clear: () => container.clear(),
  };
}

/** A message of the user's in a box as wide as the screen. */
function userBox(text: string, theme: Theme): Component {
  const body = new Text(theme.text(text), 1, 0);
  return {
    invalidate: () => body.invalidate(),
    render(width) {
      if (width < 8) return body.render(width);
      const edge = "─".repeat(width - 2);
      const lines = body.render(width - 2).map((line) => {
        const cut = truncateToWidth(line, width - 2);
        return `${theme.accent("│")}${cut}${" ".repeat(Math.max(0, width - 2 - visibleWidth(cut)))}${theme.accent("│")}`;
      });
      return [theme.accent(`╭${edge}╮`), ...lines, theme.accent(`╰${edge}╯`)];
    },
  };
}
