import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";

export interface ExecutablePlace {
  cwd: string;
  /** The environment the command will have. */
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

/**
 * The absolute path of the program a name stands for, looked up as a shell does: names with a slash from the working
 * directory, others along PATH. Undefined when there is none.
 */
export function findExecutable(name: string, place: ExecutablePlace): string | undefined {
  const { env, platform, cwd } = place;
  const endings = platform === "win32" ? windowsEndings(name, env) : [""];
  const named = name.includes("/") || (platform === "win32" && /[\\:]/.test(name));
  const folders = named ? [""] : (pathOf(env) ?? "").split(delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    for (const ending of endings) {
      const file = named ? resolve(cwd, name + ending) : join(resolve(cwd, folder), name + ending);
      if (isExecutableFile(file, platform)) return file;
    }
  }
  return undefined;
}

/** `path` with its folder's symbolic links followed: two paths with the same value are the same entry of one folder. */
export function withRealFolder(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    // A folder that does not exist, or cannot be entered, has no other name.
    return path;
  }
}

/** The file a path leads to in the end. */
export function realFile(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // Gone in the meantime: then its own name is all there is to judge by.
    return path;
  }
}

export function expandHome(path: string, env: NodeJS.ProcessEnv): string {
  if (path !== "~" && !path.startsWith("~/")) return path;
  const home = env.HOME ?? env.USERPROFILE;
  return home === undefined || !isAbsolute(home) ? path : join(home, path.slice(1));
}

function isExecutableFile(file: string, platform: NodeJS.Platform): boolean {
  try {
    if (!statSync(file).isFile()) return false;
    accessSync(file, platform === "win32" ? constants.F_OK : constants.X_OK);
    return true;
  } catch {
    // Not there or not ours to run: the shell looks on, and so does the caller.
    return false;
  }
}

function pathOf(env: NodeJS.ProcessEnv): string | undefined {
  return env.PATH ?? env.Path;
}

function windowsEndings(name: string, env: NodeJS.ProcessEnv): string[] {
  const endings = (env.PATHEXT ?? ".COM;.EXE;.BAT;.CMD").split(";").filter((ending) => ending !== "");
  const has = endings.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()));
  return has ? [""] : endings;
}
