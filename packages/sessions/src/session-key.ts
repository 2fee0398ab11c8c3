import { SessionError } from "./session-error.ts";

const validAgentId = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const threadMarker = /:(?:thread|topic):/g;

/** What canonical keys depend on besides the key itself. */
export interface KeyContext {
  /** Agent that owns keys without an agent part. */
  defaultAgentId: string;
  /** `session.mainKey`; `main` when absent. */
  mainKey?: string;
  /** `session.scope`; `global` folds the main session and its aliases into the key `global`. */
  scope?: "per-sender" | "global";
}

/** `agent:<agentId>:<rest>` taken apart. */
export interface ParsedSessionKey {
  agentId: string;
  rest: string;
}

/** How direct messages are grouped into sessions (`session.dmScope`). */
export type DmScope = "main" | "per-peer" | "per-channel-peer" | "per-account-channel-peer";

export type ChatType = "direct" | "group" | "channel";

export type SessionKind = "direct" | "group" | "global" | "unknown";

function normalizeId(id: string | undefined, fallback: string): string {
  const text = (id ?? "").trim().toLowerCase();
  if (validAgentId.test(text)) return text;
  const cleaned = text
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
  return cleaned || fallback;
}

/** Lowercases an agent id and replaces what an id cannot hold; `main` when nothing is left. */
export function normalizeAgentId(id: string | undefined): string {
  return normalizeId(id, "main");
}

/** Same rule as for agent ids; `default` when nothing is left. */
export function normalizeAccountId(id: string | undefined): string {
  return normalizeId(id, "default");
}

/** Lowercased `session.mainKey`, `main` when unset. */
export function normalizeMainKey(mainKey: string | undefined): string {
  return (mainKey ?? "").trim().toLowerCase() || "main";
}

/** Takes `agent:<id>:<rest>` apart; undefined for any other form. */
export function parseSessionKey(key: string): ParsedSessionKey | undefined {
  const parts = key.trim().split(":");
  const [prefix, agentId, ...rest] = parts;
  if (prefix?.toLowerCase() !== "agent" || !agentId || !rest[0]) return undefined;
  return { agentId, rest: rest.join(":") };
}

/** The agent a key belongs to; keys without an agent part belong to the default agent. */
export function agentIdOfKey(key: string, defaultAgentId: string): string {
  return normalizeAgentId(parseSessionKey(key)?.agentId ?? defaultAgentId);
}

/** The main session of an agent (`agent:<agent>:<mainKey>`), or `global` when the scope is global. */
export function mainSessionKey(context: KeyContext, agentId: string = context.defaultAgentId): string {
  if (context.scope === "global") return "global";
  return `agent:${normalizeAgentId(agentId)}:${normalizeMainKey(context.mainKey)}`;
}

/**
 * The one name under which a session is stored. Accepts aliases of the main session (`main`, the configured main
 * key, both with or without the agent part), bare keys and full keys.
 *
 * @throws SessionError `invalid-key` for an empty key and for `agent:` followed by too few parts.
 */
export function canonicalSessionKey(key: string, context: KeyContext): string {
  const text = key.trim();
  if (!text) throw new SessionError("invalid-key", "key required");
  if (text === "global" || text === "unknown") return text;
  const mainKey = normalizeMainKey(context.mainKey);
  const isMainAlias = (name: string) => name.toLowerCase() === "main" || name.toLowerCase() === mainKey;
  if (/^agent:/i.test(text)) {
    const parsed = parseSessionKey(text);
    if (!parsed) throw new SessionError("invalid-key", `malformed session key: ${text}`);
    return isMainAlias(parsed.rest) ? mainSessionKey(context, parsed.agentId) : text;
  }
  if (isMainAlias(text)) return mainSessionKey(context);
  return `agent:${normalizeAgentId(context.defaultAgentId)}:${text}`;
}

/** Key for people and tools to read: the main session prints as `main`, others whole. */
export function displaySessionKey(key: string, context: KeyContext): string {
  return key === mainSessionKey(context) ? "main" : key;
}

/** The part after `agent:<id>:`, or the whole key. */
export function sessionKeyRest(key: string): string {
  return parseSessionKey(key)?.rest ?? key.trim();
}

export function isSubagentKey(key: string): boolean {
  return sessionKeyRest(key).toLowerCase().startsWith("subagent:");
}

export function isAcpKey(key: string): boolean {
  return sessionKeyRest(key).toLowerCase().startsWith("acp:");
}

