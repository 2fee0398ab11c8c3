/** How a program ended. */
export interface ProgramEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Rejects only when it cannot be started, with the system's `code` (`ENOENT`, …). */
export type RunProgram = (
  file: string,
  args: readonly string[],
  options?: { env?: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number },
) => Promise<ProgramEnd>;

const maxOutputBytes = 4 * 1024 * 1024;

/** Runs programs of this machine. `node:child_process` is loaded at the first one. */
export const systemRunProgram: RunProgram = async (file, args, options = {}) => {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      {
        ...(options.env === undefined ? {} : { env: options.env }),
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        timeout: options.timeoutMs ?? 0,
        killSignal: "SIGKILL",
        maxBuffer: maxOutputBytes,
        windowsHide: true,
      },
      (error, stdout, stderr) => {
        if (error !== null && child.pid === undefined) reject(error);
        else resolve({ code: error === null ? 0 : child.exitCode, stdout, stderr });
      },
    );
    child.stdin?.end();
  });
};

export function isMissingProgram(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
