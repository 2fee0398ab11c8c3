import { ChannelError, type Delivery, type SendResult } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { Bot } from "../bot.ts";
import { answerCommand } from "../commands/command-replies.ts";
import { renderMrkdwn } from "../text/chunk-text.ts";
import { buttonBlocks } from "./message-blocks.ts";
import { channelFor, threadFor } from "./place.ts";
import { readUpload } from "./read-upload.ts";

const posted = z.object({ ts: z.string(), channel: z.string() });

/**
 * Sends one message; its files go with it as one upload.
 * @throws ChannelError with what Slack calls the problem
 */
export async function sendMessage(bot: Bot, delivery: Delivery): Promise<SendResult> {
  const { text = "", mediaUrls = [], buttons, poll, card } = delivery;
  if (poll !== undefined) throw new ChannelError("unsupported", "Slack has no polls");
  if (card !== undefined) throw new ChannelError("unsupported", "Slack shows no Adaptive Cards");
  if (text.trim() === "" && mediaUrls.length === 0 && !buttons?.length) {
    throw new ChannelError("refused", "Slack send requires text or media");
  }
  const rendered = renderMrkdwn(text);
  const answer =
    delivery.replyHandle === undefined
      ? undefined
      : await answerCommand(bot, delivery.replyHandle, { text: rendered, files: mediaUrls, buttons });
  if (answer?.sent) return {};
  // What only one person was meant to see does not go into the channel.
  const channel = await channelFor(bot, answer?.to ?? delivery.to);
  const thread = answer?.to === undefined ? threadFor(delivery) : undefined;
  if (mediaUrls.length > 0) return upload(bot, { channel, thread, text: rendered, files: mediaUrls });
  const blocks = buttonBlocks(rendered, buttons);
  const sent = await bot.api.call(posted, "chat.postMessage", {
    channel,
    // Without a text there is nothing to notify with, and nothing to read aloud.
    text: rendered || "Please choose",
    ...(thread === undefined ? {} : { thread_ts: thread }),
    ...(blocks === undefined ? {} : { blocks }),
  });
  return { messageId: sent.ts, chatId: sent.channel, ...(thread === undefined ? {} : { threadId: thread }) };
}

const uploaded = z.object({
  files: z
    .array(
      z.object({
        files: z
          .array(
            z.object({
              shares: z
                .record(z.string(), z.record(z.string(), z.array(z.object({ ts: z.string().optional() }))))
                .optional(),
            }),
          )
          .optional(),
      }),
    )
    .default([]),
});

/** Slack makes the message once all files are there: it comes whole or not at all. */
async function upload(
  bot: Bot,
  {
    channel,
    thread,
    text,
    files,
  }: { channel: string; thread: string | undefined; text: string; files: readonly string[] },
): Promise<SendResult> {
  const { context, api } = bot;
  const maxBytes = context.account.settings.mediaMaxMb * 1024 * 1024;
  const read = await Promise.all(
    files.map((source) => readUpload(source, { fetch: context.fetch, signal: context.signal, maxBytes })),
  );
  const place = { channel_id: channel, ...(text === "" ? {} : { initial_comment: text }) };
  const file_uploads = read.map(({ name, data }) => ({ file: data, filename: name }));
  const done = await api.upload(
    thread === undefined ? { ...place, file_uploads } : { ...place, file_uploads, thread_ts: thread },
  );
  const [message] = uploaded
    .parse(done)
    .files.flatMap((each) => each.files ?? [])
    .flatMap(({ shares = {} }) => Object.values(shares).flatMap((byChannel) => byChannel[channel] ?? []))
    .flatMap(({ ts }) => (ts === undefined ? [] : [ts]));
  return { chatId: channel, ...(message === undefined ? {} : { messageId: message }) };
}
