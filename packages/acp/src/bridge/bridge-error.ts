import { RequestError } from "@agentclientprotocol/sdk";

/** A refusal in the form editors show: an internal error whose details say what is wrong. */
export function bridgeError(details: string): RequestError {
  return RequestError.internalError({ details }, details);
}

/** The same for what went wrong on the way. */
export function asBridgeError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  return bridgeError(error instanceof Error ? error.message : String(error));
}
