import { z } from "zod";

// What Slack sends, as far as it is used. Everything else in it is left alone.

export const wireFile = z.object({
  id: z.string().default(""),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nullish(),
  mode: z.string().nullish(),
  url_private: z.string().nullish(),
  url_private_download: z.string().nullish(),
});
export type WireFile = z.output<typeof wireFile>;

const wireAttachment = z.object({
  text: z.string().nullish(),
  fallback: z.string().nullish(),
});

export const wireMessage = z.object({
  type: z.string().default("message"),
  subtype: z.string().optional(),
  channel: z.string().optional(),
  channel_type: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  username: z.string().optional(),
  bot_profile: z.object({ name: z.string().optional() }).optional(),
  text: z.string().nullish(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  parent_user_id: z.string().optional(),
  files: z.array(wireFile).nullish(),
  attachments: z.array(wireAttachment).nullish(),
});
export type WireMessage = z.output<typeof wireMessage>;

const inner = wireMessage.partial();

/** A message that was changed, deleted or shown in the channel too. */
export const wireMessageChange = z.object({
  subtype: z.enum(["message_changed", "message_deleted", "thread_broadcast"]),
  channel: z.string(),
  channel_type: z.string().optional(),
  user: z.string().optional(),
  ts: z.string(),
  event_ts: z.string().optional(),
  message: inner.optional(),
  previous_message: inner.optional(),
});
export type WireMessageChange = z.output<typeof wireMessageChange>;

export const wireReaction = z.object({
  type: z.enum(["reaction_added", "reaction_removed"]),
  user: z.string(),
  reaction: z.string(),
  item_user: z.string().optional(),
  item: z.object({ type: z.string(), channel: z.string().optional(), ts: z.string().optional() }),
});

export const wirePin = z.object({
  type: z.enum(["pin_added", "pin_removed"]),
  user: z.string().optional(),
  channel_id: z.string(),
  item: z.object({ message: z.object({ ts: z.string() }).optional() }).optional(),
});

export const wireMember = z.object({
  type: z.enum(["member_joined_channel", "member_left_channel"]),
  user: z.string(),
  channel: z.string(),
  channel_type: z.string().optional(),
});

export const wireNamedChannel = z.object({
  type: z.enum(["channel_created", "channel_rename", "group_rename"]),
  channel: z.object({ id: z.string(), name: z.string().optional() }),
});

export const wireMovedChannel = z.object({
  type: z.literal("channel_id_changed"),
  old_channel_id: z.string(),
  new_channel_id: z.string(),
});

/** The wrapping of every event. */
export const wireCallback = z.object({
  team_id: z.string().optional(),
  api_app_id: z.string().optional(),
  event: z.looseObject({ type: z.string() }),
  authorizations: z.array(z.object({ user_id: z.string().nullish(), is_bot: z.boolean().optional() })).nullish(),
});

export const wireUser = z.object({
  id: z.string(),
  name: z.string().optional(),
  real_name: z.string().nullish(),
  is_bot: z.boolean().optional(),
  deleted: z.boolean().optional(),
  tz: z.string().nullish(),
  profile: z
    .object({
      display_name: z.string().nullish(),
      real_name: z.string().nullish(),
      email: z.string().nullish(),
      title: z.string().nullish(),
    })
    .default({}),
});
export type WireUser = z.output<typeof wireUser>;

const described = z.object({ value: z.string().default("") }).nullish();
export const wireChannel = z.object({
  id: z.string(),
  name: z.string().nullish(),
  is_im: z.boolean().optional(),
  is_mpim: z.boolean().optional(),
  is_private: z.boolean().optional(),
  is_group: z.boolean().optional(),
  is_channel: z.boolean().optional(),
  is_archived: z.boolean().optional(),
  num_members: z.number().optional(),
  user: z.string().nullish(),
  topic: described,
  purpose: described,
});
export type WireChannel = z.output<typeof wireChannel>;

export const wireIdentity = z.object({
  user_id: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  team_id: z.string().optional(),
  team: z.string().optional(),
  app_id: z.string().optional(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});
export type WireIdentity = z.output<typeof wireIdentity>;
