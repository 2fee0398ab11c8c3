import { ChannelType, GuildScheduledEventEntityType, GuildScheduledEventPrivacyLevel } from "discord-api-types/v10";
import { z } from "zod";
import {
  type ActionCall,
  type ActionTable,
  channelOf,
  flagParam,
  guildOf,
  idParam,
  numberParam,
  readParams,
  textParam,
} from "./params.ts";

const anything = z.record(z.string(), z.unknown());
const userParam = z.object({ userId: idParam });

/** What a guild consists of: members, roles, channels, events. Answers are shown as Discord gives them. */
export const guildActions: ActionTable = {
  async "member-info"(call) {
    const { userId } = readParams(call, userParam);
    const member = await call.bot.api.get(anything, `/guilds/${await guildOf(call)}/members/${userId}`);
    const presence = call.bot.presences.get(userId);
    return { ok: true, member, ...(presence === undefined ? {} : { presence }) };
  },

  async "role-info"(call) {
    const { roleId } = readParams(call, z.object({ roleId: idParam.optional() }));
    const roles = await call.bot.api.get(z.array(anything), `/guilds/${await guildOf(call)}/roles`);
    return { ok: true, roles: roleId === undefined ? roles : roles.filter(({ id }) => id === roleId) };
  },

  async "emoji-list"(call) {
    return { ok: true, emojis: await call.bot.api.get(z.array(anything), `/guilds/${await guildOf(call)}/emojis`) };
  },

  async "channel-info"(call) {
    return { ok: true, channel: await call.bot.api.get(anything, `/channels/${await channelOf(call)}`) };
  },

  async "channel-list"(call) {
    return { ok: true, channels: await call.bot.api.get(z.array(anything), `/guilds/${await guildOf(call)}/channels`) };
  },

  async "channel-create"(call) {
    const { name, type, ...rest } = readParams(
      call,
      placement.extend({ name: textParam, type: numberParam.int().optional() }),
    );
    const body = { name, type: type ?? ChannelType.GuildText, ...placed(rest) };
    return { ok: true, channel: await change(call, "POST", `/guilds/${await guildOf(call)}/channels`, body) };
  },

  async "channel-edit"(call) {
    const { name, rateLimitPerUser, ...rest } = readParams(
      call,
      placement.extend({ name: textParam.optional(), rateLimitPerUser: numberParam.int().min(0).optional() }),
    );
    const body = { name, rate_limit_per_user: rateLimitPerUser, ...placed(rest) };
    return { ok: true, channel: await change(call, "PATCH", `/channels/${await channelOf(call)}`, body) };
  },

  async "channel-delete"(call) {
    await change(call, "DELETE", `/channels/${await channelOf(call)}`);
    return { ok: true };
  },

  async "channel-move"(call) {
    const { parentId, clearParent, position } = readParams(call, placement);
    const id = await channelOf(call);
    const parent = clearParent ? null : parentId;
    await change(call, "PATCH", `/guilds/${await guildOf(call)}/channels`, [{ id, parent_id: parent, position }]);
    return { ok: true };
  },

  async "category-create"(call) {
    const { name, position } = readParams(call, z.object({ name: textParam, position: numberParam.int().optional() }));
    const body = { name, type: ChannelType.GuildCategory, position };
    return { ok: true, category: await change(call, "POST", `/guilds/${await guildOf(call)}/channels`, body) };
  },

  async "category-edit"(call) {
    const { categoryId, name, position } = readParams(
      call,
      z.object({ categoryId: idParam, name: textParam.optional(), position: numberParam.int().optional() }),
    );
    return { ok: true, category: await change(call, "PATCH", `/channels/${categoryId}`, { name, position }) };
  },

  async "category-delete"(call) {
    const { categoryId } = readParams(call, z.object({ categoryId: idParam }));
    await change(call, "DELETE", `/channels/${categoryId}`);
    return { ok: true };
  },

  async "voice-status"(call) {
    const { userId } = readParams(call, userParam);
    return {
      ok: true,
      voice: await call.bot.api.get(anything, `/guilds/${await guildOf(call)}/voice-states/${userId}`),
    };
  },

  async "event-list"(call) {
    const route = `/guilds/${await guildOf(call)}/scheduled-events` as const;
    return { ok: true, events: await call.bot.api.get(z.array(anything), route) };
  },

  async "event-create"(call) {
    const { eventName, startTime, endTime, desc, channelId, location, eventType } = readParams(call, eventParams);
    const kind = eventType ?? (channelId === undefined ? "external" : "voice");
    const body = {
      name: eventName,
      description: desc,
      scheduled_start_time: startTime,
      scheduled_end_time: endTime,
      channel_id: kind === "external" ? undefined : channelId,
      entity_metadata: location === undefined ? undefined : { location },
      entity_type: eventKinds[kind],
      privacy_level: GuildScheduledEventPrivacyLevel.GuildOnly,
    };
    return { ok: true, event: await change(call, "POST", `/guilds/${await guildOf(call)}/scheduled-events`, body) };
  },
};

const placement = z.object({
  parentId: idParam.optional(),
  /** Takes the channel out of its category. */
  clearParent: flagParam.optional(),
  topic: z.string().optional(),
  position: numberParam.int().optional(),
  nsfw: flagParam.optional(),
});

function placed({ parentId, clearParent, topic, position, nsfw }: z.output<typeof placement>) {
  return { parent_id: clearParent ? null : parentId, topic, position, nsfw };
}

const eventKinds = {
  stage: GuildScheduledEventEntityType.StageInstance,
  voice: GuildScheduledEventEntityType.Voice,
  external: GuildScheduledEventEntityType.External,
} as const;

const timeParam = textParam
  .refine((text) => !Number.isNaN(Date.parse(text)), "is not a time")
  .transform((text) => new Date(text).toISOString());
const eventParams = z.object({
  eventName: textParam,
  startTime: timeParam,
  endTime: timeParam.optional(),
  desc: z.string().optional(),
  channelId: idParam.optional(),
  location: z.string().optional(),
  eventType: z.enum(["stage", "voice", "external"]).optional(),
});

async function change(
  { bot, action }: ActionCall,
  method: "POST" | "PATCH" | "DELETE",
  route: `/${string}`,
  body?: unknown,
): Promise<unknown> {
  return bot.api.call(method, route, { signal: action.signal, ...(body === undefined ? {} : { body }) });
}
