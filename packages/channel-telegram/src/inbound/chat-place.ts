import type { ChatPlace, InboundChat, InboundSender } from "@openclaw/plugin-sdk";
import type { TelegramChat, TelegramUser } from "../update/update-schema.ts";

/** The topic every forum has; the API does not know it by this id when it sends. */
export const generalTopic = "1";

/** The chat of a message, and where in it. */
export function inboundChat(chat: TelegramChat, threadId: number | undefined): InboundChat {
  const id = String(chat.id);
  if (chat.type === "private") {
    return {
      kind: "direct",
      id,
      ...(threadId === undefined ? {} : { threadId: String(threadId), threadKind: "thread" }),
    };
  }
  const title = chat.title ?? chat.username;
  const group: InboundChat = { kind: "group", id, peerId: id, ...(title === undefined ? {} : { title }) };
  // Without a forum the id only says which messages answer each other.
  if (!chat.is_forum) return group;
  return { ...group, threadId: threadId === undefined ? generalTopic : String(threadId), threadKind: "topic" };
}

/** The thread to send to: a group's General topic is reached by naming none. */
export function sendThread({ to, threadId }: ChatPlace): number | undefined {
  const id = threadNumber(threadId);
  return id === undefined || (isGroup(to) && threadId === generalTopic) ? undefined : id;
}

/** The thread to show a sign in: here the General topic has to be named. */
export function typingThread({ threadId }: ChatPlace): number | undefined {
  return threadNumber(threadId);
}

/** Groups and channels have negative ids. */
export function isGroup(to: string): boolean {
  return to.startsWith("-");
}

/** Who wrote. Somebody who writes in a group's name has a bot's shape; it is a person nevertheless. */
export function inboundSender(user: TelegramUser, inNameOfChat: boolean): InboundSender {
  const name = displayName(user);
  const handle = user.username === undefined || user.username === name ? "" : ` (@${user.username})`;
  return {
    id: String(user.id),
    label: name === undefined ? `id:${user.id}` : `${name}${handle} id:${user.id}`,
    ...(name === undefined ? {} : { name }),
    ...(user.username === undefined ? {} : { username: user.username }),
    ...(user.is_bot && !inNameOfChat ? { isBot: true } : {}),
  };
}

/** First and last name, else the user name. */
export function displayName({ first_name, last_name, username }: Omit<TelegramUser, "id">): string | undefined {
  const full = [first_name, last_name].filter(Boolean).join(" ").trim();
  return full || username;
}

function threadNumber(threadId: string | undefined): number | undefined {
  const id = threadId === undefined ? Number.NaN : Number(threadId);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
