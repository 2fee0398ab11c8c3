/** Sizes in bytes and times in milliseconds that the Gateway enforces on both protocol versions. */
export const limits = {
  /** Largest frame a client may send before `hello-ok`; a larger one is answered with close 1009. */
  handshakeFrameBytes: 64 * 1024,
  /** Largest frame after `hello-ok`; announced as `policy.maxPayload`. */
  maxPayload: 26_214_400,
  /** Send buffer per client; announced as `policy.maxBufferedBytes`. */
  maxBufferedBytes: 52_428_800,
  /** Announced as `policy.tickIntervalMs`. */
  tickIntervalMs: 30_000,
  /** Time within which `connect` must have succeeded. */
  handshakeTimeoutMs: 10_000,
  /** Requests queued while the handshake runs; more close the connection with 1008. */
  handshakeQueue: 16,
  /** Connections without `hello-ok` per client address. */
  pendingConnectionsPerAddress: 32,
  /** The Gateway pings every this often and drops a peer silent for as long again. */
  pingIntervalMs: 25_000,
  /** Largest `chat.history` message list, serialised. */
  historyBytes: 6 * 1024 * 1024,
  /** Largest image attachment, decoded. */
  imageBytes: 5_000_000,
  /** How far `device.signedAt` may be off, either way. */
  signatureSkewMs: 600_000,
  /** Age after which a pending pairing request is dropped. */
  pairingTtlMs: 300_000,
  /** Interval between `chat` deltas of one run. */
  chatDeltaIntervalMs: { v3: 150, v4: 75 },
  /** Idempotency keys of finished requests are remembered this long, and at most this many. */
  idempotencyTtlMs: 300_000,
  idempotencyEntries: 1_000,
} as const;
