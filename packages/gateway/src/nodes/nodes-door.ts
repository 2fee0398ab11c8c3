import type { Logger } from "@openclaw/log";
import type { Connection, Session } from "../ws/connection.ts";
import type { Nodes } from "./nodes.ts";

/** The way to what a Gateway knows of nodes, which is loaded for the first node or the first who asks. */
export interface NodesDoor {
  load(): Promise<Nodes>;
  connected(connection: Connection, session: Session): void;
  disconnected(connection: Connection, session: Session): void;
  close(): Promise<void>;
}

export function createNodesDoor(open: () => Promise<Nodes>, log: Logger): NodesDoor {
  let loading: Promise<Nodes> | undefined;
  const load = () => (loading ??= open());
  /** In the order they were told, and before requests that come later. */
  const tell = (what: (nodes: Nodes) => void) => {
    load()
      .then(what)
      .catch((error: unknown) => log.error("nodes cannot be used", { error: String(error) }));
  };
  return {
    load,
    connected: (connection, session) => tell((nodes) => nodes.connected(connection, session)),
    disconnected: (connection, session) => tell((nodes) => nodes.disconnected(connection, session)),
    async close() {
      (await loading)?.close();
    },
  };
}
