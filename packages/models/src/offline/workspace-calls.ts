import type { ToolOutcome, ToolRequest, Turn } from "./turn.ts";

/** The call that reads a file, or undefined when no offered tool can. */
export function readCall(turn: Turn, path: string): ToolRequest | undefined {
  return turn.tools.has("read") ? { tool: "read", input: { path } } : undefined;
}

/** The call that lists a folder. Folders end with a slash in what it returns. */
export function listCall(turn: Turn, folder: string): ToolRequest | undefined {
  if (turn.tools.has("ls")) return { tool: "ls", input: { path: folder } };
  if (turn.tools.has("exec")) return { tool: "exec", input: { command: `ls -Ap -- ${shellQuoted(folder)}` } };
  return undefined;
}

/** The names a listing brought. Undefined when the listing failed. */
export function listedNames(outcome: ToolOutcome | undefined): string[] | undefined {
  if (!outcome || outcome.error !== undefined) return undefined;
  return outcome.text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !notNames.has(line) && !line.startsWith("Warning: "));
}

const notNames = new Set(["(no output)", "(empty directory)", "./", "../"]);

/** Whether a file was not there. */
export function isMissing(outcome: ToolOutcome): boolean {
  return outcome.error !== undefined && /ENOENT|no such file|not found|does not exist/i.test(outcome.error);
}

/** What a read brought, without the notices the tool adds below a long file. */
export function fileContent(outcome: ToolOutcome): { content: string; complete: boolean } {
  const notice = /\n\n\[(?:Showing lines [^\]]*|\d+ more lines in file\.[^\]]*)\]\s*$/.exec(outcome.text);
  return notice
    ? { content: outcome.text.slice(0, notice.index), complete: false }
    : { content: outcome.text, complete: true };
}

/** The text in a code fence that no backticks inside it can close. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.replace(/\n+$/, "")}\n${fence}`;
}

/** Why something did not work, as the end of a sentence. */
export function because(outcome: ToolOutcome): string {
  const [line = ""] = (outcome.error ?? "").trim().split("\n");
  return line.replace(/\.$/, "");
}

export function notOffered(what: string): string {
  return `I cannot ${what}: the tool for it is not offered to me in this chat.`;
}

function shellQuoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
