import type { Conversations } from "../conversations.ts";
import { invalidRequest } from "./handler.ts";

/** A client that says which session it means gets no other one. @throws RequestError when the key holds another by now */
export function expectSession(conversations: Conversations, key: string, sessionId: string | undefined): void {
  const current = conversations.entry(key)?.sessionId;
  if (sessionId !== undefined && sessionId !== current) {
    throw invalidRequest(`session ${key} has changed: expected ${sessionId}, found ${current ?? "none"}`);
  }
}
