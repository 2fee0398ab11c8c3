import { type Tool, textResult } from "@openclaw/plugin-sdk";
import type { FileToolOptions } from "../file-path.ts";
import { ToolFailure } from "../tool-failure.ts";
import { createHostFiles } from "../tool-files.ts";
import { parsePatch } from "./patch-parser.ts";
import { executePlan, type PatchSummary, planPatch } from "./patch-plan.ts";

const parameters = {
  type: "object",
  properties: { input: { type: "string", description: "The whole patch, from *** Begin Patch to *** End Patch" } },
} as const;

/** Changes several files at once, in the patch format that OpenAI's models were trained on. */
export function createApplyPatchTool(options: FileToolOptions): Tool {
  const files = options.files ?? createHostFiles(options);
  return {
    name: "apply_patch",
    label: "Apply Patch",
    description:
      "Add, change, move and delete files with one patch: *** Begin Patch, then *** Add File: <path>, " +
      "*** Delete File: <path> or *** Update File: <path> (with *** Move to: <path>) and chunks of @@ lines with " +
      "' ', '-' and '+' lines, then *** End Patch. Either everything is applied or nothing.",
    parameters,
    async execute(params) {
      const input = typeof params.input === "string" ? params.input : "";
      if (input.trim() === "") throw new ToolFailure("Provide a patch input.");
      const plan = await planPatch(parsePatch(input), files);
      await executePlan(plan, files);
      return textResult(summaryText(plan.summary), { summary: plan.summary });
    },
  };
}

function summaryText({ added, modified, deleted }: PatchSummary): string {
  return [
    "Success. Updated the following files:",
    ...added.map((path) => `A ${path}`),
    ...modified.map((path) => `M ${path}`),
    ...deleted.map((path) => `D ${path}`),
  ].join("\n");
}
