import type { ChatPlace, Delivery, MessageRef } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { slackErrorCode } from "../connection/slack-error.ts";
import { renderMrkdwn } from "../text/chunk-text.ts";
import { emojiName } from "../text/emoji.ts";
import { buttonBlocks } from "./message-blocks.ts";
import { channelFor } from "./place.ts";

const done = z.unknown();
const reactedMessage = z.object({
  message: z
    .object({ reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()).default([]) })).default([]) })
    .optional(),
});

/** Adds a reaction, takes one away, or all of the account's own when `emoji` is empty. */
export async function react(
  bot: Bot,
  message: MessageRef,
  { emoji, remove = false }: { emoji: string; remove?: boolean },
): Promise<void> {
  const place = { channel: await channelFor(bot, message.to), timestamp: message.messageId };
  if (emoji.trim() !== "") {
    const method = remove ? "reactions.remove" : "reactions.add";
    await unless(remove ? "no_reaction" : "already_reacted", () =>
      bot.api.call(done, method, { ...place, name: emojiName(emoji) }),
    );
    return;
  }
  const { message: found } = await bot.api.call(reactedMessage, "reactions.get", { ...place, full: true });
  const selfId = bot.identity.userId;
  for (const { name, users } of found?.reactions ?? []) {
    if (selfId === undefined || !users.includes(selfId)) continue;
    await unless("no_reaction", () => bot.api.call(done, "reactions.remove", { ...place, name }));
  }
}

export async function edit(bot: Bot, message: MessageRef, change: Pick<Delivery, "text" | "buttons">): Promise<void> {
  const text = renderMrkdwn(change.text ?? "");
  const blocks = buttonBlocks(text, change.buttons);
  await bot.api.call(done, "chat.update", {
    channel: await channelFor(bot, message.to),
    ts: message.messageId,
    text,
    // Blocks of before would go on hiding the text.
    blocks: blocks ?? [],
  });
}

export async function remove(bot: Bot, message: MessageRef): Promise<void> {
  await bot.api.call(done, "chat.delete", { channel: await channelFor(bot, message.to), ts: message.messageId });
}

/** Shows or takes away that an answer is being written, on the thread it goes into. Apps without the right do not show it. */
export async function setStatus(bot: Bot, chat: ChatPlace, status: "is typing..." | ""): Promise<void> {
  const thread = chat.threadId ?? bot.newest.get(chat.to);
  if (thread === undefined) return;
  const channel = await channelFor(bot, chat.to);
  await bot.api.lookUp(done, "assistant.threads.setStatus", { channel_id: channel, thread_ts: thread, status });
}

/** It is as it was asked for already. */
async function unless(code: string, change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (slackErrorCode(error instanceof Error ? error.cause : error) !== code) throw error;
  }
}
