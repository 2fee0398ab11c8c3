import { type DeliveryContext, deliveryContextOf, deliveryFields, type SessionOrigin } from "./delivery-context.ts";
import type { ChatType } from "./session-key.ts";

export type ThinkingLevel = "off" | "minimal" | "low" | "medium" | "high" | "xhigh";

/** What runs may do in the place a session is about: a group, a room or a topic. */
export interface PlaceRules {
  /** Tool rules, the nearest first: by sender, and for everybody else. */
  tools?: readonly { bySender?: Readonly<Record<string, unknown>> | undefined; all?: unknown }[];
  /** Names of the skills there are; all when absent. */
  skills?: readonly string[];
}

/** The record of one session key. Times in ms since the epoch, counts in tokens; unknown fields are kept. */
export interface SessionEntry {
  /** Id of the current transcript; changes at every reset. */
  sessionId: string;
  updatedAt: number;
  /** Absolute path of the transcript; authoritative when set. */
  sessionFile?: string;
  /** Parent session of a subagent; never changes once set. */
  spawnedBy?: string;
  /** The session this one was begun from: the channel of a thread whose key does not name it, or a dashboard's choice. */
  parentSessionKey?: string;
  /** A session whose summary this one's conversation still has to begin with. */
  parentToSummarize?: string;
  systemSent?: boolean;
  /** The last run was stopped by the user. */
  abortedLastRun?: boolean;
  chatType?: ChatType;
  thinkingLevel?: string;
  verboseLevel?: string;
  reasoningLevel?: string;
  elevatedLevel?: string;
  ttsAuto?: string;
  execHost?: string;
  execSecurity?: string;
  execAsk?: string;
  execNode?: string;
  responseUsage?: "off" | "tokens" | "full" | "on";
  providerOverride?: string;
  modelOverride?: string;
  authProfileOverride?: string;
  authProfileOverrideSource?: "auto" | "user";
  authProfileOverrideCompactionCount?: number;
  /** The model that answered in place of the session's own, when its user was told so. */
  fallbackNoticeModel?: string;
  groupActivation?: "mention" | "always";
  groupActivationNeedsSystemIntro?: boolean;
  sendPolicy?: "allow" | "deny";
  queueMode?: "steer" | "followup" | "collect" | "steer-backlog" | "steer+backlog" | "queue" | "interrupt";
  queueDebounceMs?: number;
  queueCap?: number;
  queueDrop?: "old" | "new" | "summarize";
  inputTokens?: number;
  outputTokens?: number;
  /** Prompt size of the last model call. */
  totalTokens?: number;
  /** Context window of the model that ran last. */
  contextTokens?: number;
  modelProvider?: string;
  model?: string;
  compactionCount?: number;
  memoryFlushAt?: number;
  memoryFlushCompactionCount?: number;
  cliSessionIds?: Record<string, string>;
  claudeCliSessionId?: string;
  /** What the configuration says about the place the last message came from; see `PlaceRules`. */
  placeRules?: PlaceRules;
  label?: string;
  displayName?: string;
  channel?: string;
  groupId?: string;
  subject?: string;
  groupChannel?: string;
  space?: string;
  origin?: SessionOrigin;
  deliveryContext?: DeliveryContext;
  /** Where the user has moved the replies of this session; absent while they go where messages come from. */
  dockedRoute?: DeliveryContext;
  lastChannel?: string;
  lastTo?: string;
  lastAccountId?: string;
  lastThreadId?: string | number;
  lastHeartbeatText?: string;
  lastHeartbeatSentAt?: number;
  /** How the user has put the session in order: look, shelf and a note of one's own. */
  icon?: string;
  color?: string;
  category?: string;
  archived?: boolean;
  pinned?: boolean;
  unread?: boolean;
  statusNote?: string;
  skillsSnapshot?: unknown;
  systemPromptReport?: unknown;
  [field: string]: unknown;
}

