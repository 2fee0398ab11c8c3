export type { WhatsAppAccount } from "./account/whatsapp-accounts.ts";
export type { WhatsAppSettings } from "./account/whatsapp-settings.ts";
export { whatsappMeta } from "./meta.ts";
export type { OpenSocket, SocketEvents, SocketOptions, WhatsAppSocket } from "./socket/whatsapp-socket.ts";
export { createWhatsAppChannel, type WhatsAppChannelOptions, whatsappChannel } from "./whatsapp-channel.ts";
