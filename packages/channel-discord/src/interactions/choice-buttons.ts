import type { NativeCommand } from "@openclaw/plugin-sdk";
import { ButtonStyle, ComponentType } from "discord-api-types/v10";

const prefix = "choose:";
const perRow = 4;
const maxRows = 5;

/** A press on one of the values of a command. */
export interface ChosenValue {
  command: string;
  arg: string;
  value: string;
  /** Who used the command, and alone may press. */
  userId: string;
}

/** The first argument of a command that has to be one of some values, when the command was used without any. */
export function argumentToChoose(command: NativeCommand, given: Readonly<Record<string, unknown>>) {
  if (Object.keys(given).length > 0) return undefined;
  const arg = command.args?.[0];
  return arg?.choices !== undefined && arg.choices.length > 0 && arg.choices.length <= perRow * maxRows
    ? arg
    : undefined;
}

/** Buttons for the values of an argument. Values too long for Discord have none. */
export function choiceButtons(command: string, arg: { name: string; choices?: readonly string[] }, userId: string) {
  const buttons = (arg.choices ?? []).flatMap((value) => {
    const id = choiceId({ command, arg: arg.name, value, userId });
    return id.length > 100
      ? []
      : [{ type: ComponentType.Button, style: ButtonStyle.Secondary, label: value.slice(0, 80), custom_id: id }];
  });
  const rows = Array.from({ length: Math.ceil(buttons.length / perRow) }, (_, row) =>
    buttons.slice(row * perRow, (row + 1) * perRow),
  );
  return rows.slice(0, maxRows).map((components) => ({ type: ComponentType.ActionRow, components }));
}

function choiceId({ command, arg, value, userId }: ChosenValue): string {
  return prefix + [command, arg, value, userId].map(encodeURIComponent).join(":");
}

/** Reads the id of such a button; undefined for other ids. */
export function readChoiceId(id: string): ChosenValue | undefined {
  if (!id.startsWith(prefix)) return undefined;
  const [command, arg, value, userId] = id.slice(prefix.length).split(":").map(decode);
  if (!command || !arg || value === undefined || !userId) return undefined;
  return { command, arg, value, userId };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
