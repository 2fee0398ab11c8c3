import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { type Clock, ensurePrivateDirSync, systemClock } from "@openclaw/storage";
import { parseLine } from "./read-entry.ts";
import { isRecord } from "./session-entry.ts";
import { isErrno, SessionError } from "./session-error.ts";

const staleMs = 30 * 60_000;
/** A lock without its owner is one that is just being written, or one whose writer was killed right then. */
const unreadableStaleMs = 1000;
/** A lock this old is made anew by whoever takes it next. */
const renewMs = 5 * 60_000;
const defaultWaitMs = 10_000;
const retryMs = 25;
const signals = ["SIGINT", "SIGTERM", "SIGQUIT", "SIGABRT"] as const;
type LockSignal = (typeof signals)[number];

// Handlers of other lock sets in this process do not count as somebody who takes care of a signal.
const ofLocks = Symbol.for("openclaw.session-file-lock");

/** A held lock; release it once. */
export interface HeldLock extends AsyncDisposable {
  release(): void;
}

interface LockOwner {
  pid: number;
  createdAt: number;
}

/**
 * The `<file>.lock` files of the transcripts one program works on. Re-entrant within the set: the file goes when the
 * last holder releases. A lock whose process is gone, or that is older than 30 minutes, is taken over.
 */
export class SessionFileLocks {
  readonly #clock: Clock;
  readonly #lingerMs: number;
  readonly #held = new Map<string, { holders: number; epoch: number; createdAt: number }>();
  // Released, but still on disk, since this time: who comes back soon need not make the file again.
  readonly #idle = new Map<string, number>();
  #sweep: NodeJS.Timeout | undefined;
  #epochs = 0;
  #listeners: (() => void)[] = [];

  /** `lingerMs`: how long a released lock stays with this set, in milliseconds (default 0). */
  constructor(options: { clock?: Clock; lingerMs?: number } = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#lingerMs = options.lingerMs ?? 0;
  }

  /** True while somebody holds the lock of the file through this set. */
  holds(file: string): boolean {
    return (this.#held.get(`${file}.lock`)?.holders ?? 0) > 0;
  }

  /**
   * A number that stays the same as long as the lock file is this set's without a break, and never comes again;
   * undefined while it is not. Whoever looked at the file under this number need not look again.
   */
  epoch(file: string): number | undefined {
    return this.#held.get(`${file}.lock`)?.epoch;
  }

  /**
   * Takes the lock, waiting for another process to release it.
   * @throws SessionError `file-lock-timeout` after `waitMs` (10 s).
   */
  async acquire(file: string, options: { waitMs?: number } = {}): Promise<HeldLock> {
    const path = `${file}.lock`;
    this.#giveUpOld(path);
    const waitMs = options.waitMs ?? defaultWaitMs;
    const deadline = performance.now() + waitMs;
    while (!this.#held.has(path)) {
      const owner = this.#tryCreate(path);
      if (owner === undefined) break;
      if (performance.now() >= deadline) {
        throw new SessionError(
          "file-lock-timeout",
          `session file locked (timeout ${waitMs}ms): pid=${owner.pid || "unknown"} ${path}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
    this.#listen();
    const held = this.#held.get(path);
    if (held) held.holders += 1;
    else this.#held.set(path, { holders: 1, epoch: ++this.#epochs, createdAt: this.#clock.now() });
    this.#idle.delete(path);
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      this.#release(path);
    };
    return { release, [Symbol.asyncDispose]: async () => release() };
  }

  /** Releases everything that is still held. */
  close(): void {
    for (const path of this.#held.keys()) unlinkIfThere(path);
    this.#held.clear();
    this.#idle.clear();
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    this.#unlisten();
  }

  #release(path: string): void {
    const held = this.#held.get(path);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders > 0) return;
    if (this.#lingerMs === 0) {
      this.#drop(path);
      return;
    }
    this.#idle.set(path, performance.now());
    this.#sweep ??= setTimeout(() => this.#dropIdle(), this.#lingerMs).unref();
  }

  #drop(path: string): void {
    this.#held.delete(path);
    this.#idle.delete(path);
    unlinkIfThere(path);
  }

  #dropIdle(): void {
    const before = performance.now() - this.#lingerMs;
    for (const [path, since] of this.#idle) if (since <= before) this.#drop(path);
    this.#sweep = this.#idle.size > 0 ? setTimeout(() => this.#dropIdle(), this.#lingerMs).unref() : undefined;
  }

  // A lock that is used again and again must not come to look abandoned to other processes.
  #giveUpOld(path: string): void {
    const held = this.#held.get(path);
    if (held?.holders === 0 && this.#clock.now() - held.createdAt > renewMs) this.#drop(path);
  }

  // Undefined when the lock file is ours now, else who holds it.
  #tryCreate(path: string): LockOwner | undefined {
    for (;;) {
      try {
        createLock(path, { pid: process.pid, createdAt: this.#clock.now() });
        return undefined;
      } catch (error) {
        if (isErrno(error, "ENOENT")) {
          ensurePrivateDirSync(dirname(path));
          continue;
        }
        if (!isErrno(error, "EEXIST")) throw error;
      }
      const owner = readLock(path);
      if (owner === undefined) continue; // Released in between.
      if (!this.#isStale(owner)) return owner;
      unlinkIfThere(path);
    }
  }

  #isStale(owner: LockOwner): boolean {
    const age = this.#clock.now() - owner.createdAt;
    if (age > (owner.pid > 0 ? staleMs : unreadableStaleMs)) return true;
    // In a container each start has the same pid: a lock from before this process began is not its own.
    if (owner.pid === process.pid) return owner.createdAt < performance.timeOrigin - 1000;
    return owner.pid > 0 && !isAlive(owner.pid);
  }

  // Once, not per lock: to listen to a signal costs as much as the lock itself.
  #listen(): void {
    if (this.#listeners.length > 0) return;
    const onExit = () => {
      for (const path of this.#held.keys()) unlinkIfThere(path);
    };
    process.on("exit", onExit);
    this.#listeners.push(() => process.off("exit", onExit));
    for (const signal of signals) {
      const onSignal = Object.assign(() => this.#onSignal(signal), { [ofLocks]: true });
      // First in the row: a handler of the program that is for one time only is gone once it was called.
      process.prependListener(signal, onSignal);
      this.#listeners.push(() => process.off(signal, onSignal));
    }
  }

  // A program with its own handler drains its runs and exits; then the exit listener removes the locks. Without one
  // the process would have ended here, so it ends here, only tidily.
  #onSignal(signal: LockSignal): void {
    const isHandledElsewhere = process.listeners(signal).some((listener) => !(ofLocks in listener));
    if (isHandledElsewhere) return;
    this.close();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }

  #unlisten(): void {
    for (const off of this.#listeners) off();
    this.#listeners = [];
  }
}

function createLock(path: string, owner: LockOwner): void {
  const fd = openSync(path, "wx", 0o600);
  try {
    writeSync(fd, JSON.stringify(owner));
  } catch (error) {
    // On a full disk: an empty lock would keep everybody out, us included.
    unlinkIfThere(path);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** `rmSync` looks at the file first. */
function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

function readLock(path: string): LockOwner | undefined {
  try {
    const record = parseLine(readFileSync(path, "utf8"));
    const age = statSync(path).mtimeMs;
    if (!isRecord(record)) return { pid: 0, createdAt: age };
    return {
      pid: typeof record.pid === "number" ? record.pid : 0,
      createdAt: typeof record.createdAt === "number" ? record.createdAt : age,
    };
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isErrno(error, "ESRCH");
  }
}
