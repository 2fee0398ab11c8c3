export type ModelErrorCode =
  | "unknown-model"
  | "no-api-key"
  | "auth-refresh-failed"
  | "unavailable-api"
  | "invalid-provider"
  | "unexpected-response"
  | "incomplete-response";

/** A model cannot be used, for a reason found on our side of the wire. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;
  /** The text to show to the person in the chat. */
  readonly userMessage: string;

  constructor(code: ModelErrorCode, message: string, options?: { userMessage?: string; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.userMessage = options?.userMessage ?? message;
  }
}
