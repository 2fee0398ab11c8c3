import type { ChannelLog } from "@openclaw/plugin-sdk";

/** How often the connection is looked at, ms. */
const LOOK_MS = 60_000;
/** A connection on which messages came, and none for this long, is taken for dead, ms. */
const SILENCE_MS = 30 * 60_000;

/** Watches one connection. Returns how to stop. */
export function watchConnection(options: {
  /** When the last message came on this connection, ms since 1970. */
  lastMessageAt(): number | undefined;
  drop(reason: string): void;
  heartbeatMs: number;
  every(ms: number, run: () => void): () => void;
  now(): number;
  log: ChannelLog;
}): () => void {
  const { every, now, log } = options;
  const since = now();
  const stopLooking = every(LOOK_MS, () => {
    const last = options.lastMessageAt();
    if (last === undefined || now() - last < SILENCE_MS) return;
    const minutes = Math.round((now() - last) / 60_000);
    log.warn(`no message for ${minutes} minutes: connecting anew`);
    options.drop(`no message for ${minutes} minutes`);
  });
  const stopBeating = every(options.heartbeatMs, () => {
    const last = options.lastMessageAt();
    log.debug("the connection lives", {
      connectedMs: now() - since,
      ...(last === undefined ? {} : { sinceMessageMs: now() - last }),
    });
  });
  return () => {
    stopLooking();
    stopBeating();
  };
}
