export type OAuthErrorCode =
  | "state-mismatch"
  | "no-code"
  | "refused"
  | "expired"
  | "unreachable"
  | "unexpected-answer"
  /** The person said no. */
  | "declined"
  /** The program whose login was to be taken over has none. */
  | "no-login";

/** A sign-in, or the renewal of a token, that did not come about. The message is for the person. */
export class OAuthError extends Error {
  override readonly name = "OAuthError";
  readonly code: OAuthErrorCode;
  /** HTTP status of the server's answer, when there was one. */
  readonly status: number | undefined;

  constructor(code: OAuthErrorCode, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}
