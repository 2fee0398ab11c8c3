import type { ResultOf, SessionRow } from "@openclaw/protocol";

/** One session in the sidebar. */
export interface SessionItem {
  key: string;
  title: string;
  /** The last thing that was said. */
  preview: string;
  updatedAt: number | undefined;
  /** The channel the session belongs to; undefined for sessions of this page. */
  channel: string | undefined;
  model: string | undefined;
  provider: string | undefined;
  isMain: boolean;
  /** Started by the assistant itself: subagents, schedules. */
  background: boolean;
}

export interface SessionList {
  items: readonly SessionItem[];
  defaults: { model: string | undefined; provider: string | undefined };
}

export const emptySessionList: SessionList = { items: [], defaults: { model: undefined, provider: undefined } };

/** Reads `sessions.list` for the sidebar: newest first, the main session always among them. */
export function readSessionList(list: ResultOf<"sessions.list">, mainKey: string): SessionList {
  const items = list.sessions
    .map((row) => sessionItem(row, mainKey))
    .sort((a, b) => (b.updatedAt ?? 0) - (a.updatedAt ?? 0));
  if (mainKey && !items.some(({ isMain }) => isMain)) items.push(newSessionItem(mainKey, mainKey));
  return {
    items,
    defaults: { model: list.defaults.model ?? undefined, provider: list.defaults.modelProvider ?? undefined },
  };
}

/** A session the Gateway does not list yet. */
export function newSessionItem(key: string, mainKey: string): SessionItem {
  return sessionItem({ key, kind: "direct", updatedAt: null }, mainKey);
}

/** A key for a new conversation of an agent. */
export function newSessionKey(agentId: string, id: string): string {
  return `agent:${agentId}:web-${id.replaceAll("-", "").slice(0, 12)}`;
}

function sessionItem(row: SessionRow, mainKey: string): SessionItem {
  const isMain = row.key === mainKey;
  const channel = row.lastChannel ?? row.channel;
  return {
    key: row.key,
    title: titleOf(row, isMain),
    preview: plainLine(row.lastMessagePreview ?? ""),
    updatedAt: row.updatedAt ?? undefined,
    channel: channel === undefined || channel === "webchat" ? undefined : channel,
    model: row.model,
    provider: row.modelProvider,
    isMain,
    background: /:(subagent|cron|hook):/.test(row.key),
  };
}

/** A Markdown text on one line, without the marks that only make sense when formatted. */
function plainLine(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^[ \t]*(?:#{1,6}|>|[-*+]|```\S*)(?:[ \t]+|$)/gm, "")
    .replace(/\*\*|__|`/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

function titleOf(row: SessionRow, isMain: boolean): string {
  if (row.label) return row.label;
  if (isMain) return "Main chat";
  // Without any text the Gateway names a session by its id and day, which says nothing to a reader.
  const derived =
    row.derivedTitle && !/^[0-9a-f]{8}( \(\d{4}-\d\d-\d\d\))?$/.test(row.derivedTitle) ? row.derivedTitle : undefined;
  const ownName = row.displayName === "openclaw-control-ui" ? undefined : row.displayName;
  if (derived && derived !== "openclaw-control-ui") return derived;
  if (ownName) return ownName;
  const tail = row.key.split(":").slice(2).join(":") || row.key;
  return tail.startsWith("web-") ? "New chat" : tail;
}
