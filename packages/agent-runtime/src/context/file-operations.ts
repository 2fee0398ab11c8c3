import { type ContextMessage, toolCallsOf } from "@openclaw/sessions";

/** Files that a conversation has read or changed, in order of their names. A file that was changed is not listed as read. */
export interface FileOperations {
  readFiles: string[];
  modifiedFiles: string[];
}

const changing = new Set(["write", "edit"]);

/** Adds the files of further messages to those that earlier summaries named. */
export function fileOperations(before: unknown, messages: readonly ContextMessage[]): FileOperations {
  const read = new Set(names(before, "readFiles"));
  const modified = new Set(names(before, "modifiedFiles"));
  for (const message of messages) {
    if (message.role !== "assistant") continue;
    for (const call of toolCallsOf(message)) {
      const path = call.arguments.path ?? call.arguments.file_path;
      if (typeof path !== "string" || path === "") continue;
      if (call.name === "read") read.add(path);
      else if (changing.has(call.name)) modified.add(path);
    }
  }
  return { readFiles: [...read].filter((path) => !modified.has(path)).sort(), modifiedFiles: [...modified].sort() };
}

/** The lists at the end of a summary; empty when no file was touched. */
export function fileLists({ readFiles, modifiedFiles }: FileOperations): string {
  return [list("read-files", readFiles), list("modified-files", modifiedFiles)]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A summary without the lists, which are made anew each time. */
export function withoutFileLists(summary: string): string {
  return summary.replace(/\n*<(read-files|modified-files)>\n[\s\S]*?<\/\1>/g, "").trimEnd();
}

function list(tag: string, paths: readonly string[]): string {
  return paths.length === 0 ? "" : `<${tag}>\n${paths.join("\n")}\n</${tag}>`;
}

function names(details: unknown, field: "readFiles" | "modifiedFiles"): string[] {
  if (typeof details !== "object" || details === null) return [];
  const value: unknown = Reflect.get(details, field);
  return Array.isArray(value) ? value.filter((path) => typeof path === "string") : [];
}
