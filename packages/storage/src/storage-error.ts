/** What kind of failure a {@link StorageError} reports. Stable: programs may switch on it. */
export type StorageErrorCode =
  | "disk-full"
  | "file-size-limit"
  | "read-only"
  | "no-permission"
  | "not-found"
  | "not-a-directory"
  | "too-many-open-files"
  | "io"
  | "corrupt-json"
  | "newer-format"
  | "invalid-name"
  | "invalid-record"
  | "unknown-entry"
  | "merge-cycle"
  | "unsafe-directory"
  | "closed";

/** A durable file could not be read or written. The message ends with what to do about it. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  readonly code: StorageErrorCode;
  /** The file or directory concerned. */
  readonly path: string;
  /** What the reader can do about it, as one sentence. */
  readonly remedy: string;

  constructor(code: StorageErrorCode, options: { what: string; path: string; remedy: string; cause?: unknown }) {
    super(
      `${options.what}: ${options.path}. ${options.remedy}`,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.path = options.path;
    this.remedy = options.remedy;
  }
}

interface Diagnosis {
  code: StorageErrorCode;
  reason: string;
  remedy: string;
}

const diagnoses = new Map<string, Diagnosis>([
  ["ENOSPC", { code: "disk-full", reason: "the disk is full", remedy: "Free some space on that disk and try again." }],
  ["EDQUOT", { code: "disk-full", reason: "the disk quota is used up", remedy: "Free some space or raise the quota." }],
  [
    "EFBIG",
    {
      code: "file-size-limit",
      reason: "the file would exceed the size limit of this process",
      remedy: "Raise the limit (ulimit -f) of the user or the service.",
    },
  ],
  [
    "EROFS",
    {
      code: "read-only",
      reason: "the file system is read-only",
      remedy: "Mount it writable, or point the state directory (OPENCLAW_STATE_DIR) somewhere else.",
    },
  ],
  [
    "EACCES",
    {
      code: "no-permission",
      reason: "permission denied",
      remedy: "Give the user who runs OpenClaw access to it (check owner and mode).",
    },
  ],
  [
    "EPERM",
    {
      code: "no-permission",
      reason: "the operation is not permitted",
      remedy: "Give the user who runs OpenClaw access to it (check owner, mode and attributes).",
    },
  ],
  [
    "ENOENT",
    { code: "not-found", reason: "it does not exist", remedy: "Check the path, or create the missing directory." },
  ],
  [
    "ENOTDIR",
    {
      code: "not-a-directory",
      reason: "a part of the path is not a directory",
      remedy: "Move the file that is in the way.",
    },
  ],
  [
    "EMFILE",
    {
      code: "too-many-open-files",
      reason: "this process has too many files open",
      remedy: "Raise the limit (ulimit -n) and restart.",
    },
  ],
  [
    "ENFILE",
    {
      code: "too-many-open-files",
      reason: "the system has too many files open",
      remedy: "Close other programs or raise the system's limit.",
    },
  ],
]);

/** The errno code of a file system error ("ENOENT"), or undefined when `error` is something else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/**
 * Turns what `node:fs` threw into a {@link StorageError} that names the file and the remedy.
 * `action` completes "Cannot …", for example "write" or "create the directory".
 */
export function storageErrorFrom(error: unknown, action: string, path: string): StorageError {
  if (error instanceof StorageError) return error;
  const errno = errnoOf(error);
  const known = errno === undefined ? undefined : diagnoses.get(errno);
  const diagnosis = known ?? {
    code: "io",
    reason: error instanceof Error ? error.message : String(error),
    remedy: "Check the disk and its file system.",
  };
  const suffix = known && errno !== undefined ? ` (${errno})` : "";
  return new StorageError(diagnosis.code, {
    what: `Cannot ${action}, ${diagnosis.reason}${suffix}`,
    path,
    remedy: diagnosis.remedy,
    cause: error,
  });
}
