import { type RemovalPlan, remove } from "@openclaw/setup/reset";
import { openService, ServiceError } from "@openclaw/setup/services";
import { moveToTrash } from "@openclaw/storage";
import type { CommandContext } from "../run/command-context.ts";
import { serviceWorld } from "../services/service-world.ts";

/** What happens to the service before files go. */
export type ServiceStep = "none" | "stop" | "remove";

/** Does what a plan says, or says what it would do. */
export async function carryOut(
  plan: RemovalPlan,
  options: { service: ServiceStep; dryRun: boolean },
  context: CommandContext,
): Promise<void> {
  const { paths, env, now, shorten, style, errorStyle } = context;
  const { service, dryRun } = options;
  if (service !== "none") {
    if (dryRun) context.print(`[dry-run] ${service} gateway service`);
    else await endService(service, context);
  }
  const world = {
    home: paths.home,
    trash: (file: string) => moveToTrash(file, { home: paths.home, env, platform: process.platform, now }),
  };
  for (const removal of plan.removals) {
    const shown = shorten(removal.path);
    if (dryRun) {
      const { isUnsafe } = await import("@openclaw/setup/reset");
      if (isUnsafe(removal.path, paths.home))
        context.warn(errorStyle.error(`Refusing to remove unsafe path: ${shown}`));
      else context.print(`[dry-run] remove ${shown}`);
      continue;
    }
    const outcome = await remove(removal, world);
    if (outcome === "removed") context.print(`Removed ${shown}`);
    if (outcome === "unsafe") context.warn(errorStyle.error(`Refusing to remove unsafe path: ${shown}`));
  }
  for (const dir of plan.preserved) context.print(style.muted(`Preserved workspace: ${shorten(dir)}`));
}

/** A service that cannot be reached is told and does not keep the files. */
async function endService(step: "stop" | "remove", context: CommandContext): Promise<void> {
  const manager = openService("gateway", serviceWorld(context));
  if ((await manager.read()) === undefined) return;
  try {
    await (step === "stop" ? manager.stop() : manager.uninstall());
    context.print(step === "stop" ? "Gateway service stopped." : "Gateway service uninstalled.");
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const verb = step === "stop" ? "stop" : "uninstall";
    context.warn(context.errorStyle.warn(`Gateway ${verb} failed: ${error.message}`));
  }
}
