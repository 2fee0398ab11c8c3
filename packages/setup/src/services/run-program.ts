import { spawn } from "node:child_process";

/** How a program ended. */
export interface ProgramEnd {
  /** 127 when there is no such program. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell. `terminal` lends it the terminal, for a password. Never rejects. */
export type RunProgram = (
  argv: readonly string[],
  options?: { timeoutMs?: number; terminal?: boolean; cwd?: string; env?: NodeJS.ProcessEnv },
) => Promise<ProgramEnd>;

/** A service manager that does not answer for so long is given up, ms. */
const patienceMs = 30_000;

/** Runs programs with this environment, where a call gives no other. */
export function createRunProgram(options: { spawn?: typeof spawn; env?: NodeJS.ProcessEnv } = {}): RunProgram {
  const start = options.spawn ?? spawn;
  return ([program = "", ...args], { terminal = false, timeoutMs = patienceMs, cwd, env = options.env } = {}) =>
    new Promise((resolve) => {
      const child = start(program, args, {
        stdio: terminal ? "inherit" : ["ignore", "pipe", "pipe"],
        timeout: terminal ? undefined : timeoutMs,
        windowsHide: true,
        ...(cwd !== undefined && { cwd }),
        ...(env !== undefined && { env }),
      });
      let stdout = "";
      let stderr = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.once("error", (error) => {
        const missing = "code" in error && error.code === "ENOENT";
        resolve({ code: missing ? 127 : 126, stdout, stderr: missing ? `${program}: not found` : error.message });
      });
      child.once("close", (code, signal) => {
        resolve({
          code: code ?? 1,
          stdout,
          stderr: signal ? `${stderr}\n${program}: ended by ${signal}`.trim() : stderr,
        });
      });
    });
}

/** What a program said last, for an error. */
export function saidBy({ stdout, stderr, code }: ProgramEnd): string {
  return (stderr.trim() || stdout.trim() || `exit code ${code}`).split("\n").slice(-3).join(" ").trim();
}
