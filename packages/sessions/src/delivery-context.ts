import { type ChatType, normalizeChannelId } from "./session-key.ts";

/** Where the replies of a session go. */
export interface DeliveryContext {
  channel?: string;
  to?: string;
  accountId?: string;
  threadId?: string | number;
}

/** Where a session came from. */
export interface SessionOrigin {
  label?: string;
  provider?: string;
  surface?: string;
  chatType?: string;
  from?: string;
  to?: string;
  accountId?: string;
  threadId?: string | number;
  [key: string]: unknown;
}

/** The mirror of the delivery context that older clients read. */
export interface LastRoute {
  lastChannel?: string;
  lastTo?: string;
  lastAccountId?: string;
  lastThreadId?: string | number;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.trim() || undefined : undefined;
}

function thread(value: unknown): string | number | undefined {
  return typeof value === "number" ? (Number.isFinite(value) ? Math.trunc(value) : undefined) : text(value);
}

/** Trims every field; undefined when nothing is left. */
export function normalizeDeliveryContext(value: {
  channel?: unknown;
  to?: unknown;
  accountId?: unknown;
  threadId?: unknown;
}): DeliveryContext | undefined {
  const channel = normalizeChannelId(text(value.channel));
  const to = text(value.to);
  const accountId = text(value.accountId);
  const threadId = thread(value.threadId);
  if (!channel && !to && !accountId && threadId === undefined) return undefined;
  return {
    ...(channel ? { channel } : {}),
    ...(to ? { to } : {}),
    ...(accountId ? { accountId } : {}),
    ...(threadId === undefined ? {} : { threadId }),
  };
}

/** Field by field, new before old. An update that names a channel or target without a thread leaves the old thread. */
export function mergeDeliveryContext(
  old: DeliveryContext | undefined,
  update: DeliveryContext | undefined,
): DeliveryContext | undefined {
  const next = update ? normalizeDeliveryContext(update) : undefined;
  const base = old ? normalizeDeliveryContext(old) : undefined;
  if (!next) return base;
  const merged = { ...base, ...next };
  if ((next.channel || next.to) && next.threadId === undefined) delete merged.threadId;
  return merged;
}

/** A delivery context and its mirror; an undefined field is one to remove. */
export interface DeliveryFields {
  deliveryContext: DeliveryContext | undefined;
  lastChannel: string | undefined;
  lastTo: string | undefined;
  lastAccountId: string | undefined;
  lastThreadId: string | number | undefined;
}

/** The fields of an entry that carry one delivery context: the context itself and its mirror. */
export function deliveryFields(context: DeliveryContext | undefined): DeliveryFields {
  return {
    deliveryContext: context,
    lastChannel: context?.channel,
    lastTo: context?.to,
    lastAccountId: context?.accountId,
    lastThreadId: context?.threadId,
  };
}

/** The delivery context an entry holds, in either form. */
export function deliveryContextOf(entry: LastRoute & { deliveryContext?: unknown }): DeliveryContext | undefined {
  const own = entry.deliveryContext;
  const mirror = normalizeDeliveryContext({
    channel: entry.lastChannel,
    to: entry.lastTo,
    accountId: entry.lastAccountId,
    threadId: entry.lastThreadId,
  });
  if (typeof own !== "object" || own === null) return mirror;
  return mergeDeliveryContext(mirror, own);
}

/** Each field is replaced only by a non-empty value. */
export function mergeOrigin(
  old: SessionOrigin | undefined,
  update: SessionOrigin | undefined,
): SessionOrigin | undefined {
  if (!update) return old;
  const merged: SessionOrigin = { ...old };
  for (const [field, value] of Object.entries(update)) {
    const clean = typeof value === "string" ? text(value) : value;
    if (clean !== undefined && clean !== null) merged[field] = clean;
  }
  return Object.keys(merged).length > 0 ? merged : undefined;
}

/** A group message as far as the metadata of its session depends on it. */
export interface GroupMessageInfo {
  chatType: Exclude<ChatType, "direct">;
  channel: string;
  groupId?: string;
  /** Name of the channel when the platform has named channels. */
  channelName?: string;
  subject?: string;
  space?: string;
  /** The platform has channels, so that a subject `#x` is a channel name. */
  hasChannels?: boolean;
}

/** The group fields of an entry. */
export interface GroupMetadata {
  chatType: Exclude<ChatType, "direct">;
  channel?: string;
  groupId?: string;
  groupChannel?: string;
  subject?: string;
  space?: string;
  displayName?: string;
}

export function groupMetadata(info: GroupMessageInfo): GroupMetadata {
  const channel = normalizeChannelId(info.channel);
  const subject = text(info.subject);
  const groupChannel = text(info.channelName) ?? (info.hasChannels && subject?.startsWith("#") ? subject : undefined);
  const plainSubject = groupChannel === subject ? undefined : subject;
  const groupId = text(info.groupId);
  const space = text(info.space);
  const displayName = channel
    ? groupDisplayName({ channel, groupChannel, subject: plainSubject, space, groupId })
    : undefined;
  return {
    chatType: info.chatType,
    ...(channel ? { channel } : {}),
    ...(groupId ? { groupId } : {}),
    ...(groupChannel ? { groupChannel } : {}),
    ...(plainSubject ? { subject: plainSubject } : {}),
    ...(space ? { space } : {}),
    ...(displayName ? { displayName } : {}),
  };
}

/** `<channel>:<token>`, the token made of the space and channel, the subject or the (shortened) id. */
export function groupDisplayName(group: {
  channel: string;
  groupChannel?: string | undefined;
  subject?: string | undefined;
  space?: string | undefined;
  groupId?: string | undefined;
}): string | undefined {
  const named = group.groupChannel
    ? group.space
      ? `${group.space}${group.groupChannel.startsWith("#") ? "" : "#"}${group.groupChannel}`
      : group.groupChannel
    : group.subject;
  const token = cleanToken(named) || shortenId(cleanToken(group.groupId));
  if (!token) return undefined;
  const plain = !/^[#@]/.test(token) && !token.includes("#") && !token.startsWith("g-");
  return `${group.channel}:${plain ? `g-${token}` : token}`;
}

function cleanToken(value: string | undefined): string {
  return (value ?? "")
    .trim()
    .toLowerCase()
    .replace(/\s+/g, "-")
    .replace(/[^a-z0-9#@._+-]+/g, "-")
    .replace(/-{2,}/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
}

function shortenId(id: string): string {
  return id.length > 14 ? `${id.slice(0, 6)}...${id.slice(-4)}` : id;
}
