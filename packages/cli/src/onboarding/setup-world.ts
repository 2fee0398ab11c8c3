import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { SetupCancelled, SetupError, type SetupWorld } from "@openclaw/setup/onboarding";
import { asCliError } from "../commands/config-failure.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { setupHost } from "./setup-host.ts";

/** The world of this command as setting up sees it. `tell` takes the lines about what was done. */
export async function setupWorld(
  context: CommandContext,
  options: { tell: (line: string) => void; interactive: boolean },
): Promise<SetupWorld> {
  const { paths, env, version, now, fetch, spawn, hint, shorten } = context;
  const [snapshot, { manifests }, { listenForCallback }] = await Promise.all([
    context.config(),
    context.plugins(),
    import("@openclaw/models/auth"),
  ]);
  return {
    paths,
    env,
    version,
    platform: process.platform,
    now,
    fetch,
    spawn,
    wait: (ms) => wait(ms),
    listen: listenForCallback,
    randomToken: () => randomBytes(24).toString("hex"),
    snapshot,
    manifests,
    host: setupHost(context, options),
    tell: options.tell,
    hint,
    shorten,
  };
}

/** Runs steps; what they refuse becomes an error of the command line, what is cancelled the exit code 0. */
export async function runSteps(context: CommandContext, work: () => Promise<unknown>): Promise<number> {
  try {
    await work();
    return 0;
  } catch (error) {
    if (error instanceof SetupCancelled) {
      context.print(error.message);
      return 0;
    }
    if (error instanceof SetupError) throw new CliError(error.lines, { code: error.code, cause: error });
    throw asCliError(error);
  }
}
