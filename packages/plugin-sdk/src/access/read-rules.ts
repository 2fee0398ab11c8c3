import type {
  AllowList,
  DirectPolicyName,
  DirectRules,
  GroupPolicyName,
  GroupRules,
  PlaceToolRules,
} from "../channel/channel-access.ts";
import type { InboundChat } from "../channel/inbound-message.ts";

type Section = Readonly<Record<string, unknown>>;

/** Rules for private chats as most channels write them: `dmPolicy` and `allowFrom`, or all of it under `dm`. */
export function readDirectRules(config: Section): DirectRules {
  const dm = record(config.dm);
  if (dm?.enabled === false) return { policy: "disabled" };
  return {
    policy: directPolicy(config.dmPolicy) ?? directPolicy(dm?.policy),
    allowFrom: list(config.allowFrom) ?? list(dm?.allowFrom),
  };
}

/**
 * Rules for a group as most channels write them: `groups.<id>`, with `topics.<thread id>` inside it, else `groups."*"`.
 * As soon as `groups` has a key, other groups are not listed.
 */
export function readGroupRules(config: Section, chat: InboundChat): GroupRules {
  const groups = record(config.groups) ?? {};
  const found = findPlace(groups, [chat.peerId ?? chat.id, ...(chat.parentId === undefined ? [] : [chat.parentId])]);
  const group = found?.rules ?? {};
  const topics = record(group.topics) ?? {};
  const topic = (chat.threadId === undefined ? undefined : record(topics[chat.threadId])) ?? {};
  return {
    enabled: group.enabled !== false && topic.enabled !== false,
    listed: Object.keys(groups).length === 0 ? undefined : found !== undefined,
    policy: groupPolicy(topic.groupPolicy) ?? groupPolicy(group.groupPolicy) ?? groupPolicy(config.groupPolicy),
    senders: list(topic.allowFrom) ?? list(group.allowFrom),
    groupAllowFrom: groupSenders(config),
    requireMention:
      flag(topic.requireMention) ??
      flag(group.requireMention) ??
      flag(record(groups["*"])?.requireMention) ??
      flag(config.requireMention),
    toolRules: toolRules(group, record(groups["*"])),
    skills: strings(topic.skills) ?? strings(group.skills),
    systemPrompt: text(topic.systemPrompt) ?? text(group.systemPrompt),
    matched: found && { key: found.key, source: found.source },
  };
}

/** The senders all groups accept: `groupAllowFrom`, else an `allowFrom` with entries. */
export function groupSenders(config: Section): AllowList | undefined {
  const own = list(config.groupAllowFrom);
  if (own !== undefined) return own;
  const direct = list(config.allowFrom) ?? list(record(config.dm)?.allowFrom);
  return direct !== undefined && direct.length > 0 ? direct : undefined;
}

/** The first of some keys that a record of places has; the rest of them count as parents; then `"*"`. */
export function findPlace(
  places: Section,
  keys: readonly string[],
): { key: string; source: "direct" | "parent" | "wildcard"; rules: Record<string, unknown> } | undefined {
  for (const [index, key] of keys.entries()) {
    const rules = Object.hasOwn(places, key) ? record(places[key]) : undefined;
    if (rules) return { key, source: index === 0 ? "direct" : "parent", rules };
  }
  const wildcard = record(places["*"]);
  return wildcard && { key: "*", source: "wildcard", rules: wildcard };
}

/** The tool rules of places, the nearest first. */
export function toolRules(...places: readonly (Section | undefined)[]): PlaceToolRules[] {
  return places.flatMap((place) => {
    const bySender = record(place?.toolsBySender);
    const all = place?.tools;
    return bySender === undefined && all === undefined ? [] : [{ bySender, all }];
  });
}

const directPolicies: ReadonlySet<unknown> = new Set<DirectPolicyName>(["pairing", "allowlist", "open", "disabled"]);
const groupPolicies: ReadonlySet<unknown> = new Set<GroupPolicyName>(["open", "disabled", "allowlist"]);
const isDirectPolicy = (value: unknown): value is DirectPolicyName => directPolicies.has(value);
const isGroupPolicy = (value: unknown): value is GroupPolicyName => groupPolicies.has(value);
const directPolicy = (value: unknown) => (isDirectPolicy(value) ? value : undefined);
const groupPolicy = (value: unknown) => (isGroupPolicy(value) ? value : undefined);
const flag = (value: unknown) => (typeof value === "boolean" ? value : undefined);
const text = (value: unknown) => (typeof value === "string" && value.trim() !== "" ? value : undefined);
const strings = (value: unknown) =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : undefined;
const list = (value: unknown): AllowList | undefined =>
  Array.isArray(value)
    ? value.filter((each): each is string | number => typeof each === "string" || typeof each === "number")
    : undefined;
const record = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
