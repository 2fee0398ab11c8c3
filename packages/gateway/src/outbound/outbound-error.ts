/** A message or action that cannot be carried out, for whoever asked for it. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  /** `invalid`: the request is wrong; `unavailable`: it may work later. */
  readonly code: "invalid" | "unavailable";

  constructor(code: OutboundError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A request that is wrong. */
export function invalid(message: string): OutboundError {
  return new OutboundError("invalid", message);
}
