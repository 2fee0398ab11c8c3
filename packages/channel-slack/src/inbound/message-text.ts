import type { WireMessage } from "./wire.ts";

/** The words of a message; those of its attachments when it has none itself. */
export function messageText({ text, attachments }: Pick<WireMessage, "text" | "attachments">): string {
  const own = plain(text ?? "");
  if (own.trim() !== "") return own;
  return (attachments ?? [])
    .flatMap((attachment) => {
      const words = attachment.text || attachment.fallback;
      return words ? [plain(words)] : [];
    })
    .join("\n");
}

// Slack writes these three as entities, and nothing else.
function plain(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** How the model is told which message this is, so that it can name it in actions. */
export function messageMark(ts: string, channelId: string): string {
  return `[slack message id: ${ts} channel: ${channelId}]`;
}

/** A time stamp of Slack as milliseconds since 1970. */
export function timeOf(ts: string): number {
  const at = Math.floor(Number(ts) * 1000);
  return Number.isFinite(at) && at > 0 ? at : Date.now();
}

export function mentionsUser(text: string, userId: string): boolean {
  return text.includes(`<@${userId}>`) || text.includes(`<@${userId}|`);
}

export function mentionsAnybody(text: string): boolean {
  return /<@[A-Z0-9]+(?:\|[^>]*)?>/.test(text);
}
