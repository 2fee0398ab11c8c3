import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Logger } from "@openclaw/log";
import { type Clock, systemClock } from "@openclaw/storage";
import { type DeliveryContext, deliveryContextOf, deliveryFields, mergeDeliveryContext } from "./delivery-context.ts";
import { type ChosenModel, inheritedModel } from "./inherited-model.ts";
import type { TranscriptMessage } from "./message.ts";
import { isFresh, resetTypeOf, resolveResetPolicy } from "./reset-policy.ts";
import { resetPatch, type SessionEntry, type SessionPatch } from "./session-entry.ts";
import { errorText, isErrno, SessionError } from "./session-error.ts";
import { SessionFileLocks } from "./session-file-lock.ts";
import { SessionIndex } from "./session-index.ts";
import {
  agentIdOfKey,
  canonicalSessionKey,
  type KeyContext,
  mainSessionKey,
  normalizeAgentId,
  normalizeMainKey,
} from "./session-key.ts";
import {
  type EnsureOptions,
  type EnsureResult,
  entryUpdate,
  type ForkOutcome,
  isForkTooLarge,
} from "./session-start.ts";
import { keyContextOf, type SessionsConfig } from "./sessions-config.ts";
import type { Schedule } from "./snapshot-timer.ts";
import type { Transcript } from "./transcript.ts";
import { TranscriptCache } from "./transcript-cache.ts";
import { forkTranscript, truncateTranscript } from "./transcript-copy.ts";
import {
  agentSessionsDir,
  archivedPath,
  forkedTranscriptPath,
  newTranscriptPath,
  type SessionPlaces,
  transcriptCandidates,
  transcriptPathOf,
} from "./transcript-path.ts";

export interface SessionsOptions {
  /** State directory, `~/.openclaw` by default elsewhere. */
  stateDir: string;
  /** The configuration as it is now; asked again each time. */
  config: () => SessionsConfig;
  clock?: Clock;
  log?: Pick<Logger, "warn" | "error">;
  /** IANA zone of the daily reset; the zone of the host when absent. */
  timeZone?: string;
  /** Workspace of an agent, written into the header of new transcripts. */
  workspaceDir?: (agentId: string) => string;
  homeDir?: string;
  schedule?: Schedule;
  /** Told when a conversation begins, with the record of the one it replaces. Must not throw. */
  onBegin?: (begun: { key: string; agentId: string; entry: SessionEntry; previous?: SessionEntry }) => void;
  /** Told of every message that is added to the transcript of a session. Must not throw. */
  onMessage?: (added: { key: string; id: string; message: TranscriptMessage }) => void;
  newSessionId?: () => string;
  /** Most transcripts kept open (64) and characters of transcripts kept in memory (8 Mi). */
  limits?: { openTranscripts?: number; loadedCharacters?: number };
}

/** A session found by its key, in any of the forms a client may use. */
export interface LocatedSession {
  /** Canonical key. */
  key: string;
  agentId: string;
  index: SessionIndex;
  /** Key under which the record stands; differs from `key` for records of old aliases. */
  storedKey: string;
  entry: SessionEntry | undefined;
}

export interface CompactResult {
  key: string;
  compacted: boolean;
  kept?: number;
  archived?: string;
  reason?: "no sessionId" | "no transcript";
}

/** What one configuration object says about keys, worked out once: it is asked many times in a turn. */
interface KeyView {
  readonly config: SessionsConfig;
  readonly context: KeyContext;
  readonly names: Map<string, { key: string; agentId: string; storedKeys: readonly string[] }>;
  readonly indexes: Map<string, SessionIndex>;
}

/** Names kept at once; it bounds what invented keys can occupy. */
const maxNames = 2000;

/** The sessions of all agents below one state directory. */
export function openSessions(options: SessionsOptions): Sessions {
  return new Sessions(options);
}

