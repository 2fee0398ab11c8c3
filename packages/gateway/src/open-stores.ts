import { openSessions, type Sessions } from "@openclaw/sessions";
import { type Journal, openStorage, type Storage } from "@openclaw/storage";
import type { GatewayBase } from "./gateway-base.ts";
import { takeOverLegacyState } from "./legacy-state.ts";
import { openSystemEvents, type SystemEvents } from "./pipeline/system-events.ts";
import { tellSessionHooks } from "./plugins/session-hooks.ts";
import { createSessionFeed, type SessionFeed } from "./session-feed.ts";

/** So long and so many messages are known again when a service delivers them once more, also after a restart. */
const redeliveries = { ms: 20 * 60_000, count: 5000, bytes: 4 * 1024 * 1024 };

/** What a Gateway keeps on disk about messages and sessions. */
export interface GatewayStores {
  readonly storage: Storage;
  readonly journal: Journal;
  readonly sessions: Sessions;
  /** Tells clients of what is said in sessions. */
  readonly sessionFeed: SessionFeed;
  readonly systemEvents: SystemEvents;
}

/** @throws StorageError */
export async function openStores(gateway: GatewayBase): Promise<GatewayStores> {
  const { paths, stateDir, config, connections, clock, life, late, log } = gateway;
  await takeOverLegacyState(paths, config(), () => clock.now(), log);
  const storage = await openStorage({
    stateDir,
    fsync: config().storage?.fsync ?? "group",
    clock,
    journalRemembers: redeliveries,
    onProblem: ({ message, kind, path }) => log.warn(message, { kind, path }),
  });
  life.on("close", () => storage.close());
  const sessionFeed = createSessionFeed({ connections, sessions: () => sessions });
  const sessions = openSessions({
    stateDir,
    config,
    clock,
    log: log.child("sessions"),
    onBegin: (begun) => tellSessionHooks(late.plugins.opened, begun, clock.now()),
    onMessage: ({ key, id, message }) => sessionFeed.said(key, id, message),
  });
  life.on("close", () => sessions.close());
  const systemEvents = openSystemEvents(storage, () => clock.now());
  return { storage, journal: storage.journal, sessions, sessionFeed, systemEvents };
}
