import fs from "node:fs";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import { z } from "zod";
import type { ServerStatus } from "./server-connection.ts";

const kept = z.object({
  servers: z.record(
    z.string(),
    z.object({
      state: z.enum(["idle", "connecting", "ready", "failed"]),
      tools: z.array(z.string()),
      error: z.string().optional(),
      /** Milliseconds since 1970. */
      at: z.number(),
    }),
  ),
});

/** What is known of a server, and since when. */
export type KeptStatus = z.output<typeof kept>["servers"][string];

function statusFile(stateDir: string): string {
  return path.join(stateDir, "mcp", "status.json");
}

/** What a Gateway last knew of its servers; nothing where it has used none, or where the file cannot be read. */
export function readServerStatus(stateDir: string): Record<string, KeptStatus> {
  try {
    return kept.parse(JSON.parse(fs.readFileSync(statusFile(stateDir), "utf8"))).servers;
  } catch {
    return {}; // absent, or of another version: the next change writes it anew
  }
}

/** Keeps `<state>/mcp/status.json` as it is now, one write at a time. */
export function keepServerStatus(options: { stateDir: string; now(): number; log: Logger }) {
  const { stateDir, now, log } = options;
  const servers: Record<string, KeptStatus> = {};
  let writing: Promise<void> = Promise.resolve();
  return {
    note(id: string, { state, tools, error }: ServerStatus): void {
      servers[id] = { state, tools: [...tools], at: now(), ...(error === undefined ? {} : { error }) };
      const text = `${JSON.stringify({ version: 1, servers }, null, 2)}\n`;
      writing = writing
        .then(async () => {
          await ensurePrivateDir(path.dirname(statusFile(stateDir)));
          await writeFileAtomic(statusFile(stateDir), text, { mode: 0o600 });
        })
        .catch((error: unknown) => log.warn("the state of MCP servers could not be written", { error: String(error) }));
    },
    /** Resolves when everything is on disk. */
    written: () => writing,
  };
}
