import { type Tool, textResult } from "@openclaw/plugin-sdk";
import { type FileToolOptions, fileParameter, pathParameter, pathProperties } from "./file-path.ts";
import { createHostFiles } from "./tool-files.ts";

export function createWriteTool(options: FileToolOptions): Tool {
  const files = options.files ?? createHostFiles(options);
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
      await files.write(named, content);
      return textResult(`Successfully wrote ${Buffer.byteLength(content)} bytes to ${named}`);
    },
  };
}
