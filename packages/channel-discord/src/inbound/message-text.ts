import type { WireBody, WireMessage } from "./wire.ts";

/** What a message says: its text, else the description of its first embed when there is no file either. */
export function bodyText(body: WireBody): string {
  const text = body.content.trim();
  if (text !== "" || body.attachments.length > 0 || body.sticker_items.length > 0) return body.content;
  return body.embeds[0]?.description ?? "";
}

/** The same with the messages it forwards. */
export function messageText(message: WireMessage): string {
  const author = message.referenced_message?.author.username;
  const from = author === undefined ? "[Forwarded message]" : `[Forwarded message from ${author}]`;
  const forwards = message.message_snapshots.flatMap(({ message: snapshot }) => {
    const text = bodyText(snapshot) || fileNames(snapshot);
    return text === "" ? [] : [`${from}\n${text}`];
  });
  return [bodyText(message), ...forwards].filter((part) => part !== "").join("\n\n");
}

/** A text without mentions of anybody, as names and commands are read from it. */
export function withoutMentions(text: string): string {
  return text
    .replace(/<@[!&]?\d+>/g, " ")
    .replace(/[ \t]+/g, " ")
    .trim();
}

function fileNames(body: WireBody): string {
  return body.attachments.map(({ filename }) => filename).join(", ");
}
