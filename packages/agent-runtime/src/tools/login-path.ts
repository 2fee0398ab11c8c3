import { execFile } from "node:child_process";
import { basename } from "node:path";

const marker = "__openclaw_path__";
/** A profile that takes longer than this must not hold up the first command. */
const timeoutMs = 5000;

/**
 * PATH as the user's login shell sets it, which services do not get from their supervisor. Undefined when there is no
 * such shell or it fails: commands then use the Gateway's own PATH.
 */
export function readLoginPath(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Promise<string | undefined> {
  const shell = env.SHELL;
  if (platform === "win32" || !shell || !/^(bash|zsh|sh|dash|ksh)$/.test(basename(shell)))
    return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const child = execFile(
      shell,
      ["-l", "-c", `printf '%s%s%s' ${marker} "$PATH" ${marker}`],
      { env, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: 1024 * 1024 },
      (_error, stdout) => resolve(stdout.split(marker)[1] || undefined),
    );
    child.stdin?.end();
  });
}
