import type { GatewayClient } from "@openclaw/client";
import type { Conversation, ConversationSettings } from "./conversation.ts";
import { helpLines, slashCommands } from "./slash-commands.ts";
import { statusReport } from "./status-report.ts";
import type { TranscriptView } from "./transcript-view.ts";

/** The lists a command may open. */
export type PickerName = "agents" | "sessions" | "models" | "settings";

/** What a slash command works on. */
export interface SlashCommandWorld {
  conversation: Conversation;
  client: GatewayClient;
  view: TranscriptView;
  settings: ConversationSettings;
  open(picker: PickerName): void;
  leave(): void;
}

/** Runs a slash command; returns false when it is the Gateway's. @throws what the Gateway refuses */
export async function runSlashCommand(name: string, argument: string, world: SlashCommandWorld): Promise<boolean> {
  const { conversation, view, settings } = world;
  switch (name) {
    case "help":
      view.addLine(helpLines().join("\n"));
      return true;
    case "status":
      view.addLine(statusReport(await world.client.request("status", {})).join("\n"));
      return true;
    case "agent":
    case "agents":
      if (argument === "") world.open("agents");
      else conversation.openAgent(argument);
      return true;
    case "session":
    case "sessions":
      if (argument === "") world.open("sessions");
      else conversation.openSession(argument);
      return true;
    case "model":
    case "models":
      if (argument === "") world.open("models");
      else {
        await conversation.patch({ model: argument });
        view.addLine(`model set to ${argument}`);
      }
      return true;
    case "deliver":
      if (argument === "on" || argument === "off") settings.deliver = argument === "on";
      view.addLine(argument === "on" || argument === "off" ? `deliver ${argument}` : "usage: /deliver <on|off>");
      return true;
    case "new":
    case "reset":
      await conversation.reset();
      return true;
    case "abort":
      await conversation.abort();
      return true;
    case "settings":
      world.open("settings");
      return true;
    case "exit":
    case "quit":
      world.leave();
      return true;
    default:
      return setField(name, argument, world);
  }
}

/** The commands that set one field of the session. */
async function setField(name: string, argument: string, { conversation, view }: SlashCommandWorld): Promise<boolean> {
  const spec = slashCommands.find((command) => command.name === name);
  if (!spec?.sets) return false;
  const value = argument === "" && name === "usage" ? nextUsage(conversation.usage) : argument;
  if (value === "") {
    view.addLine(`usage: /${name} <${spec.argument}>`);
    return true;
  }
  await conversation.patch({ [spec.sets]: value });
  view.addLine(`${name} set to ${value}`);
  return true;
}

function nextUsage(now: string | undefined): string {
  return { off: "tokens", tokens: "full", full: "off" }[now ?? "off"] ?? "off";
}
