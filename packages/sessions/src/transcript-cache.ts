import type { Clock } from "@openclaw/storage";
import type { SessionFileLocks } from "./session-file-lock.ts";
import { Transcript, type TranscriptOptions } from "./transcript.ts";

export interface TranscriptCacheOptions {
  /** Most transcripts whose file stays open. */
  maxOpen: number;
  /** Most characters of transcripts kept in memory; the one used last stays whatever its size. */
  maxLoaded: number;
  clock: Clock;
  locks: SessionFileLocks;
  onRepair: NonNullable<TranscriptOptions["onRepair"]>;
}

/**
 * One Transcript object per file, so that everybody sees the same leaf. Those not used lately are unloaded and closed;
 * they stay usable for whoever still holds them.
 */
export class TranscriptCache {
  readonly #options: TranscriptCacheOptions;
  // In order of use, latest last.
  readonly #recent = new Map<string, Transcript>();
  readonly #known = new Map<string, WeakRef<Transcript>>();
  readonly #gone = new FinalizationRegistry<string>((path) => {
    if (this.#known.get(path)?.deref() === undefined) this.#known.delete(path);
  });

  constructor(options: TranscriptCacheOptions) {
    this.#options = options;
  }

  get(path: string, sessionId: string, made: () => Pick<TranscriptOptions, "cwd" | "onMessage">): Transcript {
    const transcript = this.#known.get(path)?.deref() ?? this.#add(path, sessionId, made());
    this.#touch(transcript);
    this.#trim();
    return transcript;
  }

  /** Lets go of a file that is about to be moved or rewritten. */
  forget(path: string): void {
    this.#known.get(path)?.deref()?.close();
    this.#recent.delete(path);
    this.#known.delete(path);
  }

  /** Number of transcripts kept at hand. */
  get size(): number {
    return this.#recent.size;
  }

  close(): void {
    for (const ref of this.#known.values()) ref.deref()?.close();
    this.#recent.clear();
    this.#known.clear();
  }

  #add(path: string, sessionId: string, own: Pick<TranscriptOptions, "cwd" | "onMessage">): Transcript {
    const { clock, locks, onRepair } = this.#options;
    const transcript = new Transcript({
      path,
      sessionId,
      ...own,
      clock,
      locks,
      onRepair,
      onLoad: (loaded) => {
        this.#touch(loaded);
        this.#trim();
      },
    });
    this.#known.set(path, new WeakRef(transcript));
    this.#gone.register(transcript, path);
    return transcript;
  }

  #touch(transcript: Transcript): void {
    this.#recent.delete(transcript.path);
    this.#recent.set(transcript.path, transcript);
  }

  #trim(): void {
    const { maxOpen, maxLoaded } = this.#options;
    let loaded = 0;
    for (const transcript of this.#recent.values()) loaded += transcript.loadedSize;
    for (const [path, transcript] of this.#recent) {
      if (this.#recent.size <= 1 || (this.#recent.size <= maxOpen && loaded <= maxLoaded)) return;
      loaded -= transcript.loadedSize;
      transcript.close();
      this.#recent.delete(path);
    }
  }
}
