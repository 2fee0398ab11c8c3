import { PermissionFlagsBits } from "discord-api-types/v10";
import { z } from "zod";
import type { DiscordApi } from "../connection/discord-api.ts";
import { wireChannel } from "../inbound/wire.ts";

export type PermissionName = keyof typeof PermissionFlagsBits;

const wireRoles = z.array(z.object({ id: z.string(), permissions: z.string() }));
const wireMember = z.object({ roles: z.array(z.string()) });
const wireOwner = z.object({ owner_id: z.string() });

/**
 * The bot's permissions in one guild channel or thread, by name; undefined for private chats.
 * @throws ChannelError when Discord does not show the channel
 */
export async function permissionsIn(
  api: Pick<DiscordApi, "get">,
  channelId: string,
  selfId: string,
): Promise<{ guildId: string; names: PermissionName[]; bits: string } | undefined> {
  const channel = await api.get(wireChannel, `/channels/${channelId}`);
  const guildId = channel.guild_id;
  if (!guildId) return undefined;
  const isThread = channel.thread_metadata !== undefined && channel.thread_metadata !== null;
  const [guild, roles, member, parent] = await Promise.all([
    api.get(wireOwner, `/guilds/${guildId}`),
    api.get(wireRoles, `/guilds/${guildId}/roles`),
    api.get(wireMember, `/guilds/${guildId}/members/${selfId}`),
    // A thread has the overwrites of its channel.
    isThread && channel.parent_id ? api.get(wireChannel, `/channels/${channel.parent_id}`) : channel,
  ]);
  const bits = permissionBits({
    isOwner: guild.owner_id === selfId,
    guildId,
    selfId,
    memberRoles: member.roles,
    roles,
    overwrites: parent.permission_overwrites ?? [],
  });
  return { guildId, bits: String(bits), names: permissionNames(bits) };
}

export interface PermissionFacts {
  isOwner: boolean;
  guildId: string;
  selfId: string;
  memberRoles: readonly string[];
  roles: readonly { id: string; permissions: string }[];
  overwrites: readonly { id: string; allow: string; deny: string }[];
}

/** Roles together, then the overwrites for everybody, for the member's roles and for the member, in Discord's order. */
export function permissionBits(facts: PermissionFacts): bigint {
  const all = Object.values(PermissionFlagsBits).reduce((sum, bit) => sum | bit, 0n);
  if (facts.isOwner) return all;
  const mine = new Set([facts.guildId, ...facts.memberRoles]);
  const base = facts.roles.filter(({ id }) => mine.has(id)).reduce((sum, role) => sum | BigInt(role.permissions), 0n);
  if (base & PermissionFlagsBits.Administrator) return all;
  const rounds = [
    facts.overwrites.filter(({ id }) => id === facts.guildId),
    facts.overwrites.filter(({ id }) => id !== facts.guildId && mine.has(id)),
    facts.overwrites.filter(({ id }) => id === facts.selfId),
  ];
  return rounds.reduce((bits, round) => {
    const deny = round.reduce((sum, { deny }) => sum | BigInt(deny), 0n);
    const allow = round.reduce((sum, { allow }) => sum | BigInt(allow), 0n);
    return (bits & ~deny) | allow;
  }, base);
}

export function permissionNames(bits: bigint): PermissionName[] {
  return permissionEntries.flatMap(([name, bit]) => ((bits & bit) === bit ? [name] : []));
}

const isPermissionName = (name: string): name is PermissionName => name in PermissionFlagsBits;
const permissionEntries = Object.entries(PermissionFlagsBits).flatMap(([name, bit]) =>
  isPermissionName(name) ? [[name, bit] as const] : [],
);
