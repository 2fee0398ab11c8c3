import type { NativeCommand } from "@openclaw/plugin-sdk";
import { ApplicationCommandOptionType, ApplicationCommandType } from "discord-api-types/v10";

/** Most commands of one bot, and most choices that are shown without typing. */
const maxCommands = 100;
export const maxChoices = 25;

/** The commands as Discord takes them. Those beyond what it takes are left out, from the end. */
export function commandSet(commands: readonly NativeCommand[]): { commands: object[]; left: string[] } {
  return {
    commands: commands.slice(0, maxCommands).map((command) => ({
      type: ApplicationCommandType.ChatInput,
      name: command.name.toLowerCase(),
      description: shown(command.description, command.name),
      // Discord wants what is required first.
      options: [...(command.args ?? [])]
        .sort((a, b) => Number(b.required ?? false) - Number(a.required ?? false))
        .slice(0, maxChoices)
        .map((arg) => ({
          type: ApplicationCommandOptionType.String,
          name: arg.name.toLowerCase(),
          description: shown(arg.description, arg.name),
          ...(arg.required && arg.choices === undefined ? { required: true } : {}),
          ...choicesOf(arg.choices),
        })),
    })),
    left: commands.slice(maxCommands).map(({ name }) => name),
  };
}

/** Choices that fit are listed; more than that come while one types. */
function choicesOf(choices: readonly string[] | undefined) {
  if (choices === undefined || choices.length === 0) return {};
  return choices.length > maxChoices ? { autocomplete: true } : { choices: choices.map(choice) };
}

export const choice = (value: string) => ({ name: value.slice(0, 100), value: value.slice(0, 100) });

function shown(description: string, name: string): string {
  return (description.trim() || name).slice(0, 100);
}
