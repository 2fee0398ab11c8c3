import { type DeliveryContext, deliveryContextOf, type SessionEntry, sessionKeyRest } from "@openclaw/sessions";

/**
 * The chat a session speaks in: the group or channel its key names, else where its last message came from. WhatsApp
 * keys hold less than the stored route, so that comes first there. Undefined for sessions without a chat.
 */
export function announceTarget(key: string, entry: SessionEntry | undefined): DeliveryContext | undefined {
  const stored = entry === undefined ? undefined : deliveryContextOf(entry);
  const route = stored !== undefined && stored.channel !== "webchat" && stored.to ? stored : undefined;
  const named = chatOfKey(sessionKeyRest(key));
  if (named === undefined || named.channel === "whatsapp") return route ?? named;
  const accountId = route !== undefined && route.channel === named.channel ? route.accountId : undefined;
  return accountId === undefined ? named : { ...named, accountId };
}

function chatOfKey(rest: string): DeliveryContext | undefined {
  const match = /^([^:]+):(?:group|channel):(.+?)(?::(?:topic|thread):(.+))?$/.exec(rest);
  const [, channel, to, threadId] = match ?? [];
  if (channel === undefined || to === undefined) return undefined;
  return { channel, to, ...(threadId === undefined ? {} : { threadId }) };
}
