import { mergeAccountSection } from "@openclaw/plugin-sdk";
import {
  type ContextMessage,
  type DmHistoryConfig,
  dmHistoryLimit,
  isModelMessage,
  limitUserTurns,
  type Transcript,
} from "@openclaw/sessions";
import { cachesContext, lastCacheMark } from "../context/cache-mark.ts";
import { createPruner, type PruneMemory } from "../context/prune-context.ts";
import { pruningSettings } from "../context/pruning-settings.ts";
import type { PreparedRun } from "./prepare-run.ts";
import type { RuntimeConfig } from "./runtime-config.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** Sessions whose pruned results are remembered. */
const maxRemembered = 64;

/** The conversation a model is shown: the active path, in direct chats not more turns than their limit allows. */
export function runContext(
  transcript: Transcript,
  run: { sessionKey: string; resumed?: boolean },
  config: RuntimeConfig,
): readonly ContextMessage[] {
  const limit = dmHistoryLimit(run.sessionKey, (id, accountId) =>
    channelLimits(sectionOf(config.channels?.[id], accountId)),
  );
  const messages = run.resumed === true ? withoutInsertedReplies(transcript.context()) : transcript.context();
  return limit === undefined ? messages : limitUserTurns(messages, limit);
}

/** What a run's requests show of the conversation: old tool results are shortened as the window fills. */
export function runPruning(
  transcript: Transcript,
  run: { prepared: PreparedRun; window: number },
  parts: RuntimeParts,
): (messages: readonly ContextMessage[]) => readonly ContextMessage[] {
  const settings = pruningSettings(parts.config());
  const base = { settings, window: run.window, sizes: parts.sizes };
  if (settings.mode !== "cache-ttl") return createPruner({ ...base, memory: new Map() });
  if (!cachesContext(run.prepared.model.ref)) return (messages) => messages;
  let seen = lastCacheMark(transcript);
  return createPruner({
    ...base,
    memory: rememberedPruning(transcript.path, parts.pruned),
    cacheExpired: () => seen !== undefined && parts.clock.now() - seen > settings.ttlMs,
    onPruned: () => {
      seen = parts.clock.now();
    },
  });
}

/** The cache must find in the next turn what it was shown in this one. */
function rememberedPruning(path: string, pruned: Map<string, PruneMemory>): PruneMemory {
  const memory = pruned.get(path) ?? new Map();
  pruned.delete(path);
  pruned.set(path, memory);
  const oldest = pruned.keys().next();
  if (pruned.size > maxRemembered && oldest.done !== true) pruned.delete(oldest.value);
  return memory;
}

/** A command's reply written while a run was cut off must not stand where the model is to answer. */
function withoutInsertedReplies(messages: readonly ContextMessage[]): readonly ContextMessage[] {
  const last = messages.findLastIndex((message) => message.role !== "assistant" || isModelMessage(message));
  return messages.slice(0, last + 1);
}

function sectionOf(section: unknown, accountId: string | undefined): unknown {
  if (accountId === undefined || typeof section !== "object" || section === null) return section;
  return mergeAccountSection({ ...section }, accountId);
}

function channelLimits(value: unknown): DmHistoryConfig | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const limits: DmHistoryConfig = {};
  if ("dmHistoryLimit" in value && typeof value.dmHistoryLimit === "number")
    limits.dmHistoryLimit = value.dmHistoryLimit;
  if ("dms" in value && typeof value.dms === "object" && value.dms !== null) {
    limits.dms = {};
    for (const [id, dm] of Object.entries(value.dms)) {
      if (typeof dm !== "object" || dm === null || !("historyLimit" in dm)) continue;
      if (typeof dm.historyLimit === "number") limits.dms[id] = { historyLimit: dm.historyLimit };
    }
  }
  return limits;
}
