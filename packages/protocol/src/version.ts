import { type GatewayErrorShape, gatewayError } from "./errors.ts";

/** The oldest protocol version this package describes (reference release 2026.2.9). */
export const PROTOCOL_MIN = 3;
/** The newest protocol version this package describes (reference release 2026.9.6). */
export const PROTOCOL_MAX = 4;

export type ProtocolVersion = 3 | 4;

/**
 * Picks the version a connection speaks from the client's inclusive range: the newest both sides know.
 * On refusal the connection is closed with 1002 and the message as reason.
 */
export function negotiateProtocol(range: {
  minProtocol: number;
  maxProtocol: number;
}): { ok: true; protocol: ProtocolVersion } | { ok: false; error: GatewayErrorShape } {
  const { minProtocol, maxProtocol } = range;
  if (minProtocol > PROTOCOL_MAX || maxProtocol < PROTOCOL_MIN || minProtocol > maxProtocol) {
    return {
      ok: false,
      error: gatewayError("INVALID_REQUEST", "protocol mismatch", {
        details: {
          code: "PROTOCOL_MISMATCH",
          expectedProtocol: maxProtocol < PROTOCOL_MIN ? PROTOCOL_MIN : PROTOCOL_MAX,
          clientMinProtocol: minProtocol,
          clientMaxProtocol: maxProtocol,
          minimumProbeProtocol: PROTOCOL_MIN,
        },
      }),
    };
  }
  return { ok: true, protocol: maxProtocol >= 4 ? 4 : 3 };
}
