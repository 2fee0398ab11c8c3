import { displayTool, formatToolDisplay, type ToolDisplayOptions } from "@openclaw/protocol/wire";

const maxOutputChars = 3000;

/** What is told of a tool call when it begins: `🛠️ Exec: ls -l`. */
export function toolSummary(name: string, args: Record<string, unknown>, options: ToolDisplayOptions): string {
  return formatToolDisplay(displayTool(name, args, options));
}

/** A summary with what the tool gave back, at most some 3000 characters of it. */
export function toolOutputSummary(summary: string, output: string): string {
  const text = output.trim();
  if (text === "") return summary;
  const shown = text.length > maxOutputChars ? `${text.slice(0, maxOutputChars)}…` : text;
  const longest = Math.max(2, ...(shown.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${summary}\n${fence}txt\n${shown}\n${fence}`;
}
