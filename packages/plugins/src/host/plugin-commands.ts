import type { Logger } from "@openclaw/log";
import type { PluginCommand, PluginCommandContext, PluginCommandResult } from "@openclaw/plugin-sdk";
import { messageOf } from "../load/load-plugins.ts";
import type { Registrations } from "../registry/registrations.ts";

const maxArgumentChars = 4096;

/** A message that is a plugin's command. */
export interface MatchedCommand {
  command: PluginCommand;
  /** Runs it, or says why not; never rejects. */
  run(context: Omit<PluginCommandContext, "args" | "commandBody">): Promise<PluginCommandResult>;
}

/** The chat commands of plugins. */
export interface PluginCommands {
  match(text: string): MatchedCommand | undefined;
  list(): readonly Pick<PluginCommand, "name" | "description" | "acceptsArgs">[];
}

export function createPluginCommands(registered: Registrations["commands"], log: Logger): PluginCommands {
  const byName = new Map(registered.map((entry) => [entry.command.name, entry]));
  return {
    list: () => registered.map(({ command }) => command),
    match(text) {
      const body = text.trim();
      if (!body.startsWith("/")) return undefined;
      const space = body.search(/\s/);
      const name = body.slice(1, space < 0 ? undefined : space).toLowerCase();
      const entry = byName.get(name);
      const given = space < 0 ? "" : body.slice(space).trim();
      if (!entry || (given !== "" && entry.command.acceptsArgs !== true)) return undefined;
      const { command, pluginId } = entry;
      const args = given === "" ? undefined : cleanArguments(given);
      return {
        command,
        async run(context) {
          if (command.requireAuth !== false && !context.isAuthorizedSender) {
            return { text: "⚠️ This command requires authorization.", isError: true };
          }
          try {
            return (await command.handler({ ...context, args, commandBody: body })) ?? {};
          } catch (error) {
            log.error(`command /${command.name} of ${pluginId} failed: ${messageOf(error)}`, { plugin: pluginId });
            return { text: "⚠️ Command failed. Please try again later.", isError: true };
          }
        },
      };
    },
  };
}

/** Short, and without control characters except tabs and line breaks. */
function cleanArguments(text: string): string {
  let clean = "";
  for (const character of text.slice(0, maxArgumentChars).toWellFormed()) {
    const code = character.codePointAt(0) ?? 0;
    const isControl = (code < 0x20 && character !== "\t" && character !== "\n") || (code >= 0x7f && code < 0xa0);
    if (!isControl) clean += character;
  }
  return clean;
}
