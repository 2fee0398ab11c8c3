export { approvedText } from "./access/pairing-reply.ts";
export { type ChatPairing, ChatPairingError, openChatPairing, type PairingRequest } from "./pairing/chat-pairing.ts";
export { type LocalDevices, LocalDevicesError, openLocalDevices } from "./pairing/local-devices.ts";
