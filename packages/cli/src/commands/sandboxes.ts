import { createSandboxes, type Sandboxes } from "@openclaw/agent-runtime";
import { silentLog } from "@openclaw/log";
import type { CommandContext } from "../run/command-context.ts";

/** The sandboxes of this state directory. Needs no Gateway. */
export async function openSandboxes(context: CommandContext): Promise<Sandboxes> {
  const { config } = await context.config();
  return createSandboxes({
    config: () => config,
    env: context.env,
    clock: { now: context.now },
    log: silentLog,
    platform: process.platform,
  });
}
