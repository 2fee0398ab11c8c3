import {
  type DeliveryContext,
  deliveryContextOf,
  deliveryFields,
  type GroupMessageInfo,
  groupMetadata,
  mergeDeliveryContext,
  mergeOrigin,
  type SessionOrigin,
} from "./delivery-context.ts";
import type { PlaceRules, SessionEntry, SessionPatch } from "./session-entry.ts";
import type { ChatType } from "./session-key.ts";

/** What a message tells about the session it belongs to. */
export interface EnsureOptions {
  /** Time of the turn, ms; the clock's when absent. */
  now?: number;
  /** A reset command of an authorised sender. */
  reset?: boolean;
  /** Channel of the message, for the reset policy. */
  channel?: string;
  chatType?: ChatType;
  /** The message belongs to a thread: it has a thread id, label or starter, or a parent session. */
  isThread?: boolean;
  /** Named in the file of a new transcript. */
  threadId?: string | number;
  /** A heartbeat turn: its own idle limit applies, and the session is not kept awake by it. */
  heartbeat?: boolean;
  /** False for turns that must not count as activity (cron, system events). */
  touch?: boolean;
  deliveryContext?: DeliveryContext;
  origin?: SessionOrigin;
  group?: GroupMessageInfo;
  /** Label of the thread. */
  displayName?: string;
  /** What counts in the place the message came from; `null` when nothing does any more. */
  placeRules?: PlaceRules | null;
  /** Session a new thread continues: its active branch is copied. */
  parentKey?: string;
}

/**
 * What became of `parentKey`. After `too-large` the session starts empty, and `parentToSummarize` of its entry asks its first
 * run to begin with a summary of the parent (a `branch_summary` entry).
 */
export type ForkOutcome = "none" | "copied" | "too-large" | "failed";

export interface EnsureResult {
  key: string;
  agentId: string;
  entry: SessionEntry;
  /** A new transcript was begun. */
  isNew: boolean;
  reason: "fresh" | "new" | "reset" | "expired";
  fork: ForkOutcome;
  /** The entry of the conversation that ended. */
  previous?: SessionEntry;
}

const forkShare = 0.6;

/** True when a parent fills more than 60 % of its context window, so that a copy would leave no room. */
export function isForkTooLarge(parent: Pick<SessionEntry, "totalTokens" | "contextTokens">): boolean {
  const { totalTokens, contextTokens } = parent;
  return Boolean(totalTokens && contextTokens && totalTokens > contextTokens * forkShare);
}

/** The routing fields a message brings up to date. */
export function entryUpdate(existing: SessionEntry | undefined, options: EnsureOptions): SessionPatch {
  const patch: SessionPatch = {};
  if (options.deliveryContext) {
    const context = mergeDeliveryContext(existing && deliveryContextOf(existing), options.deliveryContext);
    Object.assign(patch, deliveryFields(context));
  }
  if (options.origin) patch.origin = mergeOrigin(existing?.origin, options.origin);
  if (options.group) Object.assign(patch, groupMetadata(options.group));
  patch.chatType = options.group?.chatType ?? options.chatType ?? existing?.chatType ?? "direct";
  if (options.displayName?.trim()) patch.displayName = options.displayName.trim();
  if (options.parentKey !== undefined) patch.parentSessionKey = options.parentKey;
  if (options.placeRules !== undefined) patch.placeRules = options.placeRules ?? undefined;
  return patch;
}
