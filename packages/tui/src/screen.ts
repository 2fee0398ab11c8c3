import {
  type Component,
  Container,
  Editor,
  ProcessTerminal,
  type Terminal,
  TuiMainScreen,
  truncateToWidth,
  visibleWidth,
} from "@earendil-works/pi-tui";
import { createFooter, type FooterFacts } from "./footer.ts";
import type { PickerContent } from "./open-picker.ts";
import { createPicker } from "./picker.ts";
import { createStatusLine } from "./status-line.ts";
import type { Theme } from "./theme.ts";
import { createTranscriptView } from "./transcript-view.ts";

/** What the screen is made of. */
export interface ScreenOptions {
  theme: Theme;
  terminal?: Terminal | undefined;
  now: () => number;
  header: () => string;
  facts: () => FooterFacts;
  expanded: () => boolean;
}

/** Everything that is drawn: header, log, status, footer, and the editor or a picker in its place; nothing before `start()`. */
export function createScreen({ theme, terminal = new ProcessTerminal(), now, header, facts, expanded }: ScreenOptions) {
  const tui = new TuiMainScreen(terminal);
  const redraw = () => tui.requestRender();
  const view = createTranscriptView(theme, expanded);
  const status = createStatusLine(theme, now, redraw);
  const editor = new Editor(tui, theme.editor, { paddingX: 1 });
  const dock = new Container();
  dock.addChild(editor);
  const parts: Component[] = [
    { invalidate() {}, render: (width) => [theme.accent(truncateToWidth(header(), width)), ""] },
    view,
    { invalidate() {}, render: () => [""] },
    status,
    createFooter(theme, facts),
    dock,
  ];
  for (const part of parts) tui.addChild(clipped(part));
  let picking = false;

  const close = () => {
    dock.clear();
    dock.addChild(editor);
    picking = false;
    tui.setFocus(editor);
    redraw();
  };
  return {
    view,
    status,
    editor,
    redraw,
    get picking() {
      return picking;
    },
    /** Shows a list in place of the editor; `onClose` is told when nothing was chosen. */
    pick(
      { title, items, current }: Omit<PickerContent, "choose">,
      onSelect: (value: string) => void,
      onClose = () => {},
    ) {
      const picker = createPicker({
        title,
        items,
        current,
        theme,
        maxVisible: Math.max(3, Math.min(10, terminal.rows - 7)),
        onSelect(value) {
          close();
          onSelect(value);
        },
        onClose() {
          close();
          onClose();
        },
      });
      dock.clear();
      dock.addChild(picker);
      picking = true;
      tui.setFocus(picker);
      redraw();
    },
    onInput: (listener: (data: string) => { consume: true } | undefined) => tui.addInputListener(listener),
    start(): void {
      tui.setFocus(editor);
      tui.start();
      tui.requestRender();
    },
    /** Gives the terminal back as it was. */
    async stop(): Promise<void> {
      status.close();
      await terminal.drainInput();
      tui.stop();
    },
  };
}

/** A line wider than the screen is an error of the library's; on a very narrow one, some part may not keep to it. */
function clipped(component: Component): Component {
  return {
    invalidate: () => component.invalidate(),
    render: (width) =>
      component.render(width).map((line) => (visibleWidth(line) > width ? truncateToWidth(line, width, "") : line)),
  };
}
