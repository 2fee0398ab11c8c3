import { mayReceive } from "@openclaw/protocol";
import {
  type Connection,
  type NodeDeclaration,
  type PreparedEvent,
  type ProtocolVersion,
  prepareEvent,
  type Session,
} from "./connection.ts";

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
      if (!session) continue;
      if (session.node) {
        sendToNode(connection, session.node, name, payloadOf(session.protocol), options);
        continue;
      }
      if (!mayReceive(name, session)) continue;
      if (options.only && !options.only(connection)) continue;
      const payload = payloadOf(session.protocol);
      if (payload === undefined || !follows(connection, session, name, payload)) continue;
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

/** Nodes get few broadcasts; events of the sessions they subscribed to come to them as events of their own. */
function sendToNode(
  connection: Connection,
  { subscriptions }: NodeDeclaration,
  name: string,
  payload: unknown,
  options: BroadcastOptions,
): void {
  if (payload === undefined) return;
  const ofSession = name === "agent" || name === "chat";
  const subscribed = ofSession ? subscriptions.has(sessionKeyOf(payload) ?? "") : subscriptions.size > 0;
  if (!mayReceive(name, { role: "node", scopes: new Set(), subscribed })) return;
  if (ofSession) connection.sendUnnumbered(name, payload);
  else connection.sendEvent(prepareEvent(name, payload, options));
}

function sessionKeyOf(payload: unknown): string | undefined {
  if (typeof payload !== "object" || payload === null || !("sessionKey" in payload)) return undefined;
  return typeof payload.sessionKey === "string" ? payload.sessionKey : undefined;
}

/** A client that asked for it hears of runs only in sessions it has to do with. */
function follows(connection: Connection, session: Session, event: string, payload: unknown): boolean {
  if ((event !== "agent" && event !== "chat") || !session.caps.has("session-scoped-events")) return true;
  const sessionKey = sessionKeyOf(payload) ?? "";
  const { messages, runs } = connection.subscriptions;
  return messages.has(sessionKey) || runs.has(sessionKey);
}
