import type { ChildProcess, spawn as spawnProgram } from "node:child_process";

/** So much of what a command prints is kept, both streams together, bytes. */
const maxOutputBytes = 200_000;
const truncationMark = "... (truncated)";
/** How long the streams of a program that ended may stay open, because a child of it has them, ms. */
const lingerMs = 500;

export type Spawn = typeof spawnProgram;

/** What became of a command. */
export interface RunEnd {
  /** null when a signal ended it, or it was never started. */
  exitCode: number | null;
  timedOut: boolean;
  success: boolean;
  stdout: string;
  stderr: string;
  /** Why it could not be started. */
  error: string | null;
}

export interface RunProcessOptions {
  argv: readonly string[];
  cwd: string | undefined;
  env: NodeJS.ProcessEnv;
  /** Milliseconds; none when absent. */
  timeoutMs: number | undefined;
  platform: NodeJS.Platform;
  spawn: Spawn;
  /** Ends the command and its children. */
  signal: AbortSignal;
}

/** Runs a program without a shell and without input, and waits for its end. Never throws. */
export function runProcess(options: RunProcessOptions): Promise<RunEnd> {
  const { argv, cwd, env, timeoutMs, platform, signal } = options;
  const [program = "", ...args] = argv;
  const output = createOutput();
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = options.spawn(program, args, {
        ...(cwd === undefined ? {} : { cwd }),
        env,
        stdio: ["ignore", "pipe", "pipe"],
        // A group of its own, so that its children can be ended with it.
        detached: platform !== "win32",
        windowsHide: true,
      });
    } catch (error) {
      return resolve({ ...output.texts(), exitCode: null, timedOut: false, success: false, error: messageOf(error) });
    }
    let timedOut = false;
    let ended = false;
    const kill = () => killGroup(child, platform, options.spawn);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            kill();
          }, timeoutMs);
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    const finish = (exitCode: number | null, error: string | null) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
      const code = timedOut ? null : exitCode;
      resolve({ ...output.texts(), exitCode: code, timedOut, success: code === 0, error });
    };
    child.stdout?.on("data", (chunk: Buffer) => output.add("stdout", chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.add("stderr", chunk));
    child.once("error", (error) => finish(null, messageOf(error)));
    child.once("exit", (code) => setTimeout(() => finish(code, null), lingerMs).unref());
    child.once("close", (code) => finish(code, null));
  });
}

function createOutput() {
  const chunks: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  let kept = 0;
  let cut: "stdout" | "stderr" | undefined;
  return {
    add(stream: "stdout" | "stderr", chunk: Buffer) {
      if (cut !== undefined) return;
      const room = maxOutputBytes - kept;
      chunks[stream].push(chunk.subarray(0, room));
      kept += Math.min(chunk.length, room);
      if (chunk.length > room) cut = stream;
    },
    texts() {
      const text = (stream: "stdout" | "stderr") => {
        const decoded = Buffer.concat(chunks[stream]).toString("utf8");
        // The cut may have gone through a character.
        return cut === stream ? `${decoded.replace(/\uFFFD$/, "")}${truncationMark}` : decoded;
      };
      return { stdout: text("stdout"), stderr: text("stderr") };
    },
  };
}

function killGroup(child: ChildProcess, platform: NodeJS.Platform, spawn: Spawn): void {
  if (child.pid === undefined) return;
  if (platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on("error", () =>
      child.kill("SIGKILL"),
    );
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL"); // the group is gone already, or was never made
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
