import { fdatasync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { syncDirectory } from "./atomic-file.ts";
import { storageErrorFrom } from "./storage-error.ts";

const defaultSync = promisify(fdatasync);

/** An open file as {@link GroupCommit} sees it. */
export interface CommitTarget {
  readonly fd: number;
  readonly path: string;
  /** True until the directory entry of a file created by us is known to be on the disk. */
  isNew: boolean;
}

export interface GroupCommitOptions {
  /** "off": nothing is forced to the disk, waiters go on at once. */
  fsync?: "group" | "off";
  /**
   * The least time between the starts of two batches while several wait for each, in ms (default 2). It is the most that
   * a waiter is held back.
   */
  windowMs?: number;
  /** Forces a file's data to the disk; replaced in tests. */
  sync?: (fd: number) => Promise<void>;
}

interface Waiter {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Forces files to the disk for many waiters at once: everything asked for while a batch gathers or runs shares the
 * next one, and a file with any number of waiters costs one fdatasync per batch. Journal and outbox share one.
 */
export class GroupCommit {
  /** False when nothing is forced to the disk. */
  readonly enabled: boolean;
  readonly #windowMs: number;
  readonly #sync: (fd: number) => Promise<void>;
  #waiting = new Map<CommitTarget, Waiter[]>();
  #scheduled = false;
  #running = false;
  #wasShared = false;
  #lastStart = Number.NEGATIVE_INFINITY;

  constructor(options: GroupCommitOptions = {}) {
    this.enabled = options.fsync !== "off";
    this.#windowMs = options.windowMs ?? 2;
    this.#sync = options.sync ?? defaultSync;
  }

  /** Resolves when all that was written to the file before this call is on the disk. Rejects with StorageError. */
  commit(file: CommitTarget): Promise<void> {
    if (!this.enabled) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiters = this.#waiting.get(file);
      if (waiters) waiters.push({ resolve, reject });
      else this.#waiting.set(file, [{ resolve, reject }]);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#running || this.#waiting.size === 0) return;
    this.#scheduled = true;
    // Holding a batch back pays when several wait for it. A lone writer, or the first after a pause, goes at the end of
    // this turn of the event loop and waits for no timer.
    const wait = this.#wasShared ? this.#lastStart + this.#windowMs - performance.now() : 0;
    if (wait <= 0) setImmediate(() => this.#run());
    else setTimeout(() => this.#run(), wait);
  }

  async #run(): Promise<void> {
    this.#scheduled = false;
    this.#running = true;
    this.#lastStart = performance.now();
    const batch = this.#waiting;
    this.#waiting = new Map();
    this.#wasShared = batch.size > 1 || [...batch.values()].some((waiters) => waiters.length > 1);
    await Promise.all([...batch].map(([file, waiters]) => this.#commitOne(file, waiters)));
    this.#running = false;
    this.#schedule();
  }

  async #commitOne(file: CommitTarget, waiters: Waiter[]): Promise<void> {
    try {
      await this.#sync(file.fd);
      if (file.isNew) {
        await syncDirectory(dirname(file.path));
        file.isNew = false;
      }
    } catch (error) {
      const failure = storageErrorFrom(error, "force to the disk", file.path);
      for (const waiter of waiters) waiter.reject(failure);
      return;
    }
    for (const waiter of waiters) waiter.resolve();
  }
}
