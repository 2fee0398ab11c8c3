import type { RunResult } from "@openclaw/agent-runtime";
import type { Delivery } from "@openclaw/plugin-sdk";
import type { Inbound } from "./inbound.ts";

/** The replies of a run as deliveries to the chat the message came from; empty when there is nothing to send there. */
export function replyDeliveries(message: Inbound, result: RunResult): Delivery[] {
  if (result.status === "error") return errorDeliveries(message, result.error ?? "The run failed.");
  return result.status === "ok" ? deliveries(message, result.payloads) : [];
}

/** The text for a message that could not be answered. */
export function errorDeliveries(message: Inbound, text: string): Delivery[] {
  return deliveries(message, [{ text }]);
}

function deliveries(message: Inbound, payloads: readonly { text?: string; mediaUrls?: string[] }[]): Delivery[] {
  const { route } = message;
  if (route.surface === "webchat") return []; // answered on its own session: the transcript and the chat events are the reply
  return payloads
    .filter((payload) => payload.text || payload.mediaUrls?.length)
    .map((payload) => ({
      channel: route.channel,
      accountId: route.accountId,
      to: route.to,
      ...(route.threadId === undefined ? {} : { threadId: route.threadId }),
      ...(route.replyTo === undefined ? {} : { replyTo: route.replyTo }),
      ...(payload.text ? { text: payload.text } : {}),
      ...(payload.mediaUrls?.length ? { mediaUrls: payload.mediaUrls } : {}),
    }));
}

/** The key that keeps the replies to one chat in order. */
export function chatKey(message: Inbound): string {
  const { route } = message;
  return route.surface === "webchat"
    ? `webchat|${message.sessionKey}`
    : [route.channel, route.accountId, route.to, route.threadId ?? ""].join("|");
}
