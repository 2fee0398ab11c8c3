import type { DirectiveName } from "../directives/parse-directives.ts";
import { allowlistCommand } from "./allowlist-command.ts";
import { approveCommand } from "./approve-command.ts";
import { bashCommand } from "./bash-command.ts";
import type { RecognisedCommand } from "./command-registry.ts";
import type { CommandHandler, CommandReply, CommandRequest, CommandServices } from "./command-request.ts";
import type { CommandName } from "./command-table.ts";
import { compactCommand } from "./compact-command.ts";
import { configCommand, debugCommand } from "./config-command.ts";
import { contextCommand } from "./context-command.ts";
import { dockCommand } from "./dock-command.ts";
import { commandsCommand, helpCommand } from "./help-commands.ts";
import { modelsCommand } from "./models-command.ts";
import {
  activationCommand,
  restartCommand,
  sendCommand,
  skillCommand,
  stopCommand,
  usageCommand,
} from "./session-commands.ts";
import { statusCard } from "./status-card.ts";
import { subagentsCommand } from "./subagents-command.ts";
import { ttsCommand } from "./tts-command.ts";
import { whoamiCommand } from "./whoami-command.ts";

/** Settings and session triggers are no commands of their own: they are read before. */
type AnsweredName = Exclude<CommandName, DirectiveName | "new" | "reset">;

const handlers: Readonly<Record<AnsweredName, CommandHandler>> = {
  bash: bashCommand,
  activation: activationCommand,
  send: sendCommand,
  usage: usageCommand,
  restart: restartCommand,
  help: helpCommand,
  commands: commandsCommand,
  status: async (request, services) => ({ text: statusCard(await services.statusFacts(request, { usage: true })) }),
  allowlist: allowlistCommand,
  approve: approveCommand,
  context: contextCommand,
  whoami: whoamiCommand,
  subagents: subagentsCommand,
  config: configCommand,
  debug: debugCommand,
  models: modelsCommand,
  stop: stopCommand,
  compact: compactCommand,
  skill: skillCommand,
  tts: ttsCommand,
};

/** Answers a command. The sender was found to be allowed to use commands. */
export async function answerCommand(
  { command, args }: RecognisedCommand,
  request: Omit<CommandRequest, "args">,
  services: CommandServices,
): Promise<CommandReply> {
  const own: CommandRequest = { ...request, args };
  if (command.kind === "dock") return services.docks ? dockCommand(command.channel, own, services.docks) : {};
  return isAnswered(command.name) ? handlers[command.name](own, services) : {};
}

function isAnswered(name: CommandName): name is AnsweredName {
  return Object.hasOwn(handlers, name);
}
