import { spawn as spawnProcess } from "node:child_process";

/** Most characters of output that are kept. */
export const maxShellOutput = 40_000;

/** How a command of the local shell ended. */
export interface ShellResult {
  /** What it wrote on either stream, cut at `maxShellOutput`. */
  readonly output: string;
  /** `exit 0`, `signal SIGTERM`. */
  readonly end: string;
}

/** What is needed to run a command of the local shell. */
export interface ShellOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  spawn?: typeof spawnProcess;
  signal?: AbortSignal;
}

/** Runs a command in a fresh shell, without input. @throws when the shell cannot be started */
export function runInShell(
  command: string,
  { cwd, env, signal, spawn = spawnProcess }: ShellOptions,
): Promise<ShellResult> {
  const windows = process.platform === "win32";
  const shell = windows ? (env.ComSpec ?? "cmd.exe") : (env.SHELL ?? "/bin/sh");
  const args = windows ? ["/d", "/s", "/c", command] : ["-c", command];
  return new Promise((resolve, reject) => {
    const child = spawn(shell, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], ...(signal && { signal }) });
    let output = "";
    let cut = false;
    const take = (chunk: string) => {
      const room = maxShellOutput - output.length;
      cut ||= chunk.length > room;
      output += chunk.slice(0, room);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    child.once("error", reject);
    child.once("close", (code, killedBy) =>
      resolve({ output: cut ? `${output}…` : output, end: killedBy ? `signal ${killedBy}` : `exit ${code}` }),
    );
  });
}
