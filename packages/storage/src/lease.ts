import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { claimExclusive, type ExclusiveContent, readExclusive, releaseExclusive } from "./exclusive-file.ts";
import { ensurePrivateDirSync } from "./private-dir.ts";
import { onProcessExit } from "./process-exit.ts";
import { isGone, ownIdentity, type ProcessIdentity, type ProcessTable, systemProcesses } from "./process-identity.ts";
import { numberField, parseRecord, stringField } from "./record.ts";

/** Who owns a lease. */
export interface LeaseOwner extends ProcessIdentity {
  /** When it was taken, ms since the epoch. */
  since: number;
  /** What the owner does with it, for messages. */
  note?: string;
}

export interface LeaseHandle {
  /** Gives the lease back. Harmless when done already. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Exclusive ownership of a name: an account, a session lane, the scheduler, the state directory. */
export interface Lease {
  /** Takes the lease, also from an owner that is gone. Rejects with {@link LeaseHeldError}; does not wait. */
  acquire(name: string, options?: { note?: string }): Promise<LeaseHandle>;
  /** The owner of a lease; undefined when it is free, which it is when its owner is gone. */
  inspect(name: string): LeaseOwner | undefined;
}

/** Somebody else owns the lease. */
export class LeaseHeldError extends Error {
  override readonly name = "LeaseHeldError";
  readonly code = "lease-held";
  readonly lease: string;
  /** Undefined when the lease file cannot be read (it may be in the middle of being written). */
  readonly owner: LeaseOwner | undefined;

  constructor(lease: string, owner: LeaseOwner | undefined, path: string) {
    const who = owner === undefined ? "another process" : `process ${owner.pid} on ${owner.host}`;
    const note = owner?.note === undefined ? "" : ` (${owner.note})`;
    super(
      `"${lease}" is in use by ${who}${note}. Stop that process, or use its interface instead. Lease file: ${path}`,
    );
    this.lease = lease;
    this.owner = owner;
  }
}

export interface FileLeaseOptions {
  /** Directory of the lease files, created with mode 0700. */
  dir: string;
  clock: Clock;
  processes?: ProcessTable;
}

/** An unreadable lease is another process's that is being written, unless it is older than this. */
export const unreadableGraceMs = 30_000;

/**
 * Leases as files `{pid, startTime, bootId, host, since, note?}`. A lease whose owner is gone (the process has ended,
 * its id belongs to another process, or the machine was started anew) is taken over; of several that try, one gets it.
 * What is held is given back when the process exits, a crash through an exception included.
 */
export function createFileLease(options: FileLeaseOptions): Lease & { close(): Promise<void> } {
  const processes = options.processes ?? systemProcesses;
  const held = new Map<string, string>();
  let forgetExit: (() => void) | undefined;
  const releaseAll = () => {
    for (const [path, text] of held) releaseExclusive(path, text);
    held.clear();
  };

  const isStale = (content: ExclusiveContent) => {
    const owner = parseOwner(content.text);
    if (owner === undefined) return options.clock.now() - content.modifiedAt > unreadableGraceMs;
    return isGone(owner, processes);
  };

  const release = (path: string, text: string) => {
    if (held.get(path) !== text) return;
    releaseExclusive(path, text);
    held.delete(path);
    if (held.size === 0) forgetExit?.();
  };

  return {
    async acquire(name, { note } = {}) {
      ensurePrivateDirSync(options.dir);
      const path = join(options.dir, fileName(name));
      const owner: LeaseOwner = { ...ownIdentity(processes), since: options.clock.now() };
      if (note !== undefined) owner.note = note;
      const text = `${JSON.stringify({ ...owner, token: randomUUID() })}\n`;
      const claim = claimExclusive(path, text, isStale);
      if (!claim.claimed) throw new LeaseHeldError(name, parseOwner(claim.held.text), path);

      if (held.size === 0) forgetExit = onProcessExit(releaseAll);
      held.set(path, text);
      return {
        release: async () => release(path, text),
        [Symbol.asyncDispose]: async () => release(path, text),
      };
    },

    inspect(name) {
      const content = readExclusive(join(options.dir, fileName(name)));
      return content === undefined || isStale(content) ? undefined : parseOwner(content.text);
    },

    async close() {
      releaseAll();
      forgetExit?.();
    },
  };
}

function parseOwner(text: string): LeaseOwner | undefined {
  const record = parseRecord(text);
  const pid = record && numberField(record, "pid");
  if (record === undefined || pid === undefined) return undefined;
  const owner: LeaseOwner = {
    pid,
    host: stringField(record, "host") ?? "an unknown host",
    since: numberField(record, "since") ?? 0,
  };
  const startTime = numberField(record, "startTime");
  if (startTime !== undefined) owner.startTime = startTime;
  const bootId = stringField(record, "bootId");
  if (bootId !== undefined) owner.bootId = bootId;
  const note = stringField(record, "note");
  if (note !== undefined) owner.note = note;
  return owner;
}

// Session keys hold colons and may be long; file names are limited to 255 bytes on the common file systems.
function fileName(name: string): string {
  const encoded = encodeURIComponent(name);
  if (encoded.length <= 150) return `${encoded}.lease`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return `${encoded.slice(0, 100)}-${hash}.lease`;
}
