import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { HookRunner } from "@openclaw/plugins";
import type { SessionEntry } from "@openclaw/sessions";
import type { GatewayPlugins } from "./gateway-plugins.ts";

/** Tells hooks that a conversation has begun, and that another one was left for it. Nobody waits for them. */
export function tellSessionHooks(
  plugins: GatewayPlugins | undefined,
  begun: { agentId: string; entry: SessionEntry; previous?: SessionEntry },
  now: number,
): void {
  const hooks = plugins?.host?.hooks;
  if (!hooks) return;
  const { agentId, entry, previous } = begun;
  if (previous?.sessionId && hooks.has("session_end")) {
    void tellEnd(hooks, agentId, previous, now);
  }
  const { sessionId } = entry;
  void hooks.tell(
    "session_start",
    { sessionId, ...(previous?.sessionId ? { resumedFrom: previous.sessionId } : {}) },
    { agentId, sessionId },
  );
}

async function tellEnd(hooks: HookRunner, agentId: string, { sessionId, sessionFile }: SessionEntry, now: number) {
  const event = { sessionId, ...(await readFacts(sessionFile, now)) };
  await hooks.tell("session_end", event, { agentId, sessionId });
}

/** How many messages a transcript holds, and how long ago it was begun. */
async function readFacts(
  file: string | undefined,
  now: number,
): Promise<{ messageCount: number; durationMs?: number }> {
  if (file === undefined || !existsSync(file)) return { messageCount: 0 };
  let messageCount = 0;
  let begun: number | undefined;
  for await (const line of createInterface({ input: createReadStream(file, "utf8") })) {
    if (line.includes('"type":"message"')) messageCount += 1;
    if (begun === undefined) begun = Date.parse(/"timestamp":"([^"]+)"/.exec(line)?.[1] ?? "");
  }
  return { messageCount, ...(Number.isFinite(begun) ? { durationMs: Math.max(0, now - Number(begun)) } : {}) };
}
