import type { Delivery } from "@openclaw/plugin-sdk";
import { buttonRows, isRecord, jsonOf, number, text, textList } from "./action-params.ts";
import type { ActionRequest } from "./message-actions.ts";
import { invalid } from "./outbound-error.ts";
import { addressOf, type Place } from "./place.ts";

/** The messages of a `send`: cut to the channel's limit, files with the first. */
export function contentOf(
  { params, media }: ActionRequest,
  place: Place,
  more: Partial<Delivery>,
  chunk: (channel: string, accountId: string, text: string, limit: number) => string[],
): Delivery[] {
  // People on a command line and models write line breaks as two characters.
  const words = (text(params.message) ?? "").replaceAll("\\n", "\n");
  const files = [...textList(params.media), ...textList(params.mediaUrls), ...textList(params.mediaUrl)];
  const buttons = jsonOf(params.buttons, "buttons");
  const card = jsonOf(params.card, "card");
  if (words.trim() === "" && files.length === 0 && card === undefined) {
    throw invalid("send requires message, media or card");
  }
  const { channel, config, accountId } = place;
  const limit = Math.min(number(config.textChunkLimit) ?? 4000, channel.textLimit ?? Number.POSITIVE_INFINITY);
  const pieces = words.trim() === "" ? [] : chunk(channel.meta.id, accountId, words, limit);
  const captioned =
    files.length === 0 || (pieces[0]?.length ?? 0) <= (channel.captionLimit ?? Number.POSITIVE_INFINITY);
  const base = { ...addressOf(place), ...more, ...(params.silent === true ? { silent: true } : {}) };
  const replyTo = text(params.replyTo) ?? text(params.replyToId);
  const first: Delivery = {
    ...base,
    ...(pieces[0] === undefined || !captioned ? {} : { text: pieces[0] }),
    ...(files.length === 0 ? {} : { mediaUrls: files.map((file) => media?.(file) ?? file) }),
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(text(params.quoteText) === undefined ? {} : { quoteText: text(params.quoteText) ?? "" }),
    ...(params.asVoice === true ? { asVoice: true } : {}),
    ...(params.gifPlayback === true ? { gifPlayback: true } : {}),
    ...(Array.isArray(buttons) ? { buttons: buttonRows(buttons) } : {}),
    ...(isRecord(card) ? { card } : {}),
  };
  return [first, ...pieces.slice(captioned ? 1 : 0).map((piece) => ({ ...base, text: piece }))];
}
