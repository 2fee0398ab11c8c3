import { spawn as systemSpawn } from "node:child_process";

/** Most of what a program may print, in bytes. */
const maxOutputBytes = 5 * 1024 * 1024;
const shownErrorChars = 300;

export interface ProgramCall {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string | undefined;
  timeoutMs: number;
  signal: AbortSignal;
}

/** Runs a program without a shell and resolves with what it printed. Rejects when it does not end well and in time. */
export type RunProgram = (call: ProgramCall) => Promise<string>;

/** With its own process group, so that what it has started ends with it. */
export function createRunProgram(spawn: typeof systemSpawn = systemSpawn): RunProgram {
  return ({ command, args, env, cwd, timeoutMs, signal }) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const child = spawn(command, args, {
        env,
        ...(cwd === undefined ? {} : { cwd }),
        stdio: ["ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
        windowsHide: true,
      });
      const out: Buffer[] = [];
      let outBytes = 0;
      let errorText = "";
      let stopped: Error | undefined;

      const kill = (reason: Error) => {
        stopped ??= reason;
        if (child.pid === undefined) return;
        try {
          if (process.platform === "win32") child.kill("SIGKILL");
          else process.kill(-child.pid, "SIGKILL");
        } catch {
          // It has ended by itself in the meantime.
        }
      };
      const timer = setTimeout(() => kill(new Error(`${command} took longer than ${timeoutMs / 1000} s`)), timeoutMs);
      const onAbort = () => kill(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
      signal.addEventListener("abort", onAbort, { once: true });
      const done = (settle: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        settle();
      };

      child.stdout.on("data", (chunk: Buffer) => {
        outBytes += chunk.length;
        if (outBytes > maxOutputBytes) kill(new Error(`${command} printed more than 5 MB`));
        else out.push(chunk);
      });
      child.stderr.on("data", (chunk: Buffer) => {
        if (errorText.length < shownErrorChars) errorText += chunk.toString("utf8");
      });
      child.on("error", (error) => done(() => reject(new Error(`${command} cannot be run: ${error.message}`))));
      child.on("close", (code, ended) => {
        done(() => {
          if (stopped !== undefined) return reject(stopped);
          if (code === 0) return resolve(Buffer.concat(out).toString("utf8"));
          const how = code === null ? `was ended by ${ended}` : `exited with ${code}`;
          reject(new Error(`${command} ${how}: ${errorText.trim().slice(0, shownErrorChars)}`));
        });
      });
    });
}
