import { type ChildProcess, spawn } from "node:child_process";
import { basename } from "node:path";
import { LoopInterrupted } from "../loop/loop-events.ts";
import type { Timers } from "../run/timers.ts";
import type { ExecOutput } from "./exec-output.ts";

/** Between the polite and the final signal, in milliseconds. */
const killAfterMs = 2000;
/** The same when the whole program stops, which must not take long and must not leave commands behind. */
const killAtShutdownAfterMs = 500;
/** After the final signal, or after the exit of a command whose children still hold its output open. */
const giveUpAfterMs = 1000;
const drainAfterExitMs = 250;

export interface CommandOptions {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
  /** Milliseconds; undefined means no limit. */
  timeoutMs: number | undefined;
  signal: AbortSignal;
  output: ExecOutput;
  timers: Timers;
  onOutput(): void;
  onStart(pid: number | undefined): void;
  onWarning(text: string): void;
}

export interface CommandEnd {
  exitCode: number | null;
  exitSignal: NodeJS.Signals | null;
  timedOut: boolean;
  aborted: boolean;
}

/** Runs a shell command in its own process group, so that stopping it stops everything it started. */
export async function runCommand(options: CommandOptions): Promise<CommandEnd> {
  const { timers, signal, output } = options;
  const child = await start(options);
  options.onStart(child.pid);

  return new Promise((resolve) => {
    const cancels: (() => void)[] = [];
    let timedOut = false;
    let aborted = false;
    let stopping = false;
    let settled = false;
    let exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

    const finish = () => {
      if (settled) return;
      settled = true;
      for (const cancel of cancels) cancel();
      signal.removeEventListener("abort", onAbort);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ exitCode: exit?.code ?? null, exitSignal: exit?.signal ?? null, timedOut, aborted });
    };
    const stop = () => {
      if (stopping || settled) return;
      stopping = true;
      signalTree(child, "SIGTERM", options.platform);
      cancels.push(
        timers.after(signal.reason instanceof LoopInterrupted ? killAtShutdownAfterMs : killAfterMs, () => {
          signalTree(child, "SIGKILL", options.platform);
          cancels.push(timers.after(giveUpAfterMs, finish));
        }),
      );
    };
    const onAbort = () => {
      aborted = true;
      stop();
    };

    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.on("data", (bytes: Buffer) => {
        output.write(stream, bytes);
        options.onOutput();
      });
    }
    child.on("exit", (code, exitSignal) => {
      exit = { code, signal: exitSignal };
      // A child left in the background may hold the output open for ever; what was written by now is what counts.
      cancels.push(timers.after(drainAfterExitMs, finish));
    });
    child.on("close", finish);
    if (options.timeoutMs !== undefined) {
      cancels.push(
        timers.after(options.timeoutMs, () => {
          timedOut = true;
          stop();
        }),
      );
    }
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}

async function start(options: CommandOptions): Promise<ChildProcess> {
  try {
    return await spawned(options, options.platform !== "win32");
  } catch (error) {
    if (options.platform === "win32") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    options.onWarning(`Warning: spawn failed (${reason}); retrying with no-detach.`);
    return spawned(options, false);
  }
}

function spawned(options: CommandOptions, detached: boolean): Promise<ChildProcess> {
  const [shell, args] = shellCommand(options.command, options.env, options.platform);
  return new Promise((resolve, reject) => {
    const child = spawn(shell, args, {
      cwd: options.cwd,
      env: options.env,
      detached,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    // Stays for the life of the child: a signal that cannot be sent is reported here as well.
    child.on("error", reject);
    child.once("spawn", () => resolve(child));
  });
}

function shellCommand(command: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): [string, string[]] {
  if (platform === "win32") return ["powershell.exe", ["-NoProfile", "-NonInteractive", "-Command", command]];
  const shell = env.SHELL;
  if (!shell) return ["sh", ["-c", command]];
  // Models write POSIX shell, which fish does not read.
  return [basename(shell) === "fish" ? "bash" : shell, ["-c", command]];
}

function signalTree(child: ChildProcess, signal: "SIGTERM" | "SIGKILL", platform: NodeJS.Platform): void {
  const pid = child.pid;
  if (pid === undefined) return;
  if (platform === "win32") {
    const args = ["/pid", String(pid), "/T", ...(signal === "SIGKILL" ? ["/F"] : [])];
    spawn("taskkill", args, { stdio: "ignore", windowsHide: true }).on("error", () => child.kill(signal));
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended or is not ours to signal (detaching failed, or the command changed its user): try it alone.
    child.kill(signal);
  }
}
