export {
  type AtomicWriteOptions,
  removeStaleTemporaries,
  writeFileAtomic,
  writeFileAtomicSync,
} from "./atomic-file.ts";
export { type Bus, createBus } from "./bus.ts";
export { type Clock, systemClock } from "./clock.ts";
export { FileLockedError, type FileLockOptions, withFileLock } from "./file-lock.ts";
export {
  acquireGatewayLock,
  defaultLockDir,
  GatewayLockError,
  type GatewayLockOptions,
  gatewayLeaseName,
  gatewayLockPath,
} from "./gateway-lock.ts";
export { GroupCommit, type GroupCommitOptions } from "./group-commit.ts";
export { type Journal, openJournal } from "./journal.ts";
export type { JournalEntry, JournalState } from "./journal-entry.ts";
export { readJsonFile, readJsonFileSync } from "./json-file.ts";
export { type JsonlContent, JsonlFile, type JsonlFileOptions, readJsonlFile } from "./jsonl-file.ts";
export { ConflictError, type KeyValue, type KeyValueOptions, openKeyValue } from "./key-value.ts";
export {
  createFileLease,
  type FileLeaseOptions,
  type Lease,
  type LeaseHandle,
  LeaseHeldError,
  type LeaseOwner,
} from "./lease.ts";
export { type BackwardOptions, type Line, readLinesBackward, readLinesForward } from "./lines.ts";
export { type Log, type LogOptions, openLog } from "./log.ts";
export { type Outbox, openOutbox } from "./outbox.ts";
export type { OutboxItem, OutboxState } from "./outbox-item.ts";
export { ensurePrivateDir, ensurePrivateDirSync } from "./private-dir.ts";
export { isGone, ownIdentity, type ProcessIdentity, type ProcessTable, systemProcesses } from "./process-identity.ts";
export type { SegmentStoreOptions } from "./segment-store-options.ts";
export { openStorage, type Storage, type StorageOptions } from "./storage.ts";
export { errnoOf, StorageError, type StorageErrorCode } from "./storage-error.ts";
export type { OnStorageProblem, StorageProblem } from "./storage-problem.ts";
export { moveToTrash, type TrashWorld } from "./trash.ts";
