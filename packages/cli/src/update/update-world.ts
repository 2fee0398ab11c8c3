import path from "node:path";
import { expandTilde } from "@openclaw/config/paths";
import { createRunProgram } from "@openclaw/setup/services";
import { findInstallation, type Installation, type UpdateWorld } from "@openclaw/setup/update";
import type { CommandContext } from "../run/command-context.ts";
import { programFile } from "../services/service-world.ts";

/** How this program was installed; undefined where its own file is not known. */
export function installation(context: Pick<CommandContext, "program">): Installation | undefined {
  const file = programFile(context);
  return file === undefined ? undefined : findInstallation(file);
}

/** The machine as an update sees it. */
export function updateWorld(
  context: Pick<CommandContext, "program" | "env" | "spawn" | "now" | "paths">,
  timeoutMs: number,
): UpdateWorld {
  const { env, spawn, now, paths } = context;
  const gitDir = env.OPENCLAW_GIT_DIR?.trim();
  return {
    installation: installation(context),
    run: createRunProgram({ spawn, env }),
    env,
    now,
    execPath: process.execPath,
    gitDir: gitDir ? path.resolve(expandTilde(gitDir, paths.home)) : path.join(paths.home, "openclaw"),
    timeoutMs,
  };
}
