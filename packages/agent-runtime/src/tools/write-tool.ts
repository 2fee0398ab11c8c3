import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type Tool, textResult } from "@openclaw/plugin-sdk";
import { writeFileAtomic } from "@openclaw/storage";
import { type FileToolOptions, fileParameter, pathParameter, pathProperties, resolveToolPath } from "./file-path.ts";

/** New files of the agent are the user's own files, with the permissions an editor would give them. */
const newFileMode = 0o644;

export function createWriteTool(options: FileToolOptions): Tool {
  return {
    name: "write",
    label: "Write",
    description: "Create a file or replace its whole content. Missing folders are created.",
    parameters: {
      type: "object",
      properties: { ...pathProperties, content: { type: "string", description: "The complete content of the file" } },
    },
    async execute(params) {
      const named = pathParameter(params);
      const content = fileParameter(params, "content");
      await writeToolFile(resolveToolPath(named, options), content);
      return textResult(`Successfully wrote ${Buffer.byteLength(content)} bytes to ${named}`);
    },
  };
}

/** Replaces a file of the user in one step, keeping its permissions when it exists. */
export async function writeToolFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomic(path, content, { fsync: false, ...(existsSync(path) ? {} : { mode: newFileMode }) });
}
