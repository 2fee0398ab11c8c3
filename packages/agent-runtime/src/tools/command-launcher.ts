import { accessSync, constants } from "node:fs";
import { basename, delimiter, join } from "node:path";

/** A shell command and where it is to run. */
export interface LaunchRequest {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** The command gets a terminal. */
  pty: boolean;
}

/** The program that runs a command. */
export interface Launch {
  file: string;
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
}

/** Turns a shell command into the program to start: a shell of this machine, or one inside a sandbox. */
export interface CommandLauncher {
  launch(request: LaunchRequest): Launch | Promise<Launch>;
}

/** Runs commands on this machine: with the user's own shell, on Windows with Windows PowerShell. */
export function createHostLauncher(platform: NodeJS.Platform): CommandLauncher {
  return {
    launch({ command, cwd, env }) {
      if (platform === "win32") {
        return { file: "powershell.exe", args: ["-NoProfile", "-NonInteractive", "-Command", command], cwd, env };
      }
      return { file: posixShell(env), args: ["-c", command], cwd, env };
    },
  };
}

/** Users of services often have a shell that only says no. */
const noShells = new Set(["nologin", "false"]);

function posixShell(env: NodeJS.ProcessEnv): string {
  const shell = env.SHELL;
  if (!shell || noShells.has(basename(shell)) || !isExecutable(shell)) return "sh";
  // Models write POSIX shell, which fish does not read.
  if (basename(shell) !== "fish") return shell;
  const found = (env.PATH ?? "").split(delimiter).some((dir) => dir !== "" && isExecutable(join(dir, "bash")));
  return found ? "bash" : "sh";
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
