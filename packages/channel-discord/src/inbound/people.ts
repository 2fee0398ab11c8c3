import type { InboundSender } from "@openclaw/plugin-sdk";
import type { WireUser } from "./wire.ts";

/** `name#1234` for those who still have a discriminator, else the user name. */
export function userTag(user: WireUser): string {
  const number = user.discriminator ?? "0";
  return number === "0" || number === "0000" ? user.username : `${user.username}#${number}`;
}

/** A user as the sender of something. `nick` is the name taken in one guild. */
export function senderOf(user: WireUser, nick?: string | null): InboundSender {
  return {
    id: user.id,
    name: nick ?? user.global_name ?? user.username,
    username: user.username,
    tag: userTag(user),
    ...(user.bot ? { isBot: true } : {}),
  };
}
