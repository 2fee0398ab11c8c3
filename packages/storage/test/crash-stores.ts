import { join } from "node:path";
import {
  type Clock,
  type GroupCommit,
  type Journal,
  type KeyValue,
  type Log,
  type OnStorageProblem,
  type Outbox,
  openJournal,
  openKeyValue,
  openLog,
  openOutbox,
} from "../src/index.ts";

/** A record of the key-value store and of the log under test. */
export interface Stored {
  id: string;
  payload: string;
}

export interface CrashStores {
  journal: Journal;
  outbox: Outbox;
  kv: KeyValue<Stored>;
  log: Log<Stored>;
}

/** Small segments, so that closing, carrying over, condensing and deleting happen all the time. */
export function openCrashStores(
  dir: string,
  options: { commit: GroupCommit; clock: Clock; onProblem: OnStorageProblem },
): CrashStores {
  const segmentBytes = 16 * 1024;
  return {
    journal: openJournal({ ...options, dir: join(dir, "journal"), segmentBytes, remember: { count: 40 } }),
    outbox: openOutbox({ ...options, dir: join(dir, "outbox"), segmentBytes, remember: { count: 40 } }),
    kv: openKeyValue({ ...options, dir: join(dir, "kv"), minLogBytes: 8 * 1024 }),
    log: openLog({ ...options, dir: join(dir, "log"), segmentBytes }),
  };
}

/** A text that belongs to an id and shows whether it is whole: 20 to 400 characters, some of more than one byte. */
export function payloadFor(id: string): string {
  let sum = 7;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return `${id}|${"aé🙂\n".repeat(4 + (sum % 80))}|${id}`;
}
