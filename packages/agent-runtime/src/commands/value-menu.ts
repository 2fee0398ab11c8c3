import type { CommandButton, CommandReply } from "./command-request.ts";
import type { CommandSpec } from "./command-table.ts";

/**
 * What a command of a platform's menu answers that was chosen without arguments: buttons for the values of its first one,
 * so many in a row. Undefined for a command without such values.
 */
export function valueMenu({ name, args, menu }: CommandSpec, perRow: number): CommandReply | undefined {
  const [first] = args;
  if (menu === undefined || first?.choices === undefined) return undefined;
  const buttons = first.choices.map((value) => ({ text: value, data: `/${name} ${menu}${value}` }));
  return { text: `/${name}: ${first.description}?`, buttons: buttonRows(buttons, perRow) };
}

/** Buttons in rows of at most so many. */
export function buttonRows(buttons: readonly CommandButton[], perRow: number): CommandButton[][] {
  const size = Math.max(1, perRow);
  return Array.from({ length: Math.ceil(buttons.length / size) }, (_, row) =>
    buttons.slice(row * size, (row + 1) * size),
  );
}
