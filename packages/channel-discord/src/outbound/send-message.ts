import { ChannelError, type Delivery, type SendResult } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { DiscordRefusal, discordCodes } from "../connection/discord-error.ts";
import { permissionsIn } from "../places/permissions.ts";
import type { Bot } from "../running/bot.ts";
import { channelFor } from "./direct-channel.ts";
import { messageBody } from "./message-body.ts";
import { readUpload } from "./read-upload.ts";

export const sentMessage = z.object({ id: z.string(), channel_id: z.string() });

/**
 * Sends one message: the text with the first file, further files each on its own.
 * @throws ChannelError with what Discord refused; missing permissions by their names
 */
export async function sendMessage(bot: Bot, delivery: Delivery): Promise<SendResult> {
  const { text = "", mediaUrls = [], poll, buttons = [] } = delivery;
  if (text.trim() === "" && mediaUrls.length === 0 && poll === undefined && buttons.length === 0) {
    throw new ChannelError("refused", "Message must be non-empty for Discord sends");
  }
  const [first, ...others] = mediaUrls;
  const parts: Delivery[] = [
    { ...delivery, mediaUrls: first === undefined ? [] : [first] },
    ...others.map((file, index) => bareFile(delivery, file, index + 1)),
  ];
  // Another attempt begins behind what arrived in the one before.
  const ids = [...((delivery.key === undefined ? undefined : bot.arrived.get(delivery.key)) ?? [])];
  let channelId: string | undefined;
  for (const part of parts.slice(ids.length)) {
    const sent = await sendPart(bot, part);
    ids.push(sent.id);
    channelId = sent.channel_id;
    if (delivery.key !== undefined && parts.length > 1) bot.arrived.set(delivery.key, [...ids]);
  }
  return {
    messageIds: ids,
    ...(ids[0] === undefined ? {} : { messageId: ids[0] }),
    ...(channelId === undefined ? {} : { chatId: channelId }),
  };
}

/** A further file of a message, without its text and what hangs on it. */
function bareFile(
  { text: _text, replyTo: _replyTo, buttons: _buttons, poll: _poll, key, ...rest }: Delivery,
  file: string,
  index: number,
): Delivery {
  return { ...rest, mediaUrls: [file], ...(key === undefined ? {} : { key: `${key.slice(0, 22)}-${index}` }) };
}

async function sendPart(bot: Bot, part: Delivery): Promise<z.output<typeof sentMessage>> {
  const { fetch, signal } = bot.context;
  const files = await Promise.all((part.mediaUrls ?? []).map((source) => readUpload(source, { fetch, signal })));
  const request = { body: messageBody(part), ...(files.length === 0 ? {} : { files }) };
  const answered = part.replyHandle === undefined ? undefined : await bot.replies.answer(part.replyHandle, request);
  if (answered?.sent !== undefined) return sentMessage.parse(answered.sent);
  // What only one person was meant to see goes to that person when the interaction has run out.
  const to = answered?.instead ?? part;
  const channelId = await channelFor(bot, to);
  try {
    return sentMessage.parse(await bot.api.call("POST", `/channels/${channelId}/messages`, { ...request, signal }));
  } catch (error) {
    throw await explain(bot, error, channelId, files.length > 0);
  }
}

const needed = ["ViewChannel", "SendMessages", "SendMessagesInThreads", "AttachFiles"] as const;

/** Says which permissions are missing where Discord only says that some are. */
async function explain(bot: Bot, error: unknown, channelId: string, hasFiles: boolean): Promise<unknown> {
  if (!(error instanceof DiscordRefusal) || error.discordCode !== discordCodes.missingPermissions) return error;
  const place = await bot.places.find(channelId);
  const relevant = needed.filter(
    (name) =>
      (name !== "AttachFiles" || hasFiles) &&
      (name !== "SendMessagesInThreads" || place?.kind === "thread") &&
      (name !== "SendMessages" || place?.kind !== "thread"),
  );
  const held = await permissionsIn(bot.api, channelId, bot.self.id).catch(() => undefined);
  const missing = held === undefined ? [] : relevant.filter((name) => !held.names.includes(name));
  const list = missing.length === 0 ? "" : `: ${missing.join(", ")}`;
  return new DiscordRefusal(
    "refused",
    `missing permissions in channel ${channelId}${list}. bot might be muted or blocked by role/channel overrides`,
    error,
  );
}
