import type { Inbound } from "./inbound.ts";

/** What lists of the configuration may call the sender of a message, the id first. */
export function senderNames(
  message: Pick<Inbound, "senderId" | "senderE164" | "senderUsername" | "senderName">,
): string[] {
  const { senderId, senderE164, senderUsername, senderName } = message;
  return [senderId, senderE164, senderUsername, senderName].filter((name) => name !== undefined);
}
