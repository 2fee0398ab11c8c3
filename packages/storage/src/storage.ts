import { join } from "node:path";
import { type Bus, createBus } from "./bus.ts";
import { type Clock, systemClock } from "./clock.ts";
import { GroupCommit } from "./group-commit.ts";
import { type Journal, openJournal } from "./journal.ts";
import { type KeyValue, openKeyValue } from "./key-value.ts";
import { createFileLease, type Lease } from "./lease.ts";
import { type Log, openLog } from "./log.ts";
import { type Outbox, openOutbox } from "./outbox.ts";
import { ensurePrivateDir } from "./private-dir.ts";
import type { ProcessTable } from "./process-identity.ts";
import type { RememberOptions } from "./remembered.ts";
import { StorageError } from "./storage-error.ts";
import type { OnStorageProblem } from "./storage-problem.ts";

/** Everything durable or exclusive that a Gateway has, behind interfaces that a cluster can implement too. */
export interface Storage {
  /** A key-value store, opened on first use; the same one for the same name. */
  kv<T = unknown>(name: string): KeyValue<T>;
  /** A log, opened on first use; the same one for the same name. */
  log<T = unknown>(name: string): Log<T>;
  readonly lease: Lease;
  readonly bus: Bus;
  readonly journal: Journal;
  readonly outbox: Outbox;
  /** Writes out and closes everything and gives back the leases. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface StorageOptions {
  /** The state directory, created with mode 0700. */
  stateDir: string;
  /**
   * `group` (default): accepted, enqueued and stored things are forced to the disk together, so they survive a power
   * loss. `off`: that is left to the operating system; they still survive the death of the process.
   */
  fsync?: "group" | "off";
  clock?: Clock;
  /** How long, and how much of, what was finished the journal remembers; see {@link RememberOptions} for the defaults. */
  journalRemembers?: Omit<RememberOptions, "clock">;
  /** Hears of damaged lines that were kept aside and of failed clean-ups; without it they are process warnings. */
  onProblem?: OnStorageProblem;
  processes?: ProcessTable;
}

/**
 * Opens the storage of a state directory: `journal/`, `outbox/`, `kv/<name>/`, `logs/<name>/`, `leases/`. Journal and
 * outbox belong to one process: take the Gateway lock first.
 * @throws StorageError `newer-format` when a newer release wrote one of the files.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const clock = options.clock ?? systemClock;
  const onProblem: OnStorageProblem =
    options.onProblem ?? ((problem) => process.emitWarning(problem.message, { type: "StorageWarning" }));
  const commit = new GroupCommit({ fsync: options.fsync ?? "group" });
  const at = (folder: string) => ({ dir: join(options.stateDir, folder), commit, clock, onProblem });

  await ensurePrivateDir(options.stateDir);
  const journal = openJournal({
    ...at("journal"),
    ...(options.journalRemembers && { remember: options.journalRemembers }),
  });
  const outbox = openOutbox(at("outbox"));
  const lease = createFileLease({
    dir: join(options.stateDir, "leases"),
    clock,
    ...(options.processes && { processes: options.processes }),
  });
  const stores = new Map<string, KeyValue<unknown>>();
  const logs = new Map<string, Log<unknown>>();

  const close = async () => {
    const open = [journal, outbox, ...stores.values(), ...logs.values(), lease];
    const results = await Promise.allSettled(open.map((each) => each.close()));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, `Cannot close the storage of ${options.stateDir}`);
  };

  return {
    kv<T>(name: string): KeyValue<T> {
      return openOnce<KeyValue<T>>(stores, name, () => openKeyValue<T>(at(join("kv", checkedName(name)))));
    },
    log<T>(name: string): Log<T> {
      return openOnce<Log<T>>(logs, name, () => openLog<T>(at(join("logs", checkedName(name)))));
    },
    lease,
    bus: createBus({ onProblem }),
    journal,
    outbox,
    close,
    [Symbol.asyncDispose]: close,
  };
}

// The map holds stores of different types under their names; what type a name has is agreed between its users.
function openOnce<S>(open: Map<string, unknown>, name: string, create: () => S): S;
function openOnce(open: Map<string, unknown>, name: string, create: () => unknown): unknown {
  const known = open.get(name);
  if (known !== undefined) return known;
  const created = create();
  open.set(name, created);
  return created;
}

function checkedName(name: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(name)) return name;
  throw new StorageError("invalid-name", {
    what: "Cannot open a store of that name",
    path: name,
    remedy: "Use lower-case letters, digits, dots, hyphens and underscores, beginning with a letter or digit.",
  });
}
