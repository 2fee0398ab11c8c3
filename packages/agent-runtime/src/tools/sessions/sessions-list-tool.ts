import { jsonResult, type Tool } from "@openclaw/plugin-sdk";
import {
  byActivity,
  deliveryContextOf,
  isCronRunKey,
  isGroupKey,
  parseSessionKey,
  type SessionEntry,
  type Sessions,
  sessionKeyRest,
} from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import { shownHistory } from "./history-messages.ts";
import type { SessionAccess, SessionViewer } from "./session-access.ts";
import { countParameter } from "./tool-parameters.ts";

/** What a session is for, as the list names it. */
type ListedKind = "main" | "group" | "cron" | "hook" | "node" | "other";

const kinds: ReadonlySet<string> = new Set<ListedKind>(["main", "group", "cron", "hook", "node", "other"]);
/** Rows of a call that names no limit: a household's sessions, and an answer a model can read. */
const defaultLimit = 50;

const parameters = {
  type: "object",
  properties: {
    kinds: {
      type: "array",
      items: { type: "string" },
      description: "Only these kinds: main, group, cron, hook, node, other",
    },
    limit: { type: "number", description: `At most this many sessions (default ${defaultLimit})`, minimum: 1 },
    activeMinutes: { type: "number", description: "Only sessions active in the last minutes", minimum: 1 },
    messageLimit: { type: "number", description: "Also the last messages of each session (0-20)", minimum: 0 },
  },
};

export function createSessionsListTool(options: {
  viewer: SessionViewer;
  access: SessionAccess;
  sessions: Sessions;
  clock: Clock;
}): Tool {
  const { viewer, access, sessions, clock } = options;

  const row = (key: string, entry: SessionEntry, kind: ListedKind, messageLimit: number): object => {
    const model = entry.modelOverride ?? entry.model;
    return {
      key: access.display(key),
      kind,
      channel: channelOf(key, entry, kind),
      label: entry.label,
      displayName: entry.displayName,
      deliveryContext: deliveryContextOf(entry),
      updatedAt: entry.updatedAt,
      sessionId: entry.sessionId,
      model,
      contextTokens: entry.contextTokens,
      totalTokens: entry.totalTokens,
      thinkingLevel: entry.thinkingLevel,
      verboseLevel: entry.verboseLevel,
      systemSent: entry.systemSent,
      abortedLastRun: entry.abortedLastRun,
      sendPolicy: entry.sendPolicy,
      lastChannel: entry.lastChannel,
      lastTo: entry.lastTo,
      lastAccountId: entry.lastAccountId,
      transcriptPath: sessions.transcriptPath(key),
      ...(messageLimit > 0 && entry.sessionId !== ""
        ? { messages: shownHistory(sessions.transcript(key), { limit: messageLimit, tools: false }).messages }
        : {}),
    };
  };

  return {
    name: "sessions_list",
    label: "Sessions",
    description: "List the sessions of this assistant, latest first, with their keys, kinds and channels.",
    parameters,
    readOnly: true,
    async execute(params) {
      const wanted = Array.isArray(params.kinds) ? params.kinds.filter((kind) => kinds.has(String(kind))) : [];
      const limit = countParameter(params, "limit", { min: 1, max: 10_000 }) ?? defaultLimit;
      const activeMinutes = countParameter(params, "activeMinutes", { min: 1, max: Number.MAX_SAFE_INTEGER });
      const messageLimit = countParameter(params, "messageLimit", { min: 0, max: 20 }) ?? 0;
      const since = activeMinutes === undefined ? 0 : clock.now() - activeMinutes * 60_000;
      const rows: object[] = [];
      for (const [storedKey, entry] of byActivity(sessions.indexes())) {
        if (entry.updatedAt < since || rows.length === limit) break;
        if (storedKey === "unknown" || isCronRunKey(storedKey)) continue;
        const key = sessions.canonical(storedKey);
        const kind = kindOf(key, entry, sessions);
        if (wanted.length > 0 && !wanted.includes(kind)) continue;
        if (!access.shows(viewer, key, entry)) continue;
        rows.push(row(key, entry, kind, messageLimit));
      }
      return jsonResult({ count: rows.length, sessions: rows });
    },
  };
}

function kindOf(key: string, entry: SessionEntry, sessions: Sessions): ListedKind {
  if (key === "global" || key === sessions.mainKey(sessions.agentIdOf(key))) return "main";
  if (entry.chatType === "group" || entry.chatType === "channel" || isGroupKey(key)) return "group";
  const rest = sessionKeyRest(key);
  if (rest.startsWith("cron:")) return "cron";
  if (rest.startsWith("hook:")) return "hook";
  return /^node[-:]/.test(rest) ? "node" : "other";
}

function channelOf(key: string, entry: SessionEntry, kind: ListedKind): string {
  if (kind === "cron" || kind === "hook" || kind === "node") return "internal";
  const named = entry.channel ?? entry.lastChannel;
  if (named !== undefined) return named;
  const [first, second] = (parseSessionKey(key)?.rest ?? key).split(":");
  return second === "group" || second === "channel" || second === "direct" ? (first ?? "unknown") : "unknown";
}
