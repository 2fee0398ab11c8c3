/** What went wrong at a service, as far as the host acts on it. */
export type ChannelErrorCode =
  /** The account is no longer linked, or its token is no longer accepted. */
  | "logged_out"
  | "invalid_credentials"
  /** The configuration keeps the account from starting. */
  | "not_configured"
  /** The service refused the message for good: the chat is gone, the assistant was removed or blocked. */
  | "refused"
  | "rate_limited"
  | "media_too_large"
  | "invalid_target"
  | "ambiguous_target"
  | "unsupported"
  /** The connection was lost or the service is down; trying again may help. */
  | "unavailable";

const permanentCodes: ReadonlySet<ChannelErrorCode> = new Set([
  "logged_out",
  "invalid_credentials",
  "not_configured",
  "refused",
  "media_too_large",
  "invalid_target",
  "ambiguous_target",
  "unsupported",
] as const);

/** An error of a channel that says whether trying again can help. */
export class ChannelError extends Error {
  override name = "ChannelError";
  readonly code: ChannelErrorCode;
  /** Trying again cannot help. */
  readonly permanent: boolean;
  /** The pause the service asks for, ms. */
  readonly retryAfterMs: number | undefined;
  /** With `media_too_large`: the largest file that would have been taken, bytes. */
  readonly maxBytes: number | undefined;

  constructor(
    code: ChannelErrorCode,
    message: string,
    options: { retryAfterMs?: number; maxBytes?: number; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.permanent = permanentCodes.has(code);
    this.retryAfterMs = options.retryAfterMs;
    this.maxBytes = options.maxBytes;
  }
}

/** Whether trying again after this error cannot help. Plain data counts too: packages may exist twice in one program. */
export function isPermanent(error: unknown): boolean {
  return error instanceof Error && "permanent" in error && error.permanent === true;
}

/** The pause a service asked for, ms. */
export function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("retryAfterMs" in error)) return undefined;
  return typeof error.retryAfterMs === "number" ? error.retryAfterMs : undefined;
}
