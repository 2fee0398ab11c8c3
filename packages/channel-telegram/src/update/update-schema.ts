import { z } from "zod";

// What is used of the Bot API's types (https://core.telegram.org/bots/api#available-types), read leniently: fields that are
// not named here pass, and an update that cannot be read is dropped alone.

const user = z.object({
  id: z.number(),
  is_bot: z.boolean().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
});

const chat = z.object({
  id: z.number(),
  type: z.enum(["private", "group", "supergroup", "channel"]),
  title: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  is_forum: z.boolean().optional(),
});

const entity = z.object({
  type: z.string(),
  offset: z.number().int().nonnegative(),
  length: z.number().int().nonnegative(),
  url: z.string().optional(),
  user: user.optional(),
});

const file = z.object({
  file_id: z.string(),
  file_unique_id: z.string().optional(),
  file_size: z.number().optional(),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
});

const photo = file.extend({ width: z.number().optional(), height: z.number().optional() });

const sticker = file.extend({
  emoji: z.string().optional(),
  set_name: z.string().optional(),
  is_animated: z.boolean().optional(),
  is_video: z.boolean().optional(),
});

const location = z.object({
  latitude: z.number(),
  longitude: z.number(),
  horizontal_accuracy: z.number().optional(),
  live_period: z.number().optional(),
});

const venue = z.object({ location, title: z.string(), address: z.string().optional() });

const origin = z.discriminatedUnion("type", [
  z.object({ type: z.literal("user"), date: z.number(), sender_user: user }),
  z.object({ type: z.literal("hidden_user"), date: z.number(), sender_user_name: z.string() }),
  z.object({
    type: z.literal("chat"),
    date: z.number(),
    sender_chat: chat,
    author_signature: z.string().optional(),
  }),
  z.object({
    type: z.literal("channel"),
    date: z.number(),
    chat,
    message_id: z.number(),
    author_signature: z.string().optional(),
  }),
]);

/** What a message contains, whether it was sent or is only shown as answered. */
const content = {
  text: z.string().optional(),
  caption: z.string().optional(),
  entities: z.array(entity).optional(),
  caption_entities: z.array(entity).optional(),
  photo: z.array(photo).optional(),
  video: file.optional(),
  video_note: file.optional(),
  animation: file.optional(),
  audio: file.optional(),
  voice: file.optional(),
  document: file.optional(),
  sticker: sticker.optional(),
  location: location.optional(),
  venue: venue.optional(),
};

const repliedMessage = z.object({
  message_id: z.number().optional(),
  from: user.optional(),
  sender_chat: chat.optional(),
  forum_topic_created: z.unknown().optional(),
  ...content,
});

const externalReply = z.object({
  origin: origin.optional(),
  chat: chat.optional(),
  message_id: z.number().optional(),
  ...content,
});

const message = z.object({
  message_id: z.number(),
  date: z.number(),
  chat,
  from: user.optional(),
  sender_chat: chat.optional(),
  author_signature: z.string().optional(),
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().optional(),
  media_group_id: z.string().optional(),
  reply_to_message: repliedMessage.optional(),
  external_reply: externalReply.optional(),
  quote: z.object({ text: z.string() }).optional(),
  forward_origin: origin.optional().catch(undefined),
  migrate_to_chat_id: z.number().optional(),
  ...content,
});

const callbackQuery = z.object({
  id: z.string(),
  from: user,
  data: z.string().optional(),
  // A message that became inaccessible has date 0 and little else; the chat and its id are always there.
  message: z
    .object({
      message_id: z.number(),
      chat,
      message_thread_id: z.number().optional(),
      is_topic_message: z.boolean().optional(),
    })
    .optional(),
});

const reaction = z.object({ type: z.string(), emoji: z.string().optional() });

const messageReaction = z.object({
  chat,
  message_id: z.number(),
  user: user.optional(),
  date: z.number(),
  old_reaction: z.array(reaction),
  new_reaction: z.array(reaction),
});

const updateSchema = z.object({
  update_id: z.number().int(),
  message: message.optional(),
  callback_query: callbackQuery.optional(),
  message_reaction: messageReaction.optional(),
});

export type TelegramUser = z.output<typeof user>;
export type TelegramChat = z.output<typeof chat>;
export type TelegramMessage = z.output<typeof message>;
export type TelegramEntity = z.output<typeof entity>;
export type ForwardSource = z.output<typeof origin>;
export type CallbackQuery = z.output<typeof callbackQuery>;
export type MessageReaction = z.output<typeof messageReaction>;

/** Anything a message can hold, in whatever form it is met. */
export type MessageContent = Pick<TelegramMessage, keyof typeof content>;

/** An update in a form that can be worked with. */
export type TelegramUpdate = z.output<typeof updateSchema>;

/** Reads an update; undefined, with the reason, for one that has another shape. */
export function readUpdate(raw: unknown): { update: TelegramUpdate } | { problem: string } {
  const read = updateSchema.safeParse(raw);
  if (read.success) return { update: read.data };
  const [issue] = read.error.issues;
  return { problem: `${issue?.path.join(".") ?? "update"}: ${issue?.message ?? "not readable"}` };
}

/** The id of an update that may be unreadable otherwise. */
export function updateIdOf(raw: unknown): number | undefined {
  const read = z.object({ update_id: z.number().int() }).safeParse(raw);
  return read.success ? read.data.update_id : undefined;
}
