import type { AvailableCommand } from "@agentclientprotocol/sdk";

/** The commands of the chat that an editor may offer, with what follows them. */
const table: readonly (readonly [name: string, description: string, hint?: string])[] = [
  ["help", "Short help"],
  ["commands", "List all commands"],
  ["status", "Model, usage and settings of this session"],
  ["context", "What the model is shown, and how large it is", "list | detail"],
  ["whoami", "Your sender id"],
  ["id", "The same as whoami"],
  ["subagents", "List and steer subagents", "list | stop | log | send"],
  ["config", "Show or change the configuration", "show | get | set | unset"],
  ["debug", "Change the configuration until the next restart", "show | set | unset | reset"],
  ["usage", "Show usage under answers", "off | tokens | full"],
  ["stop", "Stop what runs"],
  ["restart", "Restart the Gateway"],
  ["dock-telegram", "Send replies to Telegram"],
  ["dock-discord", "Send replies to Discord"],
  ["dock-slack", "Send replies to Slack"],
  ["activation", "When the assistant answers in groups", "mention | always"],
  ["send", "Whether replies are sent", "on | off | inherit"],
  ["reset", "Begin the conversation anew"],
  ["new", "Begin a new conversation", "model"],
  ["think", "How much the model thinks", "off | minimal | low | medium | high"],
  ["verbose", "How much you see of tools", "off | on | full"],
  ["reasoning", "Whether you see what the model thinks", "off | on | stream"],
  ["elevated", "Where commands run", "off | on | ask | full"],
  ["model", "Show or choose the model", "provider/model"],
  ["queue", "What happens to messages during a run", "mode"],
  ["bash", "Run a command on the Gateway's machine", "command"],
  ["compact", "Shorten the conversation", "instructions"],
];

export const availableCommands: AvailableCommand[] = table.map(([name, description, hint]) => ({
  name,
  description,
  ...(hint === undefined ? {} : { input: { hint } }),
}));
