import path from "node:path";
import * as pty from "@lydell/node-pty";
import xterm from "@xterm/headless";
import { type TestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import type { TuiOptions } from "../src/index.ts";

/** How long a test waits for something to be on the screen before it says what is there instead, ms. */
const patienceMs = 8_000;

/** Keys as terminals send them. */
export const keys = {
  enter: "\r",
  escape: "\u001b",
  tab: "\t",
  up: "\u001b[A",
  down: "\u001b[B",
  altEnter: "\u001b\r",
  ctrl: (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96),
};

/** A chat in a terminal, and what its screen shows. */
export interface ChatTerminal extends AsyncDisposable {
  type(text: string): void;
  /** Everything that was shown and not cleared, with what scrolled away. */
  text(): string;
  /** What is on the screen. */
  screen(): string[];
  /** Everything the program wrote, with its control sequences. */
  raw(): string;
  /** Resolves as soon as the text fits. */
  until(fits: string | RegExp | ((text: string) => boolean)): Promise<void>;
  resize(columns: number, rows: number): void;
  readonly exited: Promise<number>;
  readonly titles: readonly string[];
  /** Whether pastes are still bracketed, which they are only while a program asks for it. */
  bracketsPastes(): boolean;
}

/** What differs from a chat at 80×24 with colours. */
export interface ChatTerminalOptions {
  columns?: number;
  rows?: number;
  options?: Partial<TuiOptions>;
}

/** Starts a chat with a Gateway. */
export function openChat(gateway: TestGateway, more: ChatTerminalOptions = {}): ChatTerminal {
  const { columns = 80, rows = 24 } = more;
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 2000, allowProposedApi: true });
  const child = pty.spawn(
    process.execPath,
    ["--conditions=@openclaw/source", "--no-warnings", path.join(import.meta.dirname, "chat-process.ts")],
    {
      name: "xterm-256color",
      cols: columns,
      rows,
      cwd: gateway.workspace,
      env: {
        PATH: process.env.PATH ?? "",
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "",
        HOME: gateway.home,
        SHELL: "/bin/sh",
        TERM: "xterm-256color",
        TUI_URL: gateway.url,
        TUI_TOKEN: testToken,
        TUI_OPTIONS: JSON.stringify({ colors: 3, ...more.options }),
      },
    },
  );
  let raw = "";
  let over: number | undefined;
  const titles: string[] = [];
  const looking = new Set<() => void>();
  terminal.onTitleChange((title) => titles.push(title));
  terminal.onData((answer) => child.write(answer));
  child.onData((data) => {
    raw += data;
    terminal.write(data, () => {
      for (const look of [...looking]) look();
    });
  });
  const exited = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      over = exitCode;
      resolve(exitCode);
    });
  });
  const lines = (from: number) => {
    const { active } = terminal.buffer;
    return Array.from(
      { length: active.length - from },
      (_, index) =>
        active
          .getLine(from + index)
          ?.translateToString(true)
          .trimEnd() ?? "",
    );
  };
  const text = () => lines(0).join("\n");
  return {
    type: (what) => child.write(what),
    text,
    screen: () => lines(terminal.buffer.active.baseY),
    raw: () => raw,
    until(fits) {
      const found = () => {
        const shown = text();
        if (typeof fits === "function") return fits(shown);
        return typeof fits === "string" ? shown.includes(fits) : fits.test(shown);
      };
      if (found()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer);
          looking.delete(look);
        };
        const look = () => {
          if (!found()) return;
          done();
          resolve();
        };
        const timer = setTimeout(() => {
          done();
          reject(new Error(`${String(fits)} did not come${over === undefined ? "" : ` (exit ${over})`}:\n${text()}`));
        }, patienceMs);
        looking.add(look);
      });
    },
    resize(toColumns, toRows) {
      terminal.resize(toColumns, toRows);
      child.resize(toColumns, toRows);
    },
    exited,
    titles,
    bracketsPastes: () => terminal.modes.bracketedPasteMode,
    async [Symbol.asyncDispose]() {
      if (over === undefined) child.kill();
      await exited;
      terminal.dispose();
    },
  };
}
