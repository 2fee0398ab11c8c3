import { statSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, ensurePrivateDirSync, JsonlFile, systemClock } from "@openclaw/storage";
import { buildContext, contextMessageOf, type OrphanedPrompt, orphanedPrompt } from "./context.ts";
import { type LoadedPath, readLoadedPath } from "./loaded-path.ts";
import type { ContextMessage, ToolCallBlock, TranscriptMessage } from "./message.ts";
import { SessionError } from "./session-error.ts";
import type { HeldLock, SessionFileLocks } from "./session-file-lock.ts";
import {
  capToolResult,
  interruptedToolResultText,
  missingToolResultText,
  pendingToolCalls,
  syntheticToolResult,
} from "./tool-pairing.ts";
import { type NewEntry, type TranscriptEntry, type TranscriptHeader, transcriptVersion } from "./transcript-entry.ts";
import { readFileHeader } from "./transcript-header.ts";
import { type HistoryItem, readHistory } from "./transcript-history.ts";
import { newerVersion, nextEntryId, repairTranscript, type TranscriptRepair } from "./transcript-repair.ts";
import { readSettings, settingsAfter, type TranscriptSettings } from "./transcript-settings.ts";
import { DamagedTranscript, walkFile, walkPath } from "./transcript-walk.ts";

export interface TranscriptOptions {
  path: string;
  sessionId: string;
  /** Workspace written into the header of a new file. */
  cwd: string;
  locks: SessionFileLocks;
  clock?: Clock;
  /** Told when a damaged or old file had to be rewritten. */
  onRepair?: (path: string, repair: TranscriptRepair) => void;
  /** Told of every message that was appended. Must not throw. */
  onMessage?: (id: string, message: TranscriptMessage) => void;
  /** Told how much the transcript keeps in memory now (characters of the lines) and whether its file is open. */
  onLoad?: (transcript: Transcript) => void;
}

interface Attached {
  file: JsonlFile;
  /** Id of the last line, where new ids continue. */
  lastId: string | null;
  /** The first line of a file that has none yet; it is written with the first entry. */
  header: string;
}

/**
 * One conversation on disk: a tree of entries in a file that only grows. Opening reads its end, not the whole;
 * appending is one `write`. The file is created by the first append.
 */
export class Transcript {
  readonly path: string;
  readonly sessionId: string;
  readonly #options: TranscriptOptions;
  readonly #clock: Clock;
  #attached: Attached | undefined;
  #closedAt: { ino: number; size: number; leafId: string | null } | undefined;
  #leafId: string | null = null;
  /** The epoch of the lock under which the file was looked at last. */
  #lookedAt: number | undefined;
  #loaded: LoadedPath | undefined;
  #settings: TranscriptSettings | undefined;
  #loadedSize = 0;

  constructor(options: TranscriptOptions) {
    this.#options = options;
    this.path = options.path;
    this.sessionId = options.sessionId;
    this.#clock = options.clock ?? systemClock;
  }

  /** Entry the next append becomes a child of; null at the start of a conversation. */
  get leafId(): string | null {
    this.#attach();
    return this.#leafId;
  }

  /** Characters of transcript lines kept in memory. */
  get loadedSize(): number {
    return this.#loadedSize;
  }

  /** True while the file is held open. */
  get isOpen(): boolean {
    return this.#attached !== undefined;
  }

  exists(): boolean {
    return statSync(this.path, { throwIfNoEntry: false }) !== undefined;
  }