/** Fields to write; an explicit `undefined` removes the field. */
export type SessionPatch = { [K in keyof SessionEntry]?: SessionEntry[K] | undefined };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const renamed = [
  ["provider", "channel"],
  ["lastProvider", "lastChannel"],
  ["room", "groupChannel"],
] as const;

/**
 * Turns a stored value into an entry: old field names are migrated, the delivery context and its mirror are made
 * equal, everything else is kept. Undefined when the value cannot be an entry.
 */
export function readSessionEntry(value: unknown): SessionEntry | undefined {
  return isRecord(value) ? adoptSessionEntry({ ...value }) : undefined;
}

/** The same for a freshly parsed object, which becomes the entry itself: loading a large store makes no copies. */
export function adoptSessionEntry(entry: Record<string, unknown>): SessionEntry {
  for (const [old, current] of renamed) {
    if (entry[old] === undefined) continue;
    if (entry[current] === undefined) entry[current] = entry[old];
    delete entry[old];
  }
  if (!hasEqualRoutes(entry)) {
    assignDefined(entry, deliveryFields(deliveryContextOf(entry)));
  }
  const { sessionId, updatedAt } = entry;
  return Object.assign(entry, {
    sessionId: typeof sessionId === "string" ? sessionId : "",
    updatedAt: typeof updatedAt === "number" && Number.isFinite(updatedAt) ? updatedAt : 0,
  });
}

// The state every program leaves behind; only entries of older ones need work.
function hasEqualRoutes(entry: Record<string, unknown>): boolean {
  const context = entry.deliveryContext ?? {};
  return (
    isRecord(context) &&
    context.channel === entry.lastChannel &&
    context.to === entry.lastTo &&
    context.accountId === entry.lastAccountId &&
    context.threadId === entry.lastThreadId
  );
}

function assignDefined(target: Record<string, unknown>, fields: object): void {
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) target[field] = value;
    else if (field in target) delete target[field];
  }
}

/**
 * The entry after a patch. `updatedAt` never goes back: it becomes the larger of the stored and the given value,
 * and stays as it is when the patch does not name it (`now` for a new entry).
 */
export function mergeSessionEntry(existing: SessionEntry | undefined, patch: SessionPatch, now: number): SessionEntry {
  const merged: Record<string, unknown> = { ...existing };
  assignDefined(merged, patch);
  const updatedAt = Math.max(existing?.updatedAt ?? 0, patch.updatedAt ?? (existing ? 0 : now));
  return { ...merged, sessionId: patch.sessionId ?? existing?.sessionId ?? "", updatedAt };
}

// What belongs to the conversation that ends. Everything not listed is a preference, routing, or not ours to drop.
const conversationFields = [
  "sessionFile",
  "parentToSummarize",
  "inputTokens",
  "outputTokens",
  "totalTokens",
  "contextTokens",
  "memoryFlushAt",
  "memoryFlushCompactionCount",
  "cliSessionIds",
  "claudeCliSessionId",
  "skillsSnapshot",
  "systemPromptReport",
  "lastHeartbeatText",
  "lastHeartbeatSentAt",
] as const;

/** Less than every count of compactions, so that one seems to have happened since. */
const beforeAnyCompaction = -1;

/** The patch that ends one conversation and starts the next: preferences and routing survive, conversation state does not. */
export function resetPatch(existing: SessionEntry | undefined, next: { sessionId: string; now: number }): SessionPatch {
  const patch: SessionPatch = {
    sessionId: next.sessionId,
    updatedAt: next.now,
    systemSent: false,
    abortedLastRun: false,
    compactionCount: 0,
  };
  for (const field of conversationFields) if (existing && field in existing) patch[field] = undefined;
  // A new conversation has nothing in the provider's cache: its next run moves on to the profile after this one.
  if (existing?.authProfileOverride !== undefined) {
    patch.authProfileOverrideSource = "auto";
    patch.authProfileOverrideCompactionCount = beforeAnyCompaction;
  }
  return patch;
}
