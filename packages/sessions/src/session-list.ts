import { StorageError } from "@openclaw/storage";
import { derivedTitle, firstUserText, lastMessagePreview, previewTranscript, type SessionPreview } from "./preview.ts";
import type { SessionEntry } from "./session-entry.ts";
import { isErrno, SessionError } from "./session-error.ts";
import type { SessionIndex } from "./session-index.ts";
import { parseSessionKey } from "./session-key.ts";
import { checkSessionPatch, type SessionPatchContext, type SessionPatchRequest } from "./session-patch.ts";
import { matchesFilter, type SessionDefaults, type SessionFilter, type SessionRow, sessionRow } from "./session-row.ts";
import type { Sessions } from "./sessions.ts";
import { DamagedTranscript } from "./transcript-walk.ts";

export interface ListSessionsOptions extends SessionFilter {
  limit?: number;
  /** Sessions to leave out from the start of the list. */
  offset?: number;
  agentId?: string;
  includeDerivedTitles?: boolean;
  includeLastMessage?: boolean;
}

export interface SessionList {
  ts: number;
  /** Path of the store, `(multiple)` when agents have stores of their own. */
  path: string;
  count: number;
  defaults: SessionDefaults;
  sessions: SessionRow[];
  /** True when the limit left some out. */
  hasMore: boolean;
}

/** Sessions by their last activity, latest first. With a limit, only as many entries are looked at as it takes. */
export function listSessions(
  sessions: Sessions,
  options: ListSessionsOptions,
  context: { now: number; defaults: SessionDefaults },
): SessionList {
  const { agentId } = options;
  const indexes = agentId === undefined ? sessions.indexes() : [sessions.index(agentId)];
  const offset = options.offset ?? 0;
  const wanted = options.limit === undefined ? Number.POSITIVE_INFINITY : offset + options.limit;
  const found: [string, SessionEntry][] = [];
  let hasMore = false;
  for (const [key, entry] of byActivity(indexes)) {
    if (options.activeMinutes !== undefined && entry.updatedAt < context.now - options.activeMinutes * 60_000) break;
    if (agentId !== undefined && parseSessionKey(key) && sessions.agentIdOf(key) !== agentId) continue;
    if (!matchesFilter(key, entry, options, context.now)) continue;
    if (found.length === wanted) {
      hasMore = true;
      break;
    }
    found.push([key, entry]);
  }
  const rows = found.slice(offset).map(([key, entry]) => {
    const row = sessionRow(key, entry, context.defaults, sessions.inheritedModel(key));
    if (options.includeDerivedTitles) addTitle(sessions, row, entry);
    if (options.includeLastMessage) addLastMessage(sessions, row);
    return row;
  });
  const hasOwnStores = sessions.storePath("a") !== sessions.storePath("b");
  const path = hasOwnStores ? "(multiple)" : sessions.storePath(sessions.agentIds()[0]!);
  return { ts: context.now, path, count: rows.length, defaults: context.defaults, sessions: rows, hasMore };
}

/** All sessions of several stores by their last activity, latest first; the stores are merged without being sorted. */
export function* byActivity(indexes: readonly SessionIndex[]): Generator<[string, SessionEntry], void, void> {
  const heads = indexes.flatMap((index) => {
    const rest = index.byRecency();
    const next = rest.next();
    return next.done ? [] : [{ rest, current: next.value }];
  });
  while (heads.length > 0) {
    let best = 0;
    for (let i = 1; i < heads.length; i++) {
      if (heads[i]!.current[1].updatedAt > heads[best]!.current[1].updatedAt) best = i;
    }
    const head = heads[best]!;
    yield head.current;
    const next = head.rest.next();
    if (next.done) heads.splice(best, 1);
    else head.current = next.value;
  }
}

function addTitle(sessions: Sessions, row: SessionRow, entry: SessionEntry): void {
  const title = derivedTitle(entry, () => {
    const path = sessions.transcriptPath(row.key);
    return path === undefined ? undefined : unlessUnreadable(() => firstUserText(path));
  });
  if (title) row.derivedTitle = title;
}

function addLastMessage(sessions: Sessions, row: SessionRow): void {
  const path = sessions.transcriptPath(row.key);
  const text = path === undefined ? undefined : unlessUnreadable(() => lastMessagePreview(path));
  if (text) row.lastMessagePreview = text;
}

