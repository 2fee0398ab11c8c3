/** What went wrong, in a form callers can switch on. */
export type SessionErrorCode =
  | "invalid-key"
  | "invalid-patch"
  | "not-found"
  | "ambiguous"
  | "main-session"
  | "store-lock-timeout"
  | "file-lock-timeout"
  | "store-version"
  | "transcript-version"
  | "unknown-entry"
  | "closed"
  | "io";

/** Every error this package throws on purpose. The message is meant for the person who reads it. */
export class SessionError extends Error {
  readonly code: SessionErrorCode;

  constructor(code: SessionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SessionError";
    this.code = code;
  }
}

/** True for a file system error with one of the given codes. */
export function isErrno(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
