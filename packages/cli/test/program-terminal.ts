import path from "node:path";
import { spawn } from "@lydell/node-pty";
import { Terminal } from "@xterm/headless";

const program = path.resolve(import.meta.dirname, "../../../apps/cli/bin/openclaw.js");
/** How long a test waits for something to be on the screen, ms. */
const limitMs = 30_000;

export const enter = "\r";
export const ctrlC = "\u0003";
export const ctrlD = "\u0004";

/** The program in a terminal, as its user sees it; 80×24 where nothing else is said. */
export function startProgram(
  argv: readonly string[],
  { home, env, columns = 80 }: { home: string; env: NodeJS.ProcessEnv; columns?: number },
) {
  const screen = new Terminal({ cols: columns, rows: 24, scrollback: 5000, allowProposedApi: true });
  const child = spawn(process.execPath, ["--conditions=@openclaw/source", "--no-warnings", program, ...argv], {
    cols: columns,
    rows: 24,
    cwd: home,
    env: { HOME: home, TERM: "xterm-256color", SHELL: "/bin/sh", OPENCLAW_GATEWAY_PORT: "9", ...env },
  });
  let raw = "";
  let waiting: (() => void)[] = [];
  const wake = () => {
    const all = waiting;
    waiting = [];
    for (const each of all) each();
  };
  // What a program asks of its terminal is answered.
  screen.onData((answer) => child.write(answer));
  child.onData((data) => {
    raw += data;
    screen.write(data, wake);
  });
  let ended = false;
  const exit = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      // What was printed last is shown first.
      screen.write("", () => {
        ended = true;
        resolve(exitCode);
        wake();
      });
    });
  });
  const lines = () => {
    const { active } = screen.buffer;
    return Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? "");
  };
  const text = () => lines().join("\n");
  /** The words alone: a narrow terminal breaks lines within them. */
  const words = () => text().replaceAll(/[^\p{L}\p{N}?!:.,-]/gu, "");
  let seen = 0;
  /** Waits for a text below what was waited for before. */
  async function see(wanted: string, among: () => string = text): Promise<void> {
    const until = Date.now() + limitMs;
    for (;;) {
      const at = among().indexOf(wanted, seen);
      if (at >= 0) {
        seen = at;
        return;
      }
      if (ended || Date.now() > until) throw new Error(`"${wanted}" was not shown:\n${text().trimEnd()}`);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setTimeout(resolve, limitMs).unref();
      });
    }
  }
  return {
    see: (wanted: string) => see(wanted),
    /** As `see`, whatever the lines were broken into; not to be mixed with it. */
    seeWords: (wanted: string) => see(wanted.replaceAll(" ", ""), words),
    exit,
    text,
    lines,
    raw: () => raw,
    type: (keys: string) => child.write(keys),
    /** Waits for a question and answers it. */
    async answer(question: string, keys: string) {
      await see(question);
      child.write(keys);
    },
    stop: () => {
      if (!ended) child.kill("SIGKILL");
    },
  };
}