// One unreadable transcript must not hide the other sessions of a list.
function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

function isUnreadable(error: unknown): boolean {
  return (
    error instanceof SessionError ||
    error instanceof StorageError ||
    error instanceof DamagedTranscript ||
    isErrno(error, "EACCES", "EISDIR", "EPERM", "EIO")
  );
}

/** The last messages of several sessions in short. The keys come back as they were given. */
export function previewSessions(
  sessions: Sessions,
  options: { keys: readonly string[]; limit?: number; maxChars?: number },
): SessionPreview[] {
  return options.keys.slice(0, 64).map((key): SessionPreview => {
    try {
      const { entry } = sessions.locate(key);
      if (!entry?.sessionId) return { key, status: "missing", items: [] };
      const transcript = sessions.transcript(key);
      if (!transcript.exists()) return { key, status: "missing", items: [] };
      const items = previewTranscript(transcript, options);
      return { key, status: items.length > 0 ? "ok" : "empty", items };
    } catch (error) {
      if (isUnreadable(error)) return { key, status: "error", items: [] };
      throw error;
    }
  });
}

export interface ResolveSessionOptions {
  key?: string;
  sessionId?: string;
  label?: string;
  agentId?: string;
  spawnedBy?: string;
  includeGlobal?: boolean;
  includeUnknown?: boolean;
}

/**
 * The canonical key of the one session a client means.
 * @throws SessionError `invalid-key`, `not-found` or `ambiguous` with the text the client is shown.
 */
export function resolveSession(sessions: Sessions, options: ResolveSessionOptions, now: number): string {
  const selectors = [options.key, options.sessionId, options.label].map((text) => text?.trim()).filter(Boolean);
  if (selectors.length > 1) {
    throw new SessionError("invalid-key", "Provide either key, sessionId, or label (not multiple)");
  }
  const [wanted] = selectors;
  if (!wanted) throw new SessionError("invalid-key", "Either key, sessionId, or label is required");
  if (options.key?.trim()) {
    const { key, entry } = sessions.locate(wanted);
    if (!entry) throw new SessionError("not-found", `No session found: ${wanted}`);
    return key;
  }
  const isLabel = Boolean(options.label?.trim());
  const filter: SessionFilter = {
    includeGlobal: options.includeGlobal ?? false,
    includeUnknown: options.includeUnknown ?? false,
    ...(options.spawnedBy === undefined ? {} : { spawnedBy: options.spawnedBy }),
  };
  const keys = (isLabel ? sessions.keysByLabel(wanted) : sessions.keysBySessionId(wanted)).filter((key) => {
    const entry = sessions.get(key);
    if (options.agentId !== undefined && sessions.agentIdOf(key) !== options.agentId) return false;
    return entry !== undefined && matchesFilter(key, entry, filter, now);
  });
  const [first] = keys;
  if (first === undefined) {
    throw new SessionError("not-found", `No session found${isLabel ? " with label" : ""}: ${wanted}`);
  }
  if (keys.length > 1) {
    const what = isLabel ? "with label" : "for sessionId";
    throw new SessionError("ambiguous", `Multiple sessions found ${what}: ${wanted} (${keys.join(", ")})`);
  }
  return sessions.canonical(first);
}

/**
 * Checks and applies a client's changes; an unknown session is created.
 * @throws SessionError `invalid-key`, `invalid-patch`; nothing is changed then.
 */
export function patchSession(
  sessions: Sessions,
  rawKey: string,
  request: SessionPatchRequest,
  context: Omit<SessionPatchContext, "key" | "existing" | "keysByLabel"> & { now: number; newSessionId: () => string },
): { path: string; key: string; entry: SessionEntry } {
  const { key, entry: existing, index, storedKey } = sessions.locate(rawKey);
  const patch = checkSessionPatch(request, {
    ...context,
    key,
    existing,
    // A record still under an old alias is the session itself, not another one.
    keysByLabel: (label) => sessions.keysByLabel(label).filter((other) => other !== storedKey),
  });
  const entry = sessions.update(key, (current) => ({
    ...patch,
    updatedAt: context.now,
    ...(current?.sessionId ? {} : { sessionId: context.newSessionId() }),
  }));
  return { path: index.path, key, entry };
}
