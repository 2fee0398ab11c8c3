import type { ChannelLog, MessageRef, RunningAccount } from "@openclaw/plugin-sdk";
import type { Api } from "grammy";
import type { ReactionTypeEmoji } from "grammy/types";
import type { TelegramSettings } from "../account/telegram-settings.ts";
import { isRefusal, toChannelError } from "../api/api-error.ts";
import { chatIdOf, requireMessageId } from "./chat-id.ts";
import { inlineKeyboard } from "./inline-keyboard.ts";
import { renderText } from "./rendered-text.ts";

/** What can be done to messages that exist. */
export type MessageChanges = Required<Pick<RunningAccount, "react" | "edit" | "remove">>;

export function createMessageChanges(
  api: Pick<Api, "raw">,
  settings: Pick<TelegramSettings, "capabilities" | "linkPreview" | "markdown">,
  log: ChannelLog,
): MessageChanges {
  return {
    async react(message, { emoji, remove }) {
      // Which emoji it takes is the service's to say, and its list grows: no list of ours stands in between.
      // The service has one reaction of a bot on a message, and takes it away when it is given none.
      const reaction =
        remove || emoji === "" ? [] : [{ type: "emoji", emoji: emoji as ReactionTypeEmoji["emoji"] } as const];
      await api.raw.setMessageReaction({ ...place(message), reaction }).catch(rethrow);
    },
    async edit(message, { text, buttons }) {
      const reply_markup =
        buttons === undefined
          ? undefined
          : (inlineKeyboard(buttons, { to: message.to, scope: settings.capabilities }) ?? { inline_keyboard: [] });
      const markup = reply_markup === undefined ? {} : { reply_markup };
      const ref = place(message);
      if (text === undefined) {
        await api.raw.editMessageReplyMarkup({ ...ref, ...markup }).catch(ignoreUnchanged);
        return;
      }
      const { html, plain } = renderText(text, settings.markdown.tables);
      const preview = settings.linkPreview ? {} : { link_preview_options: { is_disabled: true } };
      try {
        await api.raw.editMessageText({ ...ref, ...markup, ...preview, text: html, parse_mode: "HTML" });
      } catch (error) {
        if (!isRefusal(error, /can't parse entities|find end of the entity/i)) return ignoreUnchanged(error);
        log.warn("Telegram refused the formatting of an edit; it is made once more without");
        await api.raw.editMessageText({ ...ref, ...markup, ...preview, text: plain }).catch(ignoreUnchanged);
      }
    },
    async remove(message) {
      await api.raw.deleteMessage(place(message)).catch(rethrow);
    },
  };
}

function place({ to, messageId }: MessageRef) {
  return { chat_id: chatIdOf(to), message_id: requireMessageId(messageId) };
}

function ignoreUnchanged(error: unknown): void {
  if (!isRefusal(error, /message is not modified/i)) throw toChannelError(error);
}

function rethrow(error: unknown): never {
  throw toChannelError(error);
}