  /** Bytes of the file; 0 when there is none. */
  size(): number {
    return statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** The first line of the file; undefined when there is no file. */
  header(): TranscriptHeader | undefined {
    return this.#attach() ? readFileHeader(this.path) : undefined;
  }

  /**
   * Appends an entry below the leaf. It is handed to the operating system before this returns. The object must not be
   * changed afterwards.
   * @throws StorageError when it cannot be written; nothing has changed then.
   */
  append(entry: NewEntry): { id: string } {
    return { id: this.appendAll([entry]) };
  }

  /** Appends entries, each below the one before, in one write. Returns the id of the last. @throws StorageError */
  appendAll(entries: readonly [NewEntry, ...NewEntry[]]): string {
    const attached = this.#attach() ?? this.#create();
    const timestamp = new Date(this.#clock.now()).toISOString();
    const added: { entry: TranscriptEntry; size: number }[] = [];
    let lines = attached.header;
    let { lastId } = attached;
    let parentId = this.#leafId;
    for (const entry of entries) {
      const stored: NewEntry =
        entry.type === "message" && entry.message.role === "toolResult"
          ? { type: "message", message: capToolResult(entry.message) }
          : entry;
      const id = nextEntryId(lastId);
      const { type, ...fields } = stored;
      const line = `${JSON.stringify({ type, id, parentId, timestamp, ...fields })}\n`;
      lines += line;
      added.push({ entry: { ...stored, id, parentId, timestamp }, size: line.length });
      lastId = id;
      parentId = id;
    }
    attached.file.appendLines(lines);
    attached.header = "";
    attached.lastId = lastId;
    this.#leafId = parentId;
    for (const { entry, size } of added) this.#extend(entry, size);
    for (const { entry } of added) if (entry.type === "message") this.#options.onMessage?.(entry.id, entry.message);
    return parentId ?? "";
  }

  appendMessage(message: TranscriptMessage): { id: string } {
    return this.append({ type: "message", message });
  }

  /**
   * Makes another entry (null: the start) the leaf. Nothing is written: the next append creates the branch.
   * @throws SessionError `unknown-entry`
   */
  branch(id: string | null): void {
    this.#attach();
    if (id === this.#leafId) return;
    const index = id === null ? -1 : (this.#loaded?.entries.findLastIndex((entry) => entry.id === id) ?? -1);
    if (index === -1 && id !== null && !this.#repairing(() => this.exists() && this.#hasEntry(id))) {
      throw new SessionError("unknown-entry", `No entry ${id} in ${this.path}: nothing to branch from.`);
    }
    const loaded = this.#loaded;
    const rest = loaded?.entries.slice(index + 1) ?? [];
    // What an abandoned compaction had folded away has to be read again.
    const isKept = loaded !== undefined && index !== -1 && !rest.some((entry) => entry.type === "compaction");
    this.#leafId = id;
    this.#settings = undefined;
    if (!isKept) {
      this.unload();
      return;
    }
    loaded.entries.length = index + 1;
    loaded.messages = buildContext(loaded.entries);
  }

  /** What the model is shown: the active path with its last compaction applied. The messages must not be changed. */
  context(): ContextMessage[] {
    return this.#load().messages.slice();
  }

  /** The entries behind {@link Transcript.context}, from the root or the first kept entry to the leaf. */
  activePath(): TranscriptEntry[] {
    return this.#load().entries.slice();
  }

  /**
   * The entries of the active path from one of them to the leaf, also of a part that a compaction replaced; undefined
   * when the entry is not on the path.
   */
  pathFrom(id: string): TranscriptEntry[] | undefined {
    const { entries } = this.#load();
    const at = entries.findLastIndex((entry) => entry.id === id);
    if (at !== -1) return entries.slice(at);
    if (entries[0] === undefined || entries[0].parentId === null) return undefined;
    return this.#repairing(() => {
      const found: TranscriptEntry[] = [];
      for (const { entry } of walkPath(this.path, this.#leafId)) {
        found.push(entry);
        if (entry.id === id) return found.reverse();
      }
      return undefined;
    });
  }

  /** The user messages at the end that nothing answered; undefined when the last one was answered. */
  orphan(): OrphanedPrompt | undefined {
    return orphanedPrompt(this.#load().entries);
  }

  /** Tool calls at the end of the conversation that have no result yet. */
  pendingToolCalls(): ToolCallBlock[] {
    return pendingToolCalls(this.#load().messages);
  }

  /**
   * Appends an error result for each call at the end that has none: `interrupted` for calls that the end of the
   * process cut off, `missing` otherwise. Returns how many there were.
   */
  closeToolCalls(reason: "interrupted" | "missing"): number {
    const calls = this.pendingToolCalls();
    const text = reason === "interrupted" ? interruptedToolResultText : missingToolResultText;
    for (const call of calls) this.appendMessage(syntheticToolResult(call, text, this.#clock.now()));
    return calls.length;
  }

  /**
   * The last `limit` messages and marks of the active path, oldest first, leaving out the last `skip`.
   * Reads from the end of the file, so the cost depends on what is asked for and not on the length of the file.
   */
  history(limit: number, options: { skip?: number } = {}): HistoryItem[] {
    return this.#repairing(() =>
      this.#attach() && limit > 0 ? readHistory(this.path, this.#leafId, { limit, skip: options.skip ?? 0 }) : [],
    );
  }

  /** Model and thinking level of the active path. Reads back until it finds them, once. */
  settings(): TranscriptSettings {
    this.#attach();
    this.#settings ??= this.#repairing(() => readSettings(this.path, this.#leafId));
    return this.#settings;
  }

  /** Takes the lock of the file; waits up to 10 s for another process. */
  lock(options: { waitMs?: number } = {}): Promise<HeldLock> {
    return this.#options.locks.acquire(this.path, options);
  }

  /** Forgets what was read; the next use reads it again. */
  unload(): void {
    this.#loaded = undefined;
    this.#loadedSize = 0;
  }

  /** Unloads and closes the file. The transcript stays usable: the next use opens it again, at the same leaf. */
  close(): void {
    const attached = this.#attached;
    if (attached) this.#closedAt = { ino: attached.file.ino, size: attached.file.size, leafId: this.#leafId };
    this.#release();
  }

  // The open file, brought up to date with what another process may have done to it; undefined when there is none.
  #attach(): Attached | undefined {
    const attached = this.#attached;
    // Under the lock nobody else writes, so one look is enough for as long as it is held.
    const epoch = this.#options.locks.epoch(this.path);
    if (attached && epoch !== undefined && epoch === this.#lookedAt) return attached;
    const stat = statSync(this.path, { throwIfNoEntry: false });
    this.#lookedAt = epoch;
    if (attached && stat?.ino === attached.file.ino && stat.size === attached.file.size) return attached;
    const before = attached ? undefined : this.#closedAt;
    this.#forget();
    if (!stat) return undefined;
    const opened = this.#openOrRepair();
    // Nothing changed since an idle close: a branch that was made before still holds.
    if (before?.ino === opened.file.ino && before.size === opened.file.size) this.#leafId = before.leafId;
    this.#options.onLoad?.(this);
    return opened;
  }

  #create(): Attached {
    ensurePrivateDirSync(dirname(this.path));
    const header: TranscriptHeader = {
      type: "session",
      version: transcriptVersion,
      id: this.sessionId,
      timestamp: new Date(this.#clock.now()).toISOString(),
      cwd: this.#options.cwd,
    };
    const file = JsonlFile.open(this.path, { expectNew: true });
    const attached = { file, lastId: null, header: file.size === 0 ? `${JSON.stringify(header)}\n` : "" };
    this.#attached = attached;
    this.#leafId = null;
    this.#loaded = { entries: [], messages: [] };
    this.#settings = undefined;
    this.#options.onLoad?.(this);
    return attached;
  }

  #open(): Attached {
    // Opening cuts off a last line that a crash left half written.
    const file = JsonlFile.open(this.path);
    try {
      const header = readFileHeader(this.path);
      if (header && header.version > transcriptVersion) throw newerVersion(this.path, header.version);
      if (!header) throw new DamagedTranscript(this.path, "No header");
      if (header.version < transcriptVersion) throw new DamagedTranscript(this.path, "Old version");
      const last = walkFile(this.path).next();
      const lastId = last.done ? null : last.value.entry.id;
      const attached = { file, lastId, header: "" };
      this.#attached = attached;
      this.#leafId = lastId;
      return attached;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #release(): void {
    this.unload();
    this.#attached?.file.close();
    this.#attached = undefined;
    this.#lookedAt = undefined;
  }

  #forget(): void {
    this.#release();
    this.#closedAt = undefined;
    this.#leafId = null;
    this.#settings = undefined;
  }

  #load(): LoadedPath {
    const attached = this.#attach();
    if (this.#loaded) return this.#loaded;
    if (!attached) return { entries: [], messages: [] };
    const loaded = this.#repairing(() => readLoadedPath(this.path, this.#leafId));
    this.#loaded = loaded;
    this.#loadedSize = loaded.size;
    this.#options.onLoad?.(this);
    return loaded;
  }

  #extend(entry: TranscriptEntry, size: number): void {
    if (this.#settings) this.#settings = settingsAfter(this.#settings, entry);
    const loaded = this.#loaded;
    if (!loaded) return;
    if (entry.type === "compaction") {
      // What it replaced need not stay in memory; the part that is kept is read when it is needed.
      this.unload();
      return;
    }
    loaded.entries.push(entry);
    this.#loadedSize += size;
    const message = contextMessageOf(entry);
    if (message) loaded.messages.push(message);
  }

  #hasEntry(id: string): boolean {
    for (const { entry } of walkFile(this.path)) if (entry.id === id) return true;
    return false;
  }

  #openOrRepair(): Attached {
    try {
      return this.#open();
    } catch (error) {
      if (!(error instanceof DamagedTranscript)) throw error;
      return this.#repair();
    }
  }

  #repairing<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DamagedTranscript)) throw error;
    }
    const leafId = this.#leafId;
    this.#repair();
    if (leafId !== null && this.#hasEntry(leafId)) this.#leafId = leafId;
    return read();
  }

  #repair(): Attached {
    this.#forget();
    const { sessionId, path } = this;
    const repair = repairTranscript(path, { sessionId, cwd: this.#options.cwd, now: this.#clock.now() });
    this.#options.onRepair?.(path, repair);
    return this.#open();
  }
}
