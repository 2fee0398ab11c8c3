import type { OpenClawConfig } from "@openclaw/config";
import { createRunProgram } from "@openclaw/setup/services";
import { effectiveChannel, type UpdateStatus, updateStatus } from "@openclaw/setup/update";
import type { CommandContext } from "../run/command-context.ts";
import { installation } from "./update-world.ts";

/** How long `status` waits for a registry, ms. */
const patienceMs = 3000;

/** What `status` says about updates. */
export interface UpdateFacts {
  channel: ReturnType<typeof effectiveChannel>;
  /** Undefined where the package names no source: then nobody is asked. */
  update: UpdateStatus | undefined;
}

export async function updateFacts(config: OpenClawConfig, context: CommandContext): Promise<UpdateFacts> {
  const found = installation(context);
  const channel = effectiveChannel(found, config.update?.channel);
  if (!found?.source) return { channel, update: undefined };
  const run = createRunProgram({ spawn: context.spawn, env: context.env });
  return {
    channel,
    update: await updateStatus(found, config.update?.channel, { fetch: context.fetch, run, timeoutMs: patienceMs }),
  };
}
