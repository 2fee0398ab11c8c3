/** An ANSI style: its SGR number. */
export type Style = number;

export const red: Style = 31;
export const yellow: Style = 33;
export const grey: Style = 90;

// Red is left to errors.
const labelColors: readonly Style[] = [36, 32, 33, 34, 35, 96, 92, 94];

export function paint(text: string, style: Style): string {
  return `\u001b[${style}m${text}\u001b[0m`;
}

/** A colour that depends on nothing but the name, so a subsystem looks the same in every process. */
export function labelColor(name: string): Style {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return labelColors[hash % labelColors.length] ?? grey;
}

/**
 * Whether to write ANSI colours to a stream. `FORCE_COLOR` (anything but empty or `0`) forces them, a non-empty
 * `NO_COLOR` disables them, otherwise terminals get them.
 */
export function wantsColor(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  const force = env.FORCE_COLOR;
  if (force !== undefined && force !== "" && force !== "0") return true;
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  return force !== "0" && isTerminal;
}
