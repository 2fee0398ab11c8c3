import type { PluginCommand } from "@openclaw/plugin-sdk";
import type { PluginDraft } from "./plugin-draft.ts";

const reserved = new Set(
  (
    "help commands status whoami context stop restart reset new compact config debug allowlist activation skill " +
    "subagents model models queue send bash exec think verbose reasoning elevated usage"
  ).split(" "),
);
const commandName = /^[a-z][a-z0-9_-]*$/;

/** Takes a chat command. */
export function registerCommand(draft: PluginDraft, command: PluginCommand): void {
  const problem = problemOf(draft, command);
  if (problem !== undefined) return draft.fail(`command registration failed: ${problem}`);
  const name = command.name.trim().toLowerCase();
  draft.own.commands.push({ pluginId: draft.pluginId, command: { ...command, name } });
}

function problemOf(draft: PluginDraft, command: PluginCommand): string | undefined {
  const name = typeof command.name === "string" ? command.name.trim().toLowerCase() : "";
  if (name === "") return "Command name cannot be empty";
  if (!commandName.test(name)) {
    return "Command name must start with a letter and contain only letters, numbers, hyphens, and underscores";
  }
  if (reserved.has(name)) return `Command name "${name}" is reserved by a built-in command`;
  if (typeof command.handler !== "function") return "Command handler must be a function";
  const other = draft.find("commands", (registered) => registered.command.name === name);
  return other && `Command "${name}" already registered by plugin "${other.pluginId}"`;
}
