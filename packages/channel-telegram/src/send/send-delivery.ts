import { type ChannelContext, ChannelError, type Delivery, type SendResult } from "@openclaw/plugin-sdk";
import type { Api } from "grammy";
import type { InlineKeyboardMarkup, Message } from "grammy/types";
import type { TelegramSettings } from "../account/telegram-settings.ts";
import { sendThread, typingThread } from "../inbound/chat-place.ts";
import { chatIdOf, messageIdOf } from "./chat-id.ts";
import { chunkForTelegram } from "./chunk-text.ts";
import { inlineKeyboard } from "./inline-keyboard.ts";
import { isVoiceFormat, outgoingKind } from "./media-kind.ts";
import { openOutgoingFile } from "./outgoing-file.ts";
import { renderText } from "./rendered-text.ts";
import { sendFile } from "./send-file.ts";
import type { SentMessages } from "./sent-messages.ts";
import { placeFields, type SendForm, withFallbacks } from "./with-fallbacks.ts";

/** Longest text of a message and beside a file, by the Bot API, after its formatting was read. */
export const MESSAGE_CHARS = 4096;
export const CAPTION_CHARS = 1024;

export interface SenderOptions {
  api: Api;
  settings: Pick<TelegramSettings, "capabilities" | "linkPreview" | "textChunkLimit" | "chunkMode" | "markdown">;
  sent: Pick<SentMessages, "add">;
  context: Pick<ChannelContext, "fetch" | "log">;
}

/** Sends deliveries of the host. */
export interface Sender {
  /** @throws ChannelError as the host knows it */
  send(delivery: Delivery): Promise<SendResult>;
}

export function createSender(options: SenderOptions): Sender {
  const { api, settings, sent, context } = options;

  /** Sends one message in the form the service accepts, and remembers it. */
  const deliver = async (delivery: Delivery, post: (form: SendForm) => Promise<Message>): Promise<Message> => {
    const form: SendForm = {
      chatId: chatIdOf(delivery.to),
      threadId: sendThread(delivery),
      replyTo: messageIdOf(delivery.replyTo),
      quote: delivery.quoteText,
      html: true,
    };
    const message = await withFallbacks(form, delivery.to, post, (refusal) =>
      context.log.warn(`Telegram refused a message (${refusal}); it is sent once more without what was refused`),
    );
    sent.add(String(message.chat.id), String(message.message_id));
    return message;
  };

  const sendText = (delivery: Delivery, text: string, keyboard: InlineKeyboardMarkup | undefined) => {
    const { html, plain } = renderText(text, settings.markdown.tables);
    if (plain.trim() === "") throw new ChannelError("refused", "Message must be non-empty for Telegram sends");
    return deliver(delivery, (form) =>
      api.raw.sendMessage({
        ...placeFields(form),
        text: form.html ? html : plain,
        ...(form.html ? { parse_mode: "HTML" as const } : {}),
        ...(settings.linkPreview ? {} : { link_preview_options: { is_disabled: true } }),
        ...(delivery.silent ? { disable_notification: true } : {}),
        ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
      }),
    );
  };

  /** Sends a text in as many messages as it needs; buttons stand under the first. */
  const sendTexts = async (delivery: Delivery, text: string, keyboard: InlineKeyboardMarkup | undefined) => {
    const fits = text.length <= MESSAGE_CHARS;
    const { chunkMode: mode, markdown, textChunkLimit } = settings;
    const pieces = fits ? [text] : chunkForTelegram(text, textChunkLimit, { mode, tables: markdown.tables });
    const messages: Message[] = [];
    for (const [index, piece] of pieces.entries()) {
      messages.push(await sendText(delivery, piece, index === 0 ? keyboard : undefined));
    }
    return messages;
  };

  const sendMedia = async (delivery: Delivery, place: string, caption: string, keyboard?: InlineKeyboardMarkup) => {
    const file = await openOutgoingFile(place, context.fetch);
    const kind = outgoingKind(file, delivery);
    if (delivery.asVoice && kind === "audio" && !isVoiceFormat(file)) {
      context.log.info(`${file.fileName} (${file.mimeType}) is no voice note to Telegram and is sent as audio`);
    }
    if (kind === "voice") {
      const thread = typingThread(delivery);
      // Only a sign: the note goes out whether or not it is shown.
      await api
        .sendChatAction(
          chatIdOf(delivery.to),
          "record_voice",
          thread === undefined ? {} : { message_thread_id: thread },
        )
        .catch((error: unknown) => context.log.debug("record_voice could not be shown", { error: String(error) }));
    }
    const words = caption === "" ? undefined : renderText(caption, settings.markdown.tables);
    return deliver(delivery, (form) =>
      sendFile(api, kind, file, {
        ...placeFields(form),
        ...(words === undefined ? {} : { caption: form.html ? words.html : words.plain }),
        ...(words === undefined || !form.html ? {} : { parse_mode: "HTML" as const }),
        ...(delivery.silent ? { disable_notification: true } : {}),
        ...(keyboard === undefined ? {} : { reply_markup: keyboard }),
      }),
    );
  };

  const sendAllMedia = async (delivery: Delivery, media: readonly string[], keyboard?: InlineKeyboardMarkup) => {
    const { text = "" } = delivery;
    const follows = renderText(text, settings.markdown.tables).plain.length > CAPTION_CHARS;
    const messages: Message[] = [];
    for (const [index, place] of media.entries()) {
      const first = index === 0;
      try {
        messages.push(
          await sendMedia(delivery, place, first && !follows ? text : "", first && !follows ? keyboard : undefined),
        );
      } catch (error) {
        // Somebody who takes no voice notes reads the text instead.
        if (!(error instanceof ChannelError) || !/VOICE_MESSAGES_FORBIDDEN/.test(error.message)) throw error;
        if (text.trim() === "" || !first) throw error;
        if (!follows) messages.push(...(await sendTexts(delivery, text, keyboard)));
      }
    }
    if (follows) messages.push(...(await sendTexts({ ...delivery, quoteText: undefined }, text, keyboard)));
    return messages;
  };

  return {
    async send(delivery) {
      const keyboard = inlineKeyboard(delivery.buttons, { to: delivery.to, scope: settings.capabilities });
      const { mediaUrls = [], text = "" } = delivery;
      const messages =
        mediaUrls.length === 0
          ? await sendTexts(delivery, text, keyboard)
          : await sendAllMedia(delivery, mediaUrls, keyboard);
      const ids = messages.map(({ message_id }) => String(message_id));
      const [first] = messages;
      return {
        ...(ids[0] === undefined ? {} : { messageId: ids[0] }),
        ...(ids.length > 1 ? { messageIds: ids } : {}),
        ...(first === undefined ? {} : { chatId: String(first.chat.id) }),
        ...(delivery.threadId === undefined ? {} : { threadId: delivery.threadId }),
      };
    },
  };
}
