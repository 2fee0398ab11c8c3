import { ChannelError, type MessageButton } from "@openclaw/plugin-sdk";
import type { InlineKeyboardMarkup } from "grammy/types";
import type { ButtonScope } from "../account/telegram-settings.ts";
import { buttonsAllowed } from "../inbound/button-press.ts";
import { isGroup } from "../inbound/chat-place.ts";

/** Bytes of a button's data, by the Bot API. */
const DATA_BYTES = 64;

/**
 * Rows of buttons under a message. Buttons without a text or data are left out; undefined when none is left.
 * @throws ChannelError where buttons are not allowed, or the service would refuse one
 */
export function inlineKeyboard(
  rows: readonly (readonly MessageButton[])[] | undefined,
  place: { to: string; scope: ButtonScope },
): InlineKeyboardMarkup | undefined {
  const kept = (rows ?? [])
    .map((row) => row.filter(({ text, data }) => text.trim() !== "" && data.trim() !== ""))
    .filter((row) => row.length > 0);
  if (kept.length === 0) return undefined;
  if (!buttonsAllowed(place.scope, isGroup(place.to) ? "group" : "direct")) {
    throw new ChannelError(
      "refused",
      `Buttons are not allowed in this chat: channels.telegram.capabilities.inlineButtons is "${place.scope}"`,
    );
  }
  for (const { text, data } of kept.flat()) {
    if (Buffer.byteLength(data) > DATA_BYTES) {
      throw new ChannelError("refused", `The data of the button "${text}" is longer than ${DATA_BYTES} bytes`);
    }
  }
  return { inline_keyboard: kept.map((row) => row.map(({ text, data }) => ({ text, callback_data: data }))) };
}
