import { MessageType } from "discord-api-types/v10";
import type { WireMessage } from "./wire.ts";

/** What people write themselves. */
const written: ReadonlySet<number> = new Set([MessageType.Default, MessageType.Reply]);
/** Echoes of commands, and the copy of a message at the top of its thread: nobody wrote them here. */
const echoes: ReadonlySet<number> = new Set([
  MessageType.ChatInputCommand,
  MessageType.ContextMenuCommand,
  MessageType.ThreadStarterMessage,
]);

const events: Readonly<Record<number, (message: WireMessage) => string>> = {
  [MessageType.RecipientAdd]: ({ mentions }) => `added ${names(mentions)}`,
  [MessageType.RecipientRemove]: ({ mentions }) => `removed ${names(mentions)}`,
  [MessageType.Call]: () => "started a call",
  [MessageType.ChannelNameChange]: ({ content }) => `renamed the channel to ${content}`,
  [MessageType.ChannelIconChange]: () => "changed the icon of the channel",
  [MessageType.ChannelPinnedMessage]: ({ message_reference }) =>
    `pinned message ${message_reference?.message_id ?? "?"}`,
  [MessageType.UserJoin]: () => "joined the server",
  [MessageType.GuildBoost]: () => "boosted the server",
  [MessageType.GuildBoostTier1]: () => "boosted the server to level 1",
  [MessageType.GuildBoostTier2]: () => "boosted the server to level 2",
  [MessageType.GuildBoostTier3]: () => "boosted the server to level 3",
  [MessageType.ChannelFollowAdd]: ({ content }) => `follows ${content} in this channel`,
  [MessageType.ThreadCreated]: ({ content }) => `began the thread ${content}`,
  [MessageType.StageStart]: ({ content }) => `began the stage ${content}`,
  [MessageType.StageEnd]: ({ content }) => `ended the stage ${content}`,
  [MessageType.StageTopic]: ({ content }) => `changed the topic of the stage to ${content}`,
  [MessageType.PollResult]: () => "saw a poll end",
};

/** What kind of message it is, by who made it. */
export function messageKind(message: WireMessage): "written" | "echo" | "system" {
  if (written.has(message.type)) return "written";
  return echoes.has(message.type) ? "echo" : "system";
}

/** A message Discord itself put into the chat, as one line. */
export function systemText(message: WireMessage, where: string): string {
  const what = events[message.type]?.(message) ?? `made a system message of type ${message.type}`;
  return `Discord system: ${message.author.username} ${what} in ${where}`;
}

function names(users: WireMessage["mentions"]): string {
  return users.length === 0 ? "somebody" : users.map(({ username }) => username).join(", ");
}
