import type { Connection, Session } from "../ws/connection.ts";

/** A node that is connected. */
export interface LiveNode {
  nodeId: string;
  connection: Connection;
  session: Session;
  /** As the node named them; which of them may be used depends on the configuration of the moment. */
  declared: readonly string[];
  connectedAtMs: number;
}

/** The connected nodes, one entry per node. */
export interface NodeRegistry {
  /** A node that connects again takes the place of its former connection. */
  add(connection: Connection, session: Session, now: number): LiveNode;
  /** Forgets a node, unless it has another connection by now. Returns whether it was the one. */
  remove(connection: Connection, session: Session): boolean;
  get(nodeId: string): LiveNode | undefined;
  all(): LiveNode[];
}

export function createNodeRegistry(): NodeRegistry {
  const nodes = new Map<string, LiveNode>();
  return {
    add(connection, session, now) {
      const nodeId = nodeIdOf(session);
      const declared = (session.node?.commands ?? []).map((name) => name.trim()).filter((name) => name !== "");
      const node: LiveNode = { nodeId, connection, session, declared, connectedAtMs: now };
      nodes.set(nodeId, node);
      return node;
    },
    remove(connection, session) {
      const nodeId = nodeIdOf(session);
      // The late close of an old socket says nothing about the new one.
      if (nodes.get(nodeId)?.connection.id !== connection.id) return false;
      return nodes.delete(nodeId);
    },
    get: (nodeId) => nodes.get(nodeId),
    all: () => [...nodes.values()],
  };
}

/** What a node is called: its device id. */
export function nodeIdOf(session: Session): string {
  return session.deviceId ?? session.client.id;
}
