import { updatePlugins } from "@openclaw/plugins/install";
import { createRunProgram, openService, ServiceError } from "@openclaw/setup/services";
import { withInstallContext } from "../plugins/install-context.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { programFile, serviceWorld } from "../services/service-world.ts";

/** What follows an update: plugins, the completion of the shell, the service. None of it undoes the update. */
export async function afterUpdate(
  { restart, tell }: { restart: boolean; tell: (line?: string) => void },
  context: CommandContext,
): Promise<void> {
  try {
    const told = { ...context, print: tell };
    await withInstallContext(told, (install) => updatePlugins({ all: true, dryRun: false }, install));
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    context.warn(context.errorStyle.warn(`Plugins were not updated: ${error.message}`));
  }
  const program = programFile(context);
  const run = createRunProgram({ spawn: context.spawn, env: { ...context.env, OPENCLAW_UPDATE_IN_PROGRESS: "1" } });
  if (program !== undefined) await run([process.execPath, program, "completion", "--write-state"]);
  const service = openService("gateway", serviceWorld(context));
  if ((await service.read()) === undefined) return;
  if (!restart) return tell(`Restart the service to run the new version: ${context.hint("openclaw gateway restart")}`);
  try {
    await service.restart();
    tell("Daemon restarted successfully.");
    if (program !== undefined) await run([process.execPath, program, "doctor", "--non-interactive"]);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    context.warn(context.errorStyle.warn(`Gateway restart failed: ${error.message}`));
  }
}
