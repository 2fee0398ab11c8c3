import type { ScopeConfig } from "./understanding-config.ts";

/** The chat a message came from. */
export interface ChatPlace {
  channel: string;
  chatType: "direct" | "group" | "channel";
  sessionKey: string;
}

/** Whether a scope lets something happen in a chat. */
export function isInScope(scope: ScopeConfig | undefined, place: ChatPlace): boolean {
  const key = place.sessionKey.toLowerCase();
  for (const { action, match = {} } of scope?.rules ?? []) {
    const { channel, chatType, keyPrefix } = match;
    if (channel !== undefined && channel.toLowerCase() !== place.channel.toLowerCase()) continue;
    if (chatType !== undefined && (chatType === "dm" ? "direct" : chatType) !== place.chatType) continue;
    if (keyPrefix !== undefined && !key.startsWith(keyPrefix.toLowerCase())) continue;
    return action === "allow";
  }
  return scope?.default !== "deny";
}
