import fs from "node:fs/promises";
import path from "node:path";
import type { AgentCalls } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import { type DeliveryContext, deliveryContextOf } from "@openclaw/sessions";
import { writeFileAtomic } from "@openclaw/storage";
import { z } from "zod";
import type { Conversations } from "./conversations.ts";

const deliveryContext = z.object({
  channel: z.string().optional(),
  to: z.string().optional(),
  accountId: z.string().optional(),
});

/** Why the Gateway restarted, for the session that is to be told. Unknown fields are passed on. */
const sentinelPayload = z.looseObject({
  kind: z.string(),
  status: z.string(),
  ts: z.number(),
  sessionKey: z.string().optional(),
  deliveryContext: deliveryContext.optional(),
  threadId: z.union([z.string(), z.number()]).optional(),
});

export type RestartSentinelPayload = z.output<typeof sentinelPayload>;

export const doctorHint = "Run: openclaw doctor --non-interactive";

/**
 * Writes what the next start is to tell. A failure keeps nothing from restarting.
 * @returns the path, null when it could not be written
 */
export async function writeRestartSentinel(
  payload: RestartSentinelPayload,
  { stateDir, log }: { stateDir: string; log: Logger },
): Promise<string | null> {
  const file = sentinelFile(stateDir);
  try {
    await writeFileAtomic(file, `${JSON.stringify({ version: 1, payload }, null, 2)}\n`, { mode: 0o600 });
    return file;
  } catch (error) {
    log.warn("the restart sentinel could not be written", { error: String(error) });
    return null;
  }
}

/**
 * Tells the session that a restart was asked for that it has happened: as a turn answered in its chat, or with its next
 * turn when it has no chat. The file goes once that is on disk, so each is told once.
 */
export async function tellOfRestart(gateway: {
  stateDir: string;
  calls: AgentCalls;
  conversations: Conversations;
  log: Logger;
}): Promise<void> {
  const { calls, conversations, log } = gateway;
  const file = sentinelFile(gateway.stateDir);
  const payload = await readSentinel(file, log);
  if (payload === undefined) return;
  const message = `GatewayRestart:\n${JSON.stringify(payload)}`;
  const named = sessionOf(payload, conversations);
  const sessionKey = named ?? conversations.mainKey();
  const deliver = named === undefined ? undefined : chatOf(payload, named, conversations);
  if (deliver === undefined) await calls.note(sessionKey, message);
  else {
    const runId = `restart|${payload.ts}`;
    if (calls.known(runId, sessionKey, { again: true }) === undefined)
      await calls.ask({ runId, sessionKey, message, lane: "main", deliver });
  }
  await fs.rm(file, { force: true });
}

async function readSentinel(file: string, log: Logger): Promise<RestartSentinelPayload | undefined> {
  let text: string;
  try {
    text = await fs.readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const parsed = z.object({ version: z.literal(1), payload: sentinelPayload }).safeParse(parseJson(text));
  if (parsed.success) return parsed.data.payload;
  log.warn(`the restart sentinel ${file} cannot be read and was deleted`);
  await fs.rm(file, { force: true });
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function sessionOf({ sessionKey }: RestartSentinelPayload, conversations: Conversations): string | undefined {
  if (!sessionKey?.trim()) return undefined;
  try {
    return conversations.canonicalKey(sessionKey);
  } catch {
    return undefined; // A key nobody can read names no session; the main one is told.
  }
}

/** The chat of the session: as it was when the restart was asked for, else as it is now. */
function chatOf(
  payload: RestartSentinelPayload,
  sessionKey: string,
  conversations: Conversations,
): DeliveryContext | undefined {
  const entry = conversations.entry(sessionKey);
  const { channel, to, accountId } = payload.deliveryContext ?? {};
  const kept: DeliveryContext = {
    ...(channel === undefined ? {} : { channel }),
    ...(to === undefined ? {} : { to }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(payload.threadId === undefined ? {} : { threadId: payload.threadId }),
  };
  const hasChat = (context: DeliveryContext | undefined) =>
    context?.channel !== undefined && context.channel !== "webchat" && context.to !== undefined;
  if (hasChat(kept)) return kept;
  const stored = entry === undefined ? undefined : deliveryContextOf(entry);
  return hasChat(stored) ? stored : undefined;
}

function sentinelFile(stateDir: string): string {
  return path.join(stateDir, "restart-sentinel.json");
}
