import { z } from "zod";

// What this channel reads of Discord's payloads. Everything else is let through, and nothing else is relied on.

export const wireUser = z.object({
  id: z.string(),
  username: z.string(),
  global_name: z.string().nullish(),
  discriminator: z.string().nullish(),
  bot: z.boolean().nullish(),
});
export type WireUser = z.output<typeof wireUser>;

const wireAttachment = z.object({
  id: z.string(),
  filename: z.string(),
  url: z.string(),
  size: z.number().nullish(),
  content_type: z.string().nullish(),
});

const wireSticker = z.object({ id: z.string(), name: z.string(), format_type: z.number() });

/** The part of a message that a forward repeats. */
const wireBody = z.object({
  content: z.string().default(""),
  attachments: z.array(wireAttachment).default([]),
  embeds: z.array(z.object({ title: z.string().nullish(), description: z.string().nullish() })).default([]),
  sticker_items: z.array(wireSticker).default([]),
});
export type WireBody = z.output<typeof wireBody>;

const wireReference = z.object({
  type: z.number().nullish(),
  message_id: z.string().nullish(),
  channel_id: z.string().nullish(),
  guild_id: z.string().nullish(),
});

const plainMessage = wireBody.extend({
  id: z.string(),
  channel_id: z.string(),
  author: wireUser,
  timestamp: z.string(),
});

export const wireMessage = plainMessage.extend({
  type: z.number().default(0),
  guild_id: z.string().nullish(),
  webhook_id: z.string().nullish(),
  member: z.object({ nick: z.string().nullish(), roles: z.array(z.string()).default([]) }).nullish(),
  mentions: z.array(wireUser).default([]),
  mention_roles: z.array(z.string()).default([]),
  mention_everyone: z.boolean().default(false),
  message_reference: wireReference.nullish(),
  referenced_message: plainMessage.nullish(),
  message_snapshots: z.array(z.object({ message: wireBody })).default([]),
  pinned: z.boolean().default(false),
  reactions: z
    .array(
      z.object({
        me: z.boolean().default(false),
        count: z.number(),
        emoji: z.object({ id: z.string().nullish(), name: z.string().nullish() }),
      }),
    )
    .default([]),
});
export type WireMessage = z.output<typeof wireMessage>;

export const wireChannel = z.object({
  id: z.string(),
  type: z.number(),
  name: z.string().nullish(),
  guild_id: z.string().nullish(),
  parent_id: z.string().nullish(),
  topic: z.string().nullish(),
  owner_id: z.string().nullish(),
  recipients: z.array(wireUser).nullish(),
  permission_overwrites: z
    .array(z.object({ id: z.string(), type: z.number(), allow: z.string(), deny: z.string() }))
    .nullish(),
  thread_metadata: z.object({ archived: z.boolean().default(false) }).nullish(),
});
export type WireChannel = z.output<typeof wireChannel>;

export const wireGuild = z.object({
  id: z.string(),
  name: z.string().default(""),
  channels: z.array(z.unknown()).default([]),
  threads: z.array(z.unknown()).default([]),
});

export const wireReaction = z.object({
  user_id: z.string(),
  channel_id: z.string(),
  message_id: z.string(),
  guild_id: z.string().nullish(),
  member: z.object({ user: wireUser.nullish() }).nullish(),
  emoji: z.object({ id: z.string().nullish(), name: z.string().nullish() }),
});
export type WireReaction = z.output<typeof wireReaction>;

export const wirePresence = z.object({
  user: z.object({ id: z.string() }),
  status: z.string().default("offline"),
  activities: z
    .array(z.object({ name: z.string().default(""), type: z.number().default(0), state: z.string().nullish() }))
    .default([]),
});

type OptionValue = string | number | boolean;
export interface WireOption {
  name: string;
  type: number;
  value?: OptionValue | undefined;
  focused?: boolean | undefined;
  options?: WireOption[] | undefined;
}
const wireOption: z.ZodType<WireOption> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.number(),
    value: z.union([z.string(), z.number(), z.boolean()]).optional(),
    focused: z.boolean().optional(),
    options: z.array(wireOption).optional(),
  }),
);

export const wireInteraction = z.object({
  id: z.string(),
  application_id: z.string(),
  type: z.number(),
  token: z.string(),
  guild_id: z.string().nullish(),
  channel_id: z.string().nullish(),
  channel: wireChannel.partial().nullish(),
  member: z.object({ user: wireUser, roles: z.array(z.string()).default([]) }).nullish(),
  user: wireUser.nullish(),
  message: z.object({ id: z.string(), flags: z.number().optional() }).nullish(),
  data: z
    .object({
      name: z.string().optional(),
      custom_id: z.string().optional(),
      options: z.array(wireOption).optional(),
    })
    .nullish(),
});
export type WireInteraction = z.output<typeof wireInteraction>;
