import type { MentionFacts, MessageLocation } from "@openclaw/plugin-sdk";
import type { MessageContent, TelegramEntity } from "../update/update-schema.ts";

/** The bot that reads, as mentions and commands call it. */
export interface ReadingBot {
  id: number;
  /** Without `@`. */
  username: string;
}

/** Text or caption, with the addresses of links that only show a label. */
export function messageText(message: MessageContent): string {
  const text = message.text ?? message.caption ?? "";
  return entitiesOf(message)
    .filter(({ type, url }) => type === "text_link" && url !== undefined)
    .sort((a, b) => b.offset - a.offset)
    .reduce((rest, { offset, length, url }) => {
      const end = Math.min(offset + length, rest.length);
      const label = rest.slice(offset, end);
      return label === "" ? rest : `${rest.slice(0, offset)}[${label}](${url})${rest.slice(end)}`;
    }, text);
}

/** The text commands are read from: `/help@this_bot me` is `/help me`, a command to another bot stays one. */
export function commandText(text: string, bot: ReadingBot): string {
  return text.replace(/^(\s*\/[a-z0-9_]+)@([a-z0-9_]+)/i, (whole, command: string, name: string) =>
    name.toLowerCase() === bot.username.toLowerCase() ? command : whole,
  );
}

/** Who is addressed by a message of a group. */
export function mentionFacts(message: MessageContent, bot: ReadingBot, answersBot: boolean): MentionFacts {
  const text = message.text ?? message.caption ?? "";
  const mentions = entitiesOf(message).filter(({ type }) => type === "mention" || type === "text_mention");
  const own = `@${bot.username.toLowerCase()}`;
  const named = mentions.some(
    ({ offset, length, user }) => user?.id === bot.id || text.slice(offset, offset + length).toLowerCase() === own,
  );
  return {
    me: named || namesBot(text, bot.username),
    any: mentions.length > 0,
    ...(answersBot ? { implicit: true } : {}),
  };
}

/** Where somebody is or points to. */
export function messageLocation({ location, venue }: MessageContent): MessageLocation | undefined {
  const point = venue?.location ?? location;
  if (point === undefined) return undefined;
  return {
    latitude: point.latitude,
    longitude: point.longitude,
    ...(point.horizontal_accuracy === undefined ? {} : { accuracy: point.horizontal_accuracy }),
    ...(venue === undefined ? {} : { name: venue.title }),
    ...(venue?.address === undefined ? {} : { address: venue.address }),
    ...(point.live_period === undefined ? {} : { live: true }),
  };
}

function entitiesOf(message: MessageContent): TelegramEntity[] {
  return (message.text === undefined ? message.caption_entities : message.entities) ?? [];
}

function namesBot(text: string, username: string): boolean {
  // User names hold no characters with a meaning in patterns. A longer name that begins alike is somebody else.
  return username !== "" && new RegExp(`@${username}(?![a-z0-9_])`, "i").test(text);
}
