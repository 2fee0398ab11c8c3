/** Thrown by a tool whose failed call has more to tell than a message. The model gets an error result. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly code = "tool-failure";
  /** Added to the details of the error result. */
  readonly details: Record<string, unknown>;

  constructor(message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.details = details;
  }
}
