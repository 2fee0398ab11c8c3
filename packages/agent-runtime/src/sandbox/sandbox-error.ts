export type SandboxErrorCode = "unavailable" | "unsupported" | "image-missing" | "setup-failed" | "bad-setting";

/** A sandbox that cannot be used as it is configured. The turn fails with the message; nothing runs in its place. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
