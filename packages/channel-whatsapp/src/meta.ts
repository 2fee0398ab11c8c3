import type { ChannelMeta } from "@openclaw/plugin-sdk";

/** What is known of the channel before it is loaded. */
export const whatsappMeta: ChannelMeta = {
  id: "whatsapp",
  label: "WhatsApp",
  detailLabel: "WhatsApp Web",
  aliases: ["web"],
  order: 2,
  systemImage: "message",
  description: "A device linked to your own number, or to one of the assistant's.",
  docs: "/channels/whatsapp",
};
