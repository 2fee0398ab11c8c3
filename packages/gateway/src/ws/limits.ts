/** Limits of a Gateway connection; the ones announced in `hello-ok.policy` are the ones enforced. */
export interface ConnectionLimits {
  /** Largest client frame before `hello-ok`, bytes. */
  maxHandshakePayload: number;
  /** Largest client frame after `hello-ok`, bytes. */
  maxPayload: number;
  /** Most bytes that may wait in a connection's send buffer. */
  maxBufferedBytes: number;
  tickIntervalMs: number;
  /** Time until `connect` must have succeeded, ms. */
  handshakeTimeoutMs: number;
  /** How long a closing peer that no longer reads may keep its socket, ms. */
  closeTimeoutMs: number;
  /** Connections without `hello-ok` that one address may hold. */
  maxPendingPerAddress: number;
  /** Interval of WebSocket pings; a peer silent for one more interval is dropped. */
  pingIntervalMs: number;
  /** Largest decoded attachment, bytes. */
  maxAttachmentBytes: number;
}

export const defaultLimits: ConnectionLimits = {
  maxHandshakePayload: 64 * 1024,
  maxPayload: 26_214_400,
  maxBufferedBytes: 52_428_800,
  tickIntervalMs: 30_000,
  handshakeTimeoutMs: 10_000,
  closeTimeoutMs: 2_000,
  maxPendingPerAddress: 32,
  pingIntervalMs: 25_000,
  maxAttachmentBytes: 5_000_000,
};
