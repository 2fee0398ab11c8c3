import type { RunResult } from "@openclaw/agent-runtime";
import type { Delivery } from "@openclaw/plugin-sdk";
import type { Inbound } from "./inbound.ts";

/** The replies of a run as deliveries to the chat the message came from; empty when there is nothing to send there. */
export function replyDeliveries(message: Inbound, result: RunResult): Delivery[] {
  const { route } = message;
  if (route.surface === "webchat") return []; // answered on its own session: the transcript and the chat events are the reply
  const texts =
    result.status === "error"
      ? [{ text: result.error ?? "The run failed." }]
      : result.status === "ok"
        ? result.payloads
        : [];
  return texts
    .filter((payload) => payload.text || ("mediaUrls" in payload && payload.mediaUrls?.length))
    .map((payload) => ({
      channel: route.channel,
      accountId: route.accountId,
      to: route.to,
      ...(route.threadId === undefined ? {} : { threadId: route.threadId }),
      ...(route.replyTo === undefined ? {} : { replyTo: route.replyTo }),
      ...(payload.text ? { text: payload.text } : {}),
      ...("mediaUrls" in payload && payload.mediaUrls?.length ? { mediaUrls: payload.mediaUrls } : {}),
    }));
}

/** The key that keeps the replies to one chat in order. */
export function chatKey(message: Inbound): string {
  const { route } = message;
  return route.surface === "webchat"
    ? `webchat|${message.sessionKey}`
    : [route.channel, route.accountId, route.to, route.threadId ?? ""].join("|");
}
