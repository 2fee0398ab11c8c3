import type { ShellCommand } from "./shell-words.ts";

/** Splits what Windows PowerShell is given; anything but one plain command is not analysable there. */
export function splitWindowsCommand(command: string): ShellCommand {
  if (!/^[\p{L}\p{N}_\-./\\:=+ ]+$/u.test(command)) return { analysable: false, reason: "more than one plain command" };
  const words = command.split(" ").filter((word) => word !== "");
  if (words.length === 0) return { analysable: false, reason: "an empty command" };
  return {
    analysable: true,
    segments: [words.map((text) => ({ text, literal: true, expands: false, home: false, quoted: false }))],
  };
}
