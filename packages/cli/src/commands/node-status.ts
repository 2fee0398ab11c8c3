import { openService, ServiceError, shownEnvironment } from "@openclaw/setup/services";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";
import { runtimeText } from "../services/runtime-text.ts";
import { serviceWorld } from "../services/service-world.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { serviceJsonFlags } from "../spec/service-commands.ts";

/** `node status`: the background service of the node host. */
export async function run(
  { flags }: CommandInput<typeof serviceJsonFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { style, shorten } = context;
  const service = openService("node", serviceWorld(context));
  try {
    const command = await service.read();
    const loaded = await service.isLoaded();
    const runtime = await service.runtime();
    if (flags.json) {
      const { label, loadedText, notLoadedText } = service;
      return void context.printJson({
        service: {
          label,
          loaded,
          loadedText,
          notLoadedText,
          command: command
            ? {
                programArguments: command.programArguments,
                ...(command.workingDirectory && { workingDirectory: command.workingDirectory }),
                environment: shownEnvironment(command.environment),
                sourcePath: command.sourcePath,
              }
            : null,
          runtime,
        },
      });
    }
    const line = (name: string, value: string) => context.print(`${style.accent(`${name}:`)} ${value}`);
    line("Service", `${service.label} (${loaded ? service.loadedText : service.notLoadedText})`);
    if (!command) {
      context.print(`Node service ${service.notLoadedText}.`);
      return void context.print(`Start with: ${context.hint("openclaw node install")}`);
    }
    line("Command", shorten(command.programArguments.join(" ")));
    line("Service file", shorten(command.sourcePath));
    line("Runtime", runtimeText(runtime));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw new CliError([`Node service check failed: ${error.message}`, ...error.hints], {
      code: "service-failed",
      cause: error,
    });
  }
}