export function isGroupKey(key: string): boolean {
  return key.includes(":group:") || key.includes(":channel:");
}

export function isThreadKey(key: string): boolean {
  return key.includes(":thread:") || key.includes(":topic:");
}

/** The key of the conversation a thread hangs under; undefined when the key names no thread. */
export function parentOfThreadKey(key: string): string | undefined {
  const last = [...key.matchAll(threadMarker)].at(-1);
  return last && last.index > 0 ? key.slice(0, last.index) : undefined;
}

/** The record one cron run leaves behind (`cron:<job>:run:<id>`); these are never listed. */
export function isCronRunKey(key: string): boolean {
  return /^cron:[^:]+:run:[^:]+/.test(sessionKeyRest(key));
}

/** `chatType` of the entry decides before the form of the key. */
export function sessionKind(key: string, entry?: { chatType?: string }): SessionKind {
  if (key === "global" || key === "unknown") return key;
  if (entry?.chatType === "group" || entry?.chatType === "channel" || isGroupKey(key)) return "group";
  return "direct";
}

/**
 * Normal form of a channel id in keys and comparisons: trimmed, lowercase; empty becomes undefined.
 */
export function normalizeChannelId(channel: string | undefined): string | undefined {
  return channel?.trim().toLowerCase() || undefined;
}

/** Name → ids such as `telegram:123` (`session.identityLinks`). */
export type IdentityLinks = Record<string, readonly string[]>;

/** The canonical name a peer is linked to, lowercased; undefined when no link names it. First name in order wins. */
export function linkedIdentity(links: IdentityLinks | undefined, channel: string, peerId: string): string | undefined {
  if (!links) return undefined;
  const peer = peerId.trim().toLowerCase();
  const candidates = [peer, `${channel.trim().toLowerCase()}:${peer}`];
  for (const [name, ids] of Object.entries(links)) {
    if (ids.some((id) => candidates.includes(id.trim().toLowerCase()))) return name.trim().toLowerCase() || undefined;
  }
  return undefined;
}

/** Where a message came from, as far as its session key depends on it. */
export type PeerAddress =
  | { kind: "direct"; channel: string; accountId?: string; peerId?: string; threadId?: string }
  | { kind: "group" | "channel"; channel: string; peerId?: string; threadId?: string; topicId?: string };

export interface PeerKeyOptions extends KeyContext {
  agentId: string;
  dmScope?: DmScope;
  identityLinks?: IdentityLinks;
}

/**
 * The session key of a channel message. A `topicId` appends `:topic:<id>`, a `threadId` appends `:thread:<id>`;
 * channels whose threads share the conversation of their parent leave both out.
 */
export function peerSessionKey(address: PeerAddress, options: PeerKeyOptions): string {
  const agent = normalizeAgentId(options.agentId);
  const thread = (address.threadId ?? "").trim().toLowerCase();
  const suffix = thread ? `:thread:${thread}` : "";
  if (address.kind !== "direct") {
    const channel = normalizeChannelId(address.channel) ?? "unknown";
    const id = (address.peerId ?? "").trim().toLowerCase() || "unknown";
    const topic = (address.topicId ?? "").trim().toLowerCase();
    return `agent:${agent}:${channel}:${address.kind}:${id}${topic ? `:topic:${topic}` : ""}${suffix}`;
  }
  if (options.scope === "global") return "global";
  return `${directSessionKey(address, options, agent)}${suffix}`;
}

function directSessionKey(address: PeerAddress & { kind: "direct" }, options: PeerKeyOptions, agent: string): string {
  const dmScope = options.dmScope ?? "main";
  const rawPeer = (address.peerId ?? "").trim().toLowerCase();
  if (dmScope === "main" || !rawPeer) return mainSessionKey(options, agent);
  const channel = normalizeChannelId(address.channel) ?? "unknown";
  const peer = linkedIdentity(options.identityLinks, channel, rawPeer) ?? rawPeer;
  switch (dmScope) {
    case "per-peer":
      return `agent:${agent}:direct:${peer}`;
    case "per-channel-peer":
      return `agent:${agent}:${channel}:direct:${peer}`;
    case "per-account-channel-peer":
      return `agent:${agent}:${channel}:${normalizeAccountId(address.accountId)}:direct:${peer}`;
    default: {
      const never: never = dmScope;
      throw new SessionError("invalid-key", `unknown session.dmScope: ${String(never)}`);
    }
  }
}
