import { ChannelError } from "@openclaw/plugin-sdk";

/** A chat as the API takes it: a number, or `@name` of a public group or channel. */
export function chatIdOf(to: string): number | string {
  const id = Number(to);
  if (to.trim() !== "" && Number.isSafeInteger(id)) return id;
  if (/^@[a-z][a-z0-9_]{3,}$/i.test(to)) return to;
  throw new ChannelError("invalid_target", `Telegram does not know a chat "${to}": use a chat id or @name`);
}

/** A message id as the API takes it; undefined for what cannot be one. */
export function messageIdOf(id: string | undefined): number | undefined {
  // Ids of presses on buttons are numbers too, far longer ones.
  return id !== undefined && /^[1-9]\d{0,9}$/.test(id) ? Number(id) : undefined;
}

/**
 * A message id that has to be one.
 * @throws ChannelError for another text
 */
export function requireMessageId(id: string | undefined): number {
  const found = messageIdOf(id);
  if (found === undefined) throw new ChannelError("invalid_target", "Message id is required for Telegram actions");
  return found;
}
