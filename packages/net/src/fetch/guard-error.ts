export type FetchGuardErrorCode =
  | "invalid-url"
  | "blocked-hostname"
  | "blocked-address"
  | "blocked-resolution"
  | "unresolvable"
  | "too-many-redirects"
  | "redirect-loop"
  | "redirect-without-location"
  | "too-large"
  | "timeout"
  | "connection";

const refusals: ReadonlySet<FetchGuardErrorCode> = new Set<FetchGuardErrorCode>([
  "invalid-url",
  "blocked-hostname",
  "blocked-address",
  "blocked-resolution",
  "unresolvable",
]);

/** Why a guarded fetch was refused or failed. The message is written for the person who reads it. */
export class FetchGuardError extends Error {
  override readonly name = "FetchGuardError";
  readonly code: FetchGuardErrorCode;

  constructor(code: FetchGuardErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }

  /** True when the address itself is refused, so that nobody else may be asked to fetch it either. */
  get refused(): boolean {
    return refusals.has(this.code);
  }
}
