import { readFile } from "node:fs/promises";
import path from "node:path";
import type { HookHandler } from "../hook.ts";
import type { BundledHookServices } from "./services.ts";

/** Lets the agent do what BOOT.md says, once the Gateway has started. */
export function bootMd(services: BundledHookServices): HookHandler {
  return async ({ context }) => {
    const dir = typeof context.workspaceDir === "string" ? context.workspaceDir : undefined;
    if (dir === undefined) return;
    const text = await readBoot(path.join(dir, "BOOT.md"));
    if (text === undefined) return;
    const prompt = [
      "The Gateway has just started. Do what BOOT.md says, exactly and nothing beyond it.",
      "",
      "BOOT.md:",
      text,
      "",
      "If it asks you to send a message, use the message tool with action=send and the field target.",
      "When you are done, answer with NO_REPLY alone.",
    ].join("\n");
    try {
      await services.runInMain(prompt);
    } catch (error) {
      services.log.error(`boot: agent run failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

async function readBoot(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, "utf8")).trim();
    return text === "" ? undefined : text;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
