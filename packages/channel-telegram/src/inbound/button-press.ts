import type { InboundChat, InboundMessage } from "@openclaw/plugin-sdk";
import type { ButtonScope } from "../account/telegram-settings.ts";
import type { CallbackQuery } from "../update/update-schema.ts";
import { inboundChat, inboundSender } from "./chat-place.ts";

/** A press on a button as a message: its data is the text. Undefined where presses do not count. */
export function buttonPress(
  query: CallbackQuery,
  account: { channel: string; accountId: string; buttons: ButtonScope; now: number },
): InboundMessage | undefined {
  const { message, data } = query;
  if (message === undefined || data === undefined || data.trim() === "") return undefined;
  const chat = inboundChat(message.chat, message.message_thread_id);
  if (!buttonsAllowed(account.buttons, chat.kind)) return undefined;
  const text = wordsOf(data);
  if (text === undefined) return undefined;
  const messageId = String(message.message_id);
  return {
    id: query.id,
    channel: account.channel,
    accountId: account.accountId,
    chat,
    sender: inboundSender(query.from, false),
    text,
    at: account.now,
    // Who presses means the bot.
    ...(chat.kind === "direct" ? {} : { mentions: { me: true, any: true } }),
    trigger: { kind: "button", data, messageId, ...(account.buttons === "allowlist" ? { listedOnly: true } : {}) },
  };
}

/** The pages of the list of commands have data of their own; the one between them, with the page's number, does nothing. */
function wordsOf(data: string): string | undefined {
  const page = /^commands_page_(\d+|noop)(?::.*)?$/.exec(data)?.[1];
  if (page === "noop") return undefined;
  return page === undefined ? data : `/commands ${page}`;
}

/** Whether buttons work in chats of a kind. */
export function buttonsAllowed(scope: ButtonScope, kind: InboundChat["kind"]): boolean {
  if (scope === "off") return false;
  if (scope === "dm") return kind === "direct";
  if (scope === "group") return kind !== "direct";
  return true;
}
