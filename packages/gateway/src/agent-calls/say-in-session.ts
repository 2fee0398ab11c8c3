import type { Conversations } from "../conversations.ts";
import type { Connections } from "../ws/connections.ts";

/** Appends a text to a session as the assistant's and shows it to its clients. Returns the id of the message. */
export function sayInSession(
  sessionKey: string,
  text: string,
  { conversations, connections }: { conversations: Conversations; connections: Connections },
): string {
  const { id, message } = conversations.note(sessionKey, text);
  const payload = { runId: `inject-${id}`, sessionKey, seq: 0, state: "final", message };
  connections.broadcastVersions("chat", {
    v3: payload,
    v4: { ...payload, agentId: conversations.agentOf(sessionKey) },
  });
  return id;
}
