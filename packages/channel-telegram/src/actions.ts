import { type ChannelAction, type ChannelActionName, ChannelError } from "@openclaw/plugin-sdk";
import type { Api } from "grammy";
import { z } from "zod";
import type { TelegramAccount } from "./account/telegram-accounts.ts";
import { sendThread } from "./inbound/chat-place.ts";
import { chatIdOf, messageIdOf } from "./send/chat-id.ts";
import type { SentMessages } from "./send/sent-messages.ts";
import { placeFields, withFallbacks } from "./send/with-fallbacks.ts";
import type { StickerCache } from "./stickers/sticker-cache.ts";

/** What the `message` tool may do with a bot, by its switches. */
export function telegramActions({ settings: { actions, reactionLevel } }: TelegramAccount): ChannelActionName[] {
  const reacts = reactionLevel === "minimal" || reactionLevel === "extensive";
  return [
    ...(actions.reactions && reacts ? (["react"] as const) : []),
    ...(actions.deleteMessage ? (["delete"] as const) : []),
    ...(actions.editMessage ? (["edit"] as const) : []),
    ...(actions.sticker ? (["sticker", "sticker-search"] as const) : []),
  ];
}

const stickerParams = z.object({
  fileId: z.string().optional(),
  stickerId: z.union([z.string(), z.array(z.string())]).optional(),
  replyTo: z.union([z.string(), z.number()]).optional(),
  threadId: z.union([z.string(), z.number()]).optional(),
});
const searchParams = z.object({ query: z.string().default(""), limit: z.coerce.number().int().positive().default(10) });

export interface ActionOptions {
  api: Pick<Api, "raw">;
  stickers: Pick<StickerCache, "search">;
  sent: Pick<SentMessages, "add">;
}

/**
 * Does the actions that no method of the account does.
 * @throws ChannelError for parameters that are missing, and for an action this channel has not
 */
export async function actOnTelegram(action: ChannelAction, options: ActionOptions): Promise<unknown> {
  switch (action.action) {
    case "sticker":
      return sendSticker(action, options);
    case "sticker-search": {
      const { query, limit } = searchParams.parse(action.params);
      return { stickers: options.stickers.search(query, limit) };
    }
    default:
      throw new ChannelError("unsupported", `Message action ${action.action} not supported for channel telegram.`);
  }
}

async function sendSticker({ chat, params }: ChannelAction, { api, sent }: ActionOptions) {
  const { fileId, stickerId, replyTo, threadId } = stickerParams.parse(params);
  const sticker = fileId ?? (Array.isArray(stickerId) ? stickerId[0] : stickerId);
  if (!sticker) throw new ChannelError("refused", "Telegram sticker file_id is required");
  if (chat === undefined) throw new ChannelError("invalid_target", "Action sticker requires a target.");
  const place = { to: chat.to, ...(threadId === undefined ? chat : { threadId: String(threadId) }) };
  const message = await withFallbacks(
    {
      chatId: chatIdOf(chat.to),
      threadId: sendThread(place),
      replyTo: messageIdOf(replyTo === undefined ? undefined : String(replyTo)),
      quote: undefined,
      html: false,
    },
    chat.to,
    (form) => api.raw.sendSticker({ ...placeFields(form), sticker }),
    () => {},
  );
  sent.add(String(message.chat.id), String(message.message_id));
  return { ok: true, messageId: String(message.message_id), chatId: String(message.chat.id) };
}
