import { realpathSync } from "node:fs";
import os from "node:os";
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

/** The file this program was started with; what a service runs. */
export function programFile(script = process.argv[1]): string | undefined {
  if (script === undefined) return undefined;
  try {
    return realpathSync(script);
  } catch {
    return script; // it was replaced while it ran
  }
}