export class Sessions {
  readonly stateDir: string;
  readonly #options: SessionsOptions;
  readonly #clock: Clock;
  readonly #onBegin: SessionsOptions["onBegin"];
  readonly #indexes = new Map<string, SessionIndex>();
  // Between the turns of a lively conversation the lock stays: making and removing its file was a tenth of a turn.
  readonly #locks = new SessionFileLocks({ lingerMs: 200 });
  readonly #transcripts: TranscriptCache;
  #view: KeyView | undefined;

  constructor(options: SessionsOptions) {
    this.stateDir = options.stateDir;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#onBegin = options.onBegin;
    this.#transcripts = new TranscriptCache({
      maxOpen: options.limits?.openTranscripts ?? 64,
      maxLoaded: options.limits?.loadedCharacters ?? 8 * 1024 * 1024,
      clock: this.#clock,
      locks: this.#locks,
      onRepair: (path, repair) => {
        const what = [
          repair.droppedLines > 0 ? `${repair.droppedLines} unreadable lines were left out` : undefined,
          repair.migratedFrom === undefined ? undefined : `it had format version ${repair.migratedFrom}`,
          repair.newHeader ? "its header was missing" : undefined,
          repair.relinked > 0 ? `${repair.relinked} entries had no parent` : undefined,
        ].filter((part) => part !== undefined);
        options.log?.warn(
          `Rewrote the transcript ${path}: ${what.join(", ") || "it was damaged"}. Before: ${repair.backup}`,
        );
      },
    });
  }

  /** Canonical form of a key. @throws SessionError `invalid-key` */
  canonical(key: string): string {
    return canonicalSessionKey(key, this.#keys());
  }

  /** The agent a key belongs to. */
  agentIdOf(key: string): string {
    return agentIdOfKey(key, this.#keys().defaultAgentId);
  }

  /** The main session of an agent, of the default agent when none is named. */
  mainKey(agentId?: string): string {
    return mainSessionKey(this.#keys(), agentId);
  }

  /** Configured agents; those with a directory when none are configured. The default agent comes first. */
  agentIds(): string[] {
    const { defaultAgentId } = this.#keys();
    const list = this.#options.config().agents?.list ?? [];
    const ids = list.length > 0 ? list.map((agent) => normalizeAgentId(agent.id)) : this.#agentsOnDisk();
    return [...new Set([defaultAgentId, ...ids])];
  }

  /** Path of an agent's store. */
  storePath(agentId: string): string {
    const store = this.#options.config().session?.store?.trim();
    if (!store) return join(agentSessionsDir(this.stateDir, agentId), "sessions.json");
    const home = this.#options.homeDir ?? homedir();
    return resolve(store.replaceAll("{agentId}", agentId).replace(/^~(?=$|[\\/])/, home));
  }

  /** The store of an agent, opened on first use. Agents that share a store share its index. */
  index(agentId: string): SessionIndex {
    const id = normalizeAgentId(agentId);
    const { indexes } = this.#keyView();
    const seen = indexes.get(id);
    if (seen) return seen;
    const index = this.#indexAt(this.storePath(id), id);
    indexes.set(id, index);
    return index;
  }

  #indexAt(path: string, id: string): SessionIndex {
    const known = this.#indexes.get(path);
    if (known) return known;
    const { clock, log, schedule } = this.#options;
    const index = SessionIndex.open({
      path,
      agentId: id,
      ...(clock ? { clock } : {}),
      ...(log ? { log } : {}),
      ...(schedule ? { schedule } : {}),
    });
    this.#indexes.set(path, index);
    return index;
  }

  /** The stores of all agents, each once. */
  indexes(): SessionIndex[] {
    return [...new Set(this.agentIds().map((id) => this.index(id)))];
  }

  /** Finds a session by any form of its key. @throws SessionError `invalid-key` */
  locate(rawKey: string): LocatedSession {
    const { key, agentId, storedKeys } = this.#namesOf(rawKey);
    const index = this.index(agentId);
    for (const storedKey of storedKeys) {
      const entry = index.get(storedKey);
      if (entry) return { key, agentId, index, storedKey, entry };
    }
    return { key, agentId, index, storedKey: key, entry: undefined };
  }

  #namesOf(rawKey: string) {
    const { names } = this.#keyView();
    const known = names.get(rawKey);
    if (known) return known;
    const key = this.canonical(rawKey);
    const agentId = this.agentIdOf(key);
    const found = { key, agentId, storedKeys: this.#storedKeys(key, rawKey.trim(), agentId) };
    if (names.size >= maxNames) names.clear();
    names.set(rawKey, found);
    return found;
  }

  get(key: string): SessionEntry | undefined {
    return this.locate(key).entry;
  }

  /** The model that the conversation above a thread was told to use. */
  inheritedModel(key: string): ChosenModel | undefined {
    return inheritedModel(this.canonical(key), (each) => this.get(each));
  }

  /** Changes an entry, moving a record under an old alias to its canonical key. */
  update(key: string, change: (entry: SessionEntry | undefined) => SessionPatch): SessionEntry {
    const located = this.locate(key);
    this.#moveToCanonical(located);
    return located.index.update(located.key, change);
  }

  /** Keys of the sessions with this label, in all stores. */
  keysByLabel(label: string): string[] {
    return this.indexes().flatMap((index) => index.keysByLabel(label));
  }

  keysBySessionId(sessionId: string): string[] {
    return this.indexes().flatMap((index) => index.keysBySessionId(sessionId));
  }

  /**
   * Prepares a session for a turn: goes on with it while it is fresh, else starts a new transcript and keeps the
   * user's preferences. Written when this returns.
   */
  ensure(rawKey: string, options: EnsureOptions = {}): EnsureResult {
    const located = this.locate(rawKey);
    this.#moveToCanonical(located);
    const { key, index, entry: existing } = located;
    const now = options.now ?? this.#clock.now();
    const isUsable = existing !== undefined && existing.sessionId !== "";
    const isKept = isUsable && !options.reset && this.#isFresh(key, existing, options, now);
    const routing = entryUpdate(existing, options);
    if (isKept) {
      const touched = options.touch ?? !options.heartbeat;
      const entry = index.update(key, () => ({ ...routing, ...(touched ? { updatedAt: now } : {}) }));
      return { key, agentId: located.agentId, entry, isNew: false, reason: "fresh", fork: "none" };
    }
    const sessionId = this.#newSessionId();
    const fork = this.#fork(located, sessionId, options, now);
    const places = this.#places(located.agentId);
    const entry = index.update(key, () => ({
      ...resetPatch(existing, { sessionId, now }),
      ...routing,
      sessionFile: fork.path ?? newTranscriptPath(places, sessionId, options.threadId),
      ...(fork.outcome === "too-large" ? { parentToSummarize: options.parentKey } : {}),
    }));
    this.#onBegin?.({ key, agentId: located.agentId, entry, ...(existing ? { previous: existing } : {}) });
    return {
      key,
      agentId: located.agentId,
      entry,
      isNew: true,
      reason: !isUsable ? "new" : options.reset ? "reset" : "expired",
      fork: fork.outcome,
      ...(existing ? { previous: existing } : {}),
    };
  }

  /** Starts a new transcript under a key; preferences and routing stay, conversation state goes. Unknown keys are created. */
  reset(rawKey: string, options: { now?: number } = {}): { key: string; entry: SessionEntry; previous?: SessionEntry } {
    const located = this.locate(rawKey);
    this.#moveToCanonical(located);
    const sessionId = this.#newSessionId();
    const now = options.now ?? this.#clock.now();
    const entry = located.index.update(located.key, (existing) => ({
      ...resetPatch(existing, { sessionId, now }),
      sessionFile: newTranscriptPath(this.#places(located.agentId), sessionId),
      inputTokens: 0,
      outputTokens: 0,
      totalTokens: 0,
    }));
    const previous = located.entry ? { previous: located.entry } : {};
    this.#onBegin?.({ key: located.key, agentId: located.agentId, entry, ...previous });
    return { key: located.key, entry, ...previous };
  }

  /**
   * Removes a session and puts its transcripts aside. The caller has stopped its runs.
   * @throws SessionError `main-session` for the main session of the default agent.
   */
  delete(
    rawKey: string,
    options: { deleteTranscript?: boolean } = {},
  ): { key: string; deleted: boolean; archived: string[] } {
    const located = this.locate(rawKey);
    const { key, entry } = located;
    if (key === this.mainKey()) {
      throw new SessionError("main-session", `Cannot delete the main session (${key}).`);
    }
    if (!entry) return { key, deleted: false, archived: [] };
    const archived = options.deleteTranscript === false ? [] : this.#archive(located, entry);
    located.index.delete(located.storedKey);
    return { key, deleted: true, archived };
  }

  /** Puts the transcript of a session aside under `.reset.<time>` and starts a new one. For histories no model accepts. */
  discardTranscript(rawKey: string): { key: string; entry: SessionEntry; archived: string[] } {
    const located = this.locate(rawKey);
    const archived = located.entry ? this.#archive(located, located.entry, "reset") : [];
    const { key, entry } = this.reset(rawKey);
    return { key, entry, archived };
  }

  /** Cuts the transcript to the last `maxLines` entries (400); the file as it was is kept under `.bak.<time>`. */
  compact(rawKey: string, options: { maxLines?: number } = {}): CompactResult {
    const located = this.locate(rawKey);
    const { key, entry } = located;
    if (!entry?.sessionId) return { key, compacted: false, reason: "no sessionId" };
    const transcript = this.transcript(key);
    const header = transcript.header();
    if (!header) return { key, compacted: false, reason: "no transcript" };
    const archive = archivedPath(transcript.path, "bak", this.#clock.now());
    const { total, kept } = truncateTranscript({
      path: transcript.path,
      header,
      leafId: transcript.leafId,
      maxEntries: Math.max(1, options.maxLines ?? 400),
      archive,
    });
    if (kept === undefined) return { key, compacted: false, kept: total };
    this.#transcripts.forget(transcript.path);
    this.update(key, () => ({ inputTokens: undefined, outputTokens: undefined, totalTokens: undefined }));
    return { key, compacted: true, kept, archived: archive };
  }

  /**
   * The transcript of a session. Cheap: nothing is read before it is used.
   * @throws SessionError `not-found` for a key without a session; call `ensure` first.
   */
  transcript(key: string): Transcript {
    const located = this.locate(key);
    if (!located.entry?.sessionId) {
      throw new SessionError("not-found", `No session found: ${key}. Start it before using its transcript.`);
    }
    const path = transcriptPathOf(this.#places(located.agentId), located.entry);
    const { onMessage } = this.#options;
    return this.#transcripts.get(path, located.entry.sessionId, () => ({
      cwd: this.#workspaceDir(located.agentId),
      ...(onMessage && { onMessage: (id, message) => onMessage({ key: located.key, id, message }) }),
    }));
  }

  /** Where the transcript of a session is or will be; undefined for an unknown key. */
  transcriptPath(key: string): string | undefined {
    const { entry, agentId } = this.locate(key);
    return entry?.sessionId ? transcriptPathOf(this.#places(agentId), entry) : undefined;
  }

  /** Records the last route of an agent's user on its main session, for direct chats that have sessions of their own. */
  noteRoute(agentId: string, route: DeliveryContext): void {
    this.update(this.mainKey(agentId), (existing) => ({
      ...(existing ? {} : { sessionId: this.#newSessionId() }),
      ...deliveryFields(mergeDeliveryContext(existing && deliveryContextOf(existing), route)),
    }));
  }

  /** Writes all snapshots that are due. */
  async flush(): Promise<void> {
    await Promise.all([...this.#indexes.values()].map((index) => index.flush()));
  }

  async close(): Promise<void> {
    this.#transcripts.close();
    this.#locks.close();
    const indexes = [...this.#indexes.values()];
    this.#indexes.clear();
    this.#view = undefined;
    await Promise.all(indexes.map((index) => index.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #keys(): KeyContext {
    return this.#keyView().context;
  }

  #keyView(): KeyView {
    const config = this.#options.config();
    if (this.#view?.config === config) return this.#view;
    this.#view = { config, context: keyContextOf(config), names: new Map(), indexes: new Map() };
    return this.#view;
  }

  #places(agentId: string): SessionPlaces {
    return { stateDir: this.stateDir, storePath: this.storePath(agentId), agentId };
  }

  #newSessionId(): string {
    return this.#options.newSessionId?.() ?? randomUUID();
  }

  #workspaceDir(agentId: string): string {
    const { defaultAgentId } = this.#keys();
    const fallback = join(this.stateDir, agentId === defaultAgentId ? "workspace" : `workspace-${agentId}`);
    return this.#options.workspaceDir?.(agentId) ?? fallback;
  }

  #agentsOnDisk(): string[] {
    try {
      return readdirSync(join(this.stateDir, "agents"), { withFileTypes: true })
        .filter((item) => item.isDirectory() && existsSync(join(agentSessionsDir(this.stateDir, item.name))))
        .map((item) => normalizeAgentId(item.name));
    } catch (error) {
      if (isErrno(error, "ENOENT")) return [];
      throw error;
    }
  }

  // The canonical key first, then the names under which older versions and clients stored the same session.
  #storedKeys(key: string, raw: string, agentId: string): string[] {
    const context = this.#keys();
    const names = [key, raw];
    if (key !== "global" && key === mainSessionKey(context, agentId)) {
      names.push(`agent:${agentId}:main`);
      if (agentId === context.defaultAgentId) names.push(normalizeMainKey(context.mainKey), "main");
    } else if (key.startsWith(`agent:${context.defaultAgentId}:`)) {
      names.push(key.slice(`agent:${context.defaultAgentId}:`.length));
    }
    return names;
  }

  #moveToCanonical(located: LocatedSession): void {
    const { index, key, storedKey, entry } = located;
    if (!entry || storedKey === key) return;
    index.replace(key, entry);
    index.delete(storedKey);
    located.storedKey = key;
  }

  #isFresh(key: string, entry: SessionEntry, options: EnsureOptions, now: number): boolean {
    const { session } = this.#options.config();
    const chatType = options.chatType ?? entry.chatType;
    const isThread = options.isThread ?? options.threadId !== undefined;
    const type = resetTypeOf({ key, isThread, ...(chatType ? { chatType } : {}) });
    const channel = options.channel ?? entry.channel ?? entry.lastChannel;
    const policy = resolveResetPolicy(session, {
      type,
      ...(channel ? { channel } : {}),
      ...(options.heartbeat ? { heartbeat: true } : {}),
    });
    return isFresh(entry.updatedAt, now, policy, this.#options.timeZone);
  }

  #fork(
    located: LocatedSession,
    sessionId: string,
    options: EnsureOptions,
    now: number,
  ): { outcome: ForkOutcome; path?: string } {
    const parentKey = options.parentKey;
    if (!parentKey || located.entry || this.canonical(parentKey) === located.key) return { outcome: "none" };
    const parent = this.get(parentKey);
    if (!parent?.sessionId) return { outcome: "none" };
    if (isForkTooLarge(parent)) return { outcome: "too-large" };
    try {
      const from = this.transcript(parentKey);
      if (!from.exists()) return { outcome: "none" };
      const to = forkedTranscriptPath(this.#places(located.agentId), sessionId, now);
      const cwd = this.#workspaceDir(located.agentId);
      forkTranscript({ from: from.path, leafId: from.leafId, to, sessionId, cwd, now });
      return { outcome: "copied", path: to };
    } catch (error) {
      this.#options.log?.warn(`Could not fork ${parentKey} into ${located.key}, it starts empty: ${errorText(error)}`);
      return { outcome: "failed" };
    }
  }

  #archive(located: LocatedSession, entry: SessionEntry, reason: "deleted" | "reset" = "deleted"): string[] {
    if (!entry.sessionId) return [];
    const archived: string[] = [];
    for (const path of transcriptCandidates(this.#places(located.agentId), entry)) {
      if (!existsSync(path)) continue;
      this.#transcripts.forget(path);
      const target = archivedPath(path, reason, this.#clock.now());
      renameSync(path, target);
      archived.push(target);
    }
    return archived;
  }
}
