import type { Delivery, InboundMessage } from "@openclaw/plugin-sdk";
import type { Send } from "../pipeline/outbox.ts";
import type { GatewayPlugins } from "./gateway-plugins.ts";

/** Tells hooks of a message a channel has handed over. Nobody waits for them. */
export function tellReceived(plugins: GatewayPlugins, message: InboundMessage): void {
  const hooks = plugins.host?.hooks;
  if (!hooks?.has("message_received")) return;
  const { channel, accountId, chat, sender, text, at } = message;
  const metadata = {
    to: chat.id,
    provider: channel,
    surface: channel,
    ...(chat.threadId === undefined ? {} : { threadId: chat.threadId }),
    originatingChannel: channel,
    originatingTo: chat.id,
    messageId: message.id,
    senderId: sender.id,
    ...(sender.name === undefined ? {} : { senderName: sender.name }),
    ...(sender.username === undefined ? {} : { senderUsername: sender.username }),
    ...(/^\+\d{6,15}$/.test(sender.id) ? { senderE164: sender.id } : {}),
  };
  void hooks.tell(
    "message_received",
    { from: sender.id, content: text, timestamp: at, metadata },
    { channelId: channel, accountId, conversationId: chat.id },
  );
}

/** Sends a delivery as hooks want it: changed, or not at all, which counts as sent. */
export async function sendWithHooks(plugins: GatewayPlugins, delivery: Delivery, send: Send): ReturnType<Send> {
  // What an earlier process left to send goes out before the plugins are loaded, unless it waits for them.
  const hooks = (plugins.host ?? (await plugins.ready()))?.hooks;
  if (!hooks?.has("message_sending") && !hooks?.has("message_sent")) return send(delivery);
  const { to, text = "", channel: channelId, accountId } = delivery;
  const place = { channelId, accountId, conversationId: to };
  const decision = await hooks.messageSending(
    { to, content: text, metadata: { mediaUrls: delivery.mediaUrls, threadId: delivery.threadId } },
    place,
  );
  if ("cancelled" in decision) return {};
  const { content } = decision;
  const tell = (outcome: { success: boolean; error?: string }) =>
    void hooks.tell("message_sent", { to, content, ...outcome }, place);
  try {
    const sent = await send(content === text ? delivery : { ...delivery, text: content });
    tell({ success: true });
    return sent;
  } catch (error) {
    tell({ success: false, error: error instanceof Error ? error.message : String(error) });
    throw error;
  }
}
