import os from "node:os";
import { isLoopbackAddress, normalizeAddress } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";
import type { Connection, Session } from "./ws/connection.ts";
import type { Connections } from "./ws/connections.ts";

const ENTRY_TTL_MS = 5 * 60_000;
const MAX_ENTRIES = 200;
/** `presence` is broadcast at most this often, ms; the last state wins. */
const BROADCAST_INTERVAL_MS = 250;

/** Who is connected or was seen lately, in the form clients read. */
export interface PresenceEntry {
  host?: string | undefined;
  ip?: string | undefined;
  version?: string | undefined;
  platform?: string | undefined;
  deviceFamily?: string | undefined;
  modelIdentifier?: string | undefined;
  mode?: string | undefined;
  lastInputSeconds?: number | undefined;
  reason?: string | undefined;
  tags?: string[] | undefined;
  text?: string | undefined;
  ts: number;
  deviceId?: string | undefined;
  roles?: string[] | undefined;
  scopes?: string[] | undefined;
  instanceId?: string | undefined;
  timeZone?: string | undefined;
}

/** The list of presences; every change raises its version and is broadcast. */
export interface Presence {
  list(): PresenceEntry[];
  readonly version: number;
  connected(connection: Connection, session: Session): void;
  disconnected(connection: Connection, session: Session): void;
  /** Merges a report of a device; returns the fields in which it differs from what was known. */
  report(key: string, entry: Omit<PresenceEntry, "ts">): string[];
  close(): void;
}

export function createPresence(options: {
  clock: Clock;
  version: string;
  connections: Connections;
  stateVersion(): object;
}): Presence {
  const { clock, connections } = options;
  const entries = new Map<string, PresenceEntry>();
  let version = 1;
  let timer: NodeJS.Timeout | undefined;
  let lastBroadcastAt = Number.NEGATIVE_INFINITY;
  const host = os.hostname();
  const ip = lanAddress();

  const self = (): PresenceEntry => ({
    host,
    ...(ip ? { ip } : {}),
    version: options.version,
    platform: `${os.platform()} ${os.release()}`,
    deviceFamily: { linux: "Linux", darwin: "Mac", win32: "Windows" }[os.platform() as string] ?? os.type(),
    modelIdentifier: os.arch(),
    mode: "gateway",
    reason: "self",
    text: `Gateway: ${host}${ip ? ` (${ip})` : ""} · app ${options.version} · mode gateway · reason self`,
    ts: clock.now(),
  });

  const list = (): PresenceEntry[] => {
    const oldest = clock.now() - ENTRY_TTL_MS;
    for (const [key, entry] of entries) if (entry.ts < oldest) entries.delete(key);
    const sorted = [...entries.entries()].sort(([, a], [, b]) => b.ts - a.ts);
    for (const [key] of sorted.slice(MAX_ENTRIES)) entries.delete(key);
    return [self(), ...sorted.slice(0, MAX_ENTRIES).map(([, entry]) => entry)];
  };

  const announce = () => {
    version += 1;
    if (timer) return;
    const wait = Math.max(0, lastBroadcastAt + BROADCAST_INTERVAL_MS - clock.now());
    const send = () => {
      timer = undefined;
      lastBroadcastAt = clock.now();
      connections.broadcast(
        "presence",
        { presence: list() },
        { droppable: true, stateVersion: options.stateVersion() },
      );
    };
    if (wait === 0) send();
    else {
      timer = setTimeout(send, wait);
      timer.unref();
    }
  };

  const merge = (key: string, entry: Omit<PresenceEntry, "ts">): string[] => {
    const id = key.toLowerCase();
    const before = entries.get(id);
    const given = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
    const union = (a?: string[], b?: string[]) =>
      a || b ? { list: [...new Set([...(a ?? []), ...(b ?? [])])] } : undefined;
    const roles = union(before?.roles, entry.roles);
    const scopes = union(before?.scopes, entry.scopes);
    const next: PresenceEntry = {
      ...before,
      ...given,
      ...(roles ? { roles: roles.list } : {}),
      ...(scopes ? { scopes: scopes.list } : {}),
      ts: clock.now(),
    };
    next.text ??= `Node: ${next.host ?? key} · mode ${next.mode ?? "unknown"}`;
    entries.set(id, next);
    announce();
    return (["host", "ip", "version", "mode", "reason"] as const).filter((name) => before?.[name] !== next[name]);
  };

  const keyOf = (connection: Connection, session: Session) =>
    session.deviceId ?? session.client.instanceId ?? connection.id;
  const describe = (connection: Connection, session: Session, reason: string): Omit<PresenceEntry, "ts"> => {
    const { client } = session;
    return {
      host: client.displayName ?? client.id,
      ...(connection.remote.localDirect || isLoopbackAddress(connection.remote.address)
        ? {}
        : { ip: connection.remote.address }),
      version: client.version,
      platform: client.platform,
      deviceFamily: client.deviceFamily,
      modelIdentifier: client.modelIdentifier,
      mode: client.mode,
      deviceId: session.deviceId,
      roles: [session.role],
      scopes: session.scopes.size > 0 ? [...session.scopes] : undefined,
      instanceId: session.deviceId ?? client.instanceId,
      timeZone: client.timeZone,
      reason,
    };
  };

  return {
    list,
    get version() {
      return version;
    },
    connected(connection, session) {
      if (session.client.mode !== "cli") merge(keyOf(connection, session), describe(connection, session, "connect"));
    },
    disconnected(connection, session) {
      if (session.client.mode !== "cli") merge(keyOf(connection, session), describe(connection, session, "disconnect"));
    },
    report: merge,
    close() {
      clearTimeout(timer);
    },
  };
}

/** The first IPv4 address of this machine that other machines can reach. */
function lanAddress(): string | undefined {
  for (const addresses of Object.values(os.networkInterfaces())) {
    const found = addresses?.find((item) => item.family === "IPv4" && !item.internal);
    if (found) return normalizeAddress(found.address);
  }
  return undefined;
}
