import { appendFile } from "node:fs/promises";
import path from "node:path";
import { ensurePrivateDir } from "@openclaw/storage";
import type { HookHandler } from "../hook.ts";
import type { BundledHookServices } from "./services.ts";

/** Writes a line for each command to `logs/commands.log`. */
export function commandLogger({ stateDir }: Pick<BundledHookServices, "stateDir">): HookHandler {
  return async ({ timestamp, action, sessionKey, context }) => {
    const dir = path.join(stateDir, "logs");
    await ensurePrivateDir(dir);
    const line = {
      timestamp: timestamp.toISOString(),
      action,
      sessionKey: sessionKey || "unknown",
      senderId: known(context.senderId),
      source: known(context.commandSource),
    };
    await appendFile(path.join(dir, "commands.log"), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  };
}

function known(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : "unknown";
}
