import { randomUUID } from "node:crypto";
import type { Logger } from "@openclaw/log";
import { type Clock, systemClock } from "@openclaw/storage";
import { type DeliveryContext, deliveryContextOf, deliveryFields, mergeDeliveryContext } from "./delivery-context.ts";
import { type ChosenModel, inheritedModel } from "./inherited-model.ts";
import type { TranscriptMessage } from "./message.ts";
import { isFresh, resetTypeOf, resolveResetPolicy } from "./reset-policy.ts";
import { resetPatch, type SessionEntry, type SessionPatch } from "./session-entry.ts";
import { SessionError } from "./session-error.ts";
import type { SessionIndex } from "./session-index.ts";
import { SessionNames } from "./session-names.ts";
import { type EnsureOptions, type EnsureResult, entryUpdate, type ForkOutcome } from "./session-start.ts";
import { SessionStores } from "./session-stores.ts";
import { SessionTranscripts } from "./session-transcripts.ts";
import type { SessionsConfig } from "./sessions-config.ts";
import type { Schedule } from "./snapshot-timer.ts";
import type { Transcript } from "./transcript.ts";
import { newTranscriptPath } from "./transcript-path.ts";

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

/** The sessions of all agents below one state directory. */
export function openSessions(options: SessionsOptions): Sessions {
  return new Sessions(options);
}

export class Sessions {
  readonly stateDir: string;
  readonly #options: SessionsOptions;
  readonly #clock: Clock;
  readonly #names: SessionNames;
  readonly #stores: SessionStores;
  readonly #transcripts: SessionTranscripts;

  constructor(options: SessionsOptions) {
    this.stateDir = options.stateDir;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#names = new SessionNames(options.config);
    this.#stores = new SessionStores(options, this.#names);
    this.#transcripts = new SessionTranscripts({
      stateDir: options.stateDir,
      storePath: (agentId) => this.#stores.path(agentId),
      defaultAgentId: () => this.#names.defaultAgentId,
      workspaceDir: options.workspaceDir,
      onMessage: options.onMessage,
      limits: options.limits,
      clock: this.#clock,
      log: options.log,
    });
  }

  /** Canonical form of a key. @throws SessionError `invalid-key` */
  canonical(key: string): string {
    return this.#names.canonical(key);
  }

  /** The agent a key belongs to. */
  agentIdOf(key: string): string {
    return this.#names.agentIdOf(key);
  }

  /** The main session of an agent, of the default agent when none is named. */
  mainKey(agentId?: string): string {
    return this.#names.mainKey(agentId);
  }

  /** Configured agents; those with a directory when none are configured. The default agent comes first. */
  agentIds(): string[] {
    return this.#stores.agentIds();
  }

  /** Path of an agent's store. */
  storePath(agentId: string): string {
    return this.#stores.path(agentId);
  }

  /** The store of an agent, opened on first use. Agents that share a store share its index. */
  index(agentId: string): SessionIndex {
    return this.#stores.index(agentId);
  }

  /** The stores of all agents, each once. */
  indexes(): SessionIndex[] {
    return this.#stores.indexes();
  }

  /** Finds a session by any form of its key. @throws SessionError `invalid-key` */
  locate(rawKey: string): LocatedSession {
    const { key, agentId, storedKeys } = this.#names.of(rawKey);
    const index = this.index(agentId);
    for (const storedKey of storedKeys) {
      const entry = index.get(storedKey);
      if (entry) return { key, agentId, index, storedKey, entry };
    }
    return { key, agentId, index, storedKey: key, entry: undefined };
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
    const places = this.#transcripts.places(located.agentId);
    const entry = index.update(key, () => ({
      ...resetPatch(existing, { sessionId, now }),
      ...routing,
      sessionFile: fork.path ?? newTranscriptPath(places, sessionId, options.threadId),
      ...(fork.outcome === "too-large" ? { parentToSummarize: options.parentKey } : {}),
    }));
    this.#options.onBegin?.({ key, agentId: located.agentId, entry, ...(existing ? { previous: existing } : {}) });
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
      sessionFile: newTranscriptPath(this.#transcripts.places(located.agentId), sessionId),
      inputTokens: 0,
      outputTokens: 0,
      totalTokens: 0,
    }));
    const previous = located.entry ? { previous: located.entry } : {};
    this.#options.onBegin?.({ key: located.key, agentId: located.agentId, entry, ...previous });
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
    const archived = options.deleteTranscript === false ? [] : this.#transcripts.archive({ ...located, entry });
    located.index.delete(located.storedKey);
    return { key, deleted: true, archived };
  }

  /** Puts the transcript of a session aside under `.reset.<time>` and starts a new one. For histories no model accepts. */
  discardTranscript(rawKey: string): { key: string; entry: SessionEntry; archived: string[] } {
    const { entry: before, ...located } = this.locate(rawKey);
    const archived = before ? this.#transcripts.archive({ ...located, entry: before }, "reset") : [];
    const { key, entry } = this.reset(rawKey);
    return { key, entry, archived };
  }

  /** Cuts the transcript to the last `maxLines` entries (400); the file as it was is kept under `.bak.<time>`. */
  compact(rawKey: string, options: { maxLines?: number } = {}): CompactResult {
    const located = this.locate(rawKey);
    const { key, entry } = located;
    if (!entry?.sessionId) return { key, compacted: false, reason: "no sessionId" };
    const cut = this.#transcripts.truncate({ ...located, entry }, Math.max(1, options.maxLines ?? 400));
    if (!cut) return { key, compacted: false, reason: "no transcript" };
    const { kept, archive } = cut;
    if (archive === undefined) return { key, compacted: false, kept };
    this.update(key, () => ({ inputTokens: undefined, outputTokens: undefined, totalTokens: undefined }));
    return { key, compacted: true, kept, archived: archive };
  }

  /**
   * The transcript of a session. Cheap: nothing is read before it is used.
   * @throws SessionError `not-found` for a key without a session; call `ensure` first.
   */
  transcript(key: string): Transcript {
    const { key: canonical, agentId, entry } = this.locate(key);
    if (!entry?.sessionId) {
      throw new SessionError("not-found", `No session found: ${key}. Start it before using its transcript.`);
    }
    return this.#transcripts.get({ key: canonical, agentId, entry });
  }

  /** Where the transcript of a session is or will be; undefined for an unknown key. */
  transcriptPath(key: string): string | undefined {
    const { entry, agentId } = this.locate(key);
    return entry?.sessionId ? this.#transcripts.path({ agentId, entry }) : undefined;
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
    await this.#stores.flush();
  }

  async close(): Promise<void> {
    this.#transcripts.close();
    await this.#stores.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #newSessionId(): string {
    return this.#options.newSessionId?.() ?? randomUUID();
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
    const { entry: parent, ...from } = this.locate(parentKey);
    if (!parent?.sessionId) return { outcome: "none" };
    const { key, agentId } = located;
    return this.#transcripts.fork({ ...from, entry: parent }, { key, agentId, sessionId, now });
  }
}
