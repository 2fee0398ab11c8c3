import { constants } from "node:os";
import type { Launch } from "./command-launcher.ts";
import { createCursorQueryFilter } from "./cursor-queries.ts";
import { type CommandListeners, groupAlive, type RunningCommand } from "./running-command.ts";

const columns = 120;
const rows = 30;
const defaultTerm = "xterm-256color";
const endOfFile = Buffer.from([4]);

/** The part of a terminal library that is needed here. */
export interface TerminalLibrary {
  spawn(
    file: string,
    args: string[],
    options: { name: string; cols: number; rows: number; cwd: string; env: Record<string, string | undefined> },
  ): Terminal;
}

interface Terminal {
  readonly pid: number;
  onData(listener: (data: string) => void): unknown;
  onExit(listener: (exit: { exitCode: number; signal?: number }) => void): unknown;
  write(data: string | Buffer): void;
  kill(signal?: string): void;
}

/** Loads the terminal library at the first use; it is an optional dependency with a native part. */
export async function loadTerminalLibrary(): Promise<TerminalLibrary> {
  try {
    return await import("@lydell/node-pty");
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n", 1)[0] ?? "") : String(error);
    throw new Error(`the optional package @lydell/node-pty cannot be loaded: ${reason}`);
  }
}

export interface SpawnTerminalOptions {
  library: TerminalLibrary;
  launch: Launch;
  platform: NodeJS.Platform;
  listeners: CommandListeners;
}

/**
 * Starts a program with a terminal of 120 columns and 30 rows. Programs that ask where the cursor is get the answer a
 * terminal would give, because some wait for it.
 * @throws when it cannot be started
 */
export function spawnTerminal({ library, launch, platform, listeners }: SpawnTerminalOptions): RunningCommand {
  const term = launch.env.TERM || defaultTerm;
  const terminal = library.spawn(launch.file, launch.args, {
    name: term,
    cols: columns,
    rows,
    cwd: launch.cwd,
    env: { ...launch.env, TERM: term },
  });
  let open = true;
  const queries = createCursorQueryFilter((answer) => {
    if (open) terminal.write(answer);
  });
  terminal.onData((data) => listeners.onOutput("stdout", queries.pass(data)));
  terminal.onExit(({ exitCode, signal }) => {
    open = false;
    const rest = queries.rest();
    if (rest !== "") listeners.onOutput("stdout", rest);
    const name = signalName(signal);
    listeners.onExit(name === null ? { code: exitCode, signal: null } : { code: null, signal: name });
    listeners.onClose();
  });

  return {
    pid: terminal.pid,
    get takesInput() {
      return open;
    },
    write: (bytes) => terminal.write(bytes),
    endInput: () => terminal.write(endOfFile),
    signal(name) {
      if (!open && !groupAlive(terminal.pid, platform)) return;
      if (platform === "win32") {
        terminal.kill();
        return;
      }
      try {
        process.kill(-terminal.pid, name);
      } catch {
        if (open) terminal.kill(name);
      }
    },
    groupAlive: () => groupAlive(terminal.pid, platform),
    release: () => {},
  };
}

function signalName(number: number | undefined): NodeJS.Signals | null {
  if (!number) return null;
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name !== undefined && isSignal(name) ? name : null;
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(constants.signals, name);
}
