import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { HookEvent, HookHandler } from "../hook.ts";
import { type BundledHookServices, hookOptions } from "./services.ts";

const defaultMessages = 15;
const slugLimitMs = 15_000;
const slugChars = 30;

/** Writes the end of the conversation that `/new` leaves to `memory/<date>-<slug>.md`. */
export function sessionMemory(services: BundledHookServices): HookHandler {
  return async (event) => {
    const { sessionKey, timestamp } = event;
    const wanted = hookOptions(services.config(), "session-memory").messages;
    const count = typeof wanted === "number" && wanted > 0 ? Math.floor(wanted) : defaultMessages;
    const messages = messagesOf(event)
      .filter(({ text }) => !text.startsWith("/"))
      .slice(-count);
    const agentId = services.agentOf(sessionKey);
    const conversation = messages.map(({ role, text }) => `${role}: ${text}`);
    const iso = timestamp.toISOString();
    const [date = "", time = ""] = iso.split("T");
    const slug = (await slugOf(conversation, agentId, services)) ?? time.slice(0, 5).replace(":", "");
    const text = [
      `# Session: ${date} ${time.slice(0, 8)} UTC`,
      "",
      `- **Session Key**: ${sessionKey}`,
      `- **Session ID**: ${sessionIdOf(event)}`,
      `- **Source**: ${typeof event.context.commandSource === "string" ? event.context.commandSource : "unknown"}`,
      "",
      "## Conversation Summary",
      "",
      ...conversation,
      "",
    ].join("\n");
    const dir = path.join(services.workspaceDir(agentId), "memory");
    await mkdir(dir, { recursive: true });
    await writeNew(path.join(dir, `${date}-${slug}`), text);
  };
}

async function slugOf(
  conversation: readonly string[],
  agentId: string,
  services: BundledHookServices,
): Promise<string | undefined> {
  if (conversation.length === 0) return undefined;
  const question = `Name this conversation for a file: one or two English words in lower case, joined by a hyphen. Answer with the name alone.\n\n${conversation.join("\n").slice(-2_000)}`;
  const answer = await services.ask(agentId, question, slugLimitMs).catch((error: unknown) => {
    services.log.warn(`[hooks] session-memory: the model gave no name: ${String(error)}`);
    return undefined;
  });
  const slug = (answer ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, slugChars)
    .replace(/^-+|-+$/g, "");
  return slug === "" ? undefined : slug;
}

/** Two conversations may end in one minute: a file that is there stays. */
async function writeNew(base: string, text: string): Promise<void> {
  for (let n = 1; ; n += 1) {
    try {
      await writeFile(`${base}${n === 1 ? "" : `-${n}`}.md`, text, { flag: "wx" });
      return;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

/** What was said in the conversation that ends, as it was when the command came. */
function messagesOf({ context }: HookEvent): { role: string; text: string }[] {
  const given: unknown[] = Array.isArray(context.recentMessages) ? context.recentMessages : [];
  return given.flatMap((message) => {
    const { role, text } = Object(message) as { role?: unknown; text?: unknown };
    return typeof role === "string" && typeof text === "string" ? [{ role, text }] : [];
  });
}

function sessionIdOf({ context }: HookEvent): string {
  const id: unknown = Reflect.get(Object(context.previousSessionEntry ?? context.sessionEntry), "sessionId");
  return typeof id === "string" ? id : "unknown";
}
