import { type Tool, textResult } from "@openclaw/plugin-sdk";
import { editDiff } from "./edit-diff.ts";
import { type FileToolOptions, fileParameter, pathParameter, pathProperties } from "./file-path.ts";
import { findText } from "./text-match.ts";
import { ToolFailure } from "./tool-failure.ts";
import { createHostFiles, type ToolFiles } from "./tool-files.ts";

const bom = "\uFEFF";

export function createEditTool(options: FileToolOptions): Tool {
  const files = options.files ?? createHostFiles(options);
  return {
    name: "edit",
    label: "Edit",
    description:
      "Replace one piece of text in a file. oldText must occur exactly once, whitespace included. " +
      "An empty newText deletes it.",
    parameters: {
      type: "object",
      properties: {
        ...pathProperties,
        oldText: { type: "string", description: "The text to replace, exactly as it stands in the file" },
        old_string: { type: "string", description: "Other name of oldText" },
        newText: { type: "string", description: "The text to put in its place" },
        new_string: { type: "string", description: "Other name of newText" },
      },
    },
    async execute(params) {
      const named = pathParameter(params);
      const oldText = fileParameter(params, "oldText", "old_string");
      const newText = fileParameter(params, "newText", "new_string");
      if (oldText === "")
        throw new ToolFailure("oldText must not be empty; use write to create or replace a whole file.");

      const file = await readText(files, named);
      const found = findText(file.content, oldText);
      const [match] = found;
      if (match === undefined) {
        throw new ToolFailure(
          `Could not find the exact text in ${named}. The old text must match exactly including all whitespace and newlines.`,
        );
      }
      if (found.length > 1) {
        throw new ToolFailure(
          `Found ${found.length} occurrences of the text in ${named}. The text must be unique. ` +
            "Please provide more context to make it unique.",
        );
      }
      const newline = file.content.includes("\r\n") ? "\r\n" : "\n";
      const replacement = newText.replaceAll("\r\n", "\n").replaceAll("\n", newline);
      if (file.content.slice(match.start, match.end) === replacement) {
        throw new ToolFailure(
          `No changes made to ${named}. The replacement produced identical content. ` +
            "This might indicate an issue with special characters or the text not existing as expected.",
        );
      }
      const changed = file.content.slice(0, match.start) + replacement + file.content.slice(match.end);
      await files.write(file.path, file.bom + changed);
      const details = await editDiff(file.content, match, replacement);
      return textResult(`Successfully replaced text in ${named}.`, details);
    },
  };
}

async function readText(files: ToolFiles, named: string): Promise<{ path: string; content: string; bom: string }> {
  let path: string;
  let bytes: Buffer;
  try {
    const opened = await files.open(named);
    path = opened.path;
    bytes = await opened.file.readFile().finally(() => opened.file.close());
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      throw new ToolFailure(`File not found: ${named}`);
    }
    throw error;
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ToolFailure(`${named} is not UTF-8 text, so an edit would damage it. Change it with exec instead.`);
  }
  return text.startsWith(bom) ? { path, content: text.slice(1), bom } : { path, content: text, bom: "" };
}
