import { mayReceive } from "@openclaw/protocol";
import { type Connection, type PreparedEvent, type ProtocolVersion, prepareEvent } from "./connection.ts";

/** A payload for both protocol versions, or one per version; undefined = this version does not get the event. */
export type VersionedPayload = { v3: unknown; v4: unknown };

export interface BroadcastOptions {
  droppable?: boolean;
  stateVersion?: object;
  /** Narrows the connections further than the event's scope does. */
  only?: (connection: Connection) => boolean;
}

/** The authenticated connections, and how events reach them. */
export interface Connections {
  add(connection: Connection): void;
  remove(connection: Connection): void;
  all(): IterableIterator<Connection>;
  readonly size: number;
  /** Sends an event to every connection whose role and scopes allow it, serialised once per protocol version. */
  broadcast(name: string, payload: unknown, options?: BroadcastOptions): void;
  /** The same with payloads that differ between protocol versions. */
  broadcastVersions(name: string, payload: VersionedPayload, options?: BroadcastOptions): void;
}

export function createConnections(): Connections {
  const members = new Set<Connection>();

  const send = (name: string, payloadOf: (version: ProtocolVersion) => unknown, options: BroadcastOptions) => {
    const prepared: Partial<Record<ProtocolVersion, PreparedEvent>> = {};
    for (const connection of members) {
      const session = connection.session;
      if (!session || !mayReceive(name, session)) continue;
      if (options.only && !options.only(connection)) continue;
      const payload = payloadOf(session.protocol);
      if (payload === undefined) continue;
      prepared[session.protocol] ??= prepareEvent(name, payload, options);
      connection.sendEvent(prepared[session.protocol] as PreparedEvent);
    }
  };

  return {
    add: (connection) => members.add(connection),
    remove: (connection) => members.delete(connection),
    all: () => members.values(),
    get size() {
      return members.size;
    },
    broadcast: (name, payload, options = {}) => send(name, () => payload, options),
    broadcastVersions: (name, payload, options = {}) =>
      send(name, (version) => (version === 3 ? payload.v3 : payload.v4), options),
  };
}
