import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import type { TranscriptMessage } from "./message.ts";
import type { SessionEntry } from "./session-entry.ts";
import { errorText } from "./session-error.ts";
import { SessionFileLocks } from "./session-file-lock.ts";
import { type ForkOutcome, isForkTooLarge } from "./session-start.ts";
import type { Transcript } from "./transcript.ts";
import { TranscriptCache } from "./transcript-cache.ts";
import { forkTranscript, truncateTranscript } from "./transcript-copy.ts";
import {
  archivedPath,
  forkedTranscriptPath,
  type SessionPlaces,
  transcriptCandidates,
  transcriptPathOf,
} from "./transcript-path.ts";
import type { TranscriptRepair } from "./transcript-repair.ts";

export interface SessionTranscriptsOptions {
  stateDir: string;
  storePath: (agentId: string) => string;
  defaultAgentId: () => string;
  /** Workspace of an agent, written into the header of new transcripts. */
  workspaceDir?: ((agentId: string) => string) | undefined;
  /** Told of every message that is added to the transcript of a session. Must not throw. */
  onMessage?: ((added: { key: string; id: string; message: TranscriptMessage }) => void) | undefined;
  /** Most transcripts kept open (64) and characters of transcripts kept in memory (8 Mi). */
  limits?: { openTranscripts?: number; loadedCharacters?: number } | undefined;
  clock: Clock;
  log?: Pick<Logger, "warn"> | undefined;
}

/** A session whose record there is. */
export interface RecordedSession {
  key: string;
  agentId: string;
  entry: SessionEntry;
}

/** The transcripts of the sessions below one state directory. */
export class SessionTranscripts {
  readonly #options: SessionTranscriptsOptions;
  // Between the turns of a lively conversation the lock stays: making and removing its file was a tenth of a turn.
  readonly #locks = new SessionFileLocks({ lingerMs: 200 });
  readonly #cache: TranscriptCache;

  constructor(options: SessionTranscriptsOptions) {
    this.#options = options;
    this.#cache = new TranscriptCache({
      maxOpen: options.limits?.openTranscripts ?? 64,
      maxLoaded: options.limits?.loadedCharacters ?? 8 * 1024 * 1024,
      clock: options.clock,
      locks: this.#locks,
      onRepair: (path, repair) => options.log?.warn(repairText(path, repair)),
    });
  }

  /** The transcript of a session. Cheap: nothing is read before it is used. */
  get({ key, agentId, entry }: RecordedSession): Transcript {
    const { onMessage } = this.#options;
    return this.#cache.get(this.path({ agentId, entry }), entry.sessionId, () => ({
      cwd: this.#workspaceDir(agentId),
      ...(onMessage && { onMessage: (id, message) => onMessage({ key, id, message }) }),
    }));
  }

  /** Where the transcript of a session is or will be. */
  path({ agentId, entry }: Pick<RecordedSession, "agentId" | "entry">): string {
    return transcriptPathOf(this.places(agentId), entry);
  }

  /** Where an agent's transcripts may be. */
  places(agentId: string): SessionPlaces {
    const { stateDir, storePath } = this.#options;
    return { stateDir, storePath: storePath(agentId), agentId };
  }

  /** Begins the transcript of a thread with the active branch of the session it continues. */
  fork(
    parent: RecordedSession,
    { key, agentId, sessionId, now }: { key: string; agentId: string; sessionId: string; now: number },
  ): { outcome: ForkOutcome; path?: string } {
    if (isForkTooLarge(parent.entry)) return { outcome: "too-large" };
    try {
      const from = this.get(parent);
      if (!from.exists()) return { outcome: "none" };
      const to = forkedTranscriptPath(this.places(agentId), sessionId, now);
      forkTranscript({ from: from.path, leafId: from.leafId, to, sessionId, cwd: this.#workspaceDir(agentId), now });
      return { outcome: "copied", path: to };
    } catch (error) {
      this.#options.log?.warn(`Could not fork ${parent.key} into ${key}, it starts empty: ${errorText(error)}`);
      return { outcome: "failed" };
    }
  }

  /** Puts all files of a session aside. @returns their new paths */
  archive(
    { agentId, entry }: Pick<RecordedSession, "agentId" | "entry">,
    reason: "deleted" | "reset" = "deleted",
  ): string[] {
    if (!entry.sessionId) return [];
    const archived: string[] = [];
    for (const path of transcriptCandidates(this.places(agentId), entry)) {
      if (!existsSync(path)) continue;
      this.#cache.forget(path);
      const target = archivedPath(path, reason, this.#options.clock.now());
      renameSync(path, target);
      archived.push(target);
    }
    return archived;
  }

  /** Cuts a transcript to its last entries and keeps the file as it was beside it. Undefined without a transcript. */
  truncate(session: RecordedSession, maxEntries: number): { kept: number; archive?: string } | undefined {
    const transcript = this.get(session);
    const header = transcript.header();
    if (!header) return undefined;
    const archive = archivedPath(transcript.path, "bak", this.#options.clock.now());
    const { leafId, path } = transcript;
    const { total, kept } = truncateTranscript({ path, header, leafId, maxEntries, archive });
    if (kept === undefined) return { kept: total };
    this.#cache.forget(path);
    return { kept, archive };
  }

  close(): void {
    this.#cache.close();
    this.#locks.close();
  }

  #workspaceDir(agentId: string): string {
    const { stateDir, defaultAgentId, workspaceDir } = this.#options;
    const fallback = join(stateDir, agentId === defaultAgentId() ? "workspace" : `workspace-${agentId}`);
    return workspaceDir?.(agentId) ?? fallback;
  }
}

function repairText(path: string, repair: TranscriptRepair): string {
  const what = [
    repair.droppedLines > 0 ? `${repair.droppedLines} unreadable lines were left out` : undefined,
    repair.migratedFrom === undefined ? undefined : `it had format version ${repair.migratedFrom}`,
    repair.newHeader ? "its header was missing" : undefined,
    repair.relinked > 0 ? `${repair.relinked} entries had no parent` : undefined,
  ].filter((part) => part !== undefined);
  return `Rewrote the transcript ${path}: ${what.join(", ") || "it was damaged"}. Before: ${repair.backup}`;
}
