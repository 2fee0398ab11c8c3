import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createRunProgram, type ServiceWorld } from "@openclaw/setup/services";
import type { CommandContext } from "../run/command-context.ts";

/** The machine as the service steps see it. */
export function serviceWorld({ paths, env, spawn, now }: CommandContext): ServiceWorld & { execPath: string } {
  return {
    paths,
    env,
    platform: process.platform,
    uid: process.getuid?.() ?? 0,
    execPath: process.execPath,
    run: createRunProgram({ spawn, env }),
    now,
  };
}

/** Who is logged in. */
export function userName(env: NodeJS.ProcessEnv): string {
  return env.USER?.trim() || env.LOGNAME?.trim() || os.userInfo().username;
}

/** Folders in which a package manager keeps each release apart: the next release is not at the same place. */
const perRelease = /[\\/](?:\.pnpm|links)[\\/]/;

/** The file this program was started with; what a background service runs, also after an update. */
export function programFile({ program: script }: Pick<CommandContext, "program">): string | undefined {
  if (script === undefined) return undefined;
  try {
    const real = realpathSync(script);
    if (!perRelease.test(real)) return real;
    // The folder that leads to the release stays, and leads to the next one then.
    return path.resolve(path.dirname(script), lstatSync(script).isSymbolicLink() ? readlinkSync(script) : script);
  } catch {
    return script; // it was replaced while it ran
  }
}

/** The checkout or the package a program file belongs to: the nearest folder up with a workspace, else its package. */
export function programRoot(file: string | undefined): string | undefined {
  let found: string | undefined;
  for (
    let dir = file === undefined ? "" : path.dirname(file);
    dir !== "" && dir !== path.dirname(dir);
    dir = path.dirname(dir)
  ) {
    if (existsSync(path.join(dir, "pnpm-workspace.yaml"))) return dir;
    if (found === undefined && existsSync(path.join(dir, "package.json"))) found = dir;
  }
  return found;
}
