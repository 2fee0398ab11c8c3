import type { NodeRow, PairedNode } from "@openclaw/protocol";
import type { Connection, Session } from "../ws/connection.ts";
import type { EventHandled } from "./node-events.ts";
import type { InvocationOutcome, NodeResult } from "./node-invocations.ts";
import type { NodeDescription, StoredNodeRequest } from "./node-pairing-store.ts";

/** What somebody wants of a node. */
export interface NodeInvokeRequest {
  nodeId: string;
  command: string;
  params?: unknown;
  /** Milliseconds. */
  timeoutMs: number;
  idempotencyKey: string;
}

/** The nodes of a Gateway. */
export interface Nodes {
  connected(connection: Connection, session: Session): void;
  disconnected(connection: Connection, session: Session): void;
  list(protocol: 3 | 4): NodeRow[];
  /** @throws RequestError when the node is not connected or may not be asked for the command */
  invoke(request: NodeInvokeRequest): Promise<InvocationOutcome>;
  /** The same, for a caller of which is not known that it may approve commands: `approved` must have been granted. */
  invokeUnapproved(request: NodeInvokeRequest): Promise<InvocationOutcome>;
  /** Runs a command whose outcome the caller tells; what the node says of it meanwhile is not told again. */
  awaited<T>(runId: string, work: () => Promise<T>): Promise<T>;
  /** @throws RequestError when the answer is for another node */
  answer(session: Session, nodeId: string, result: NodeResult): { ignored: boolean };
  event(session: Session, event: string, payload: unknown): Promise<EventHandled>;
  requestPairing(description: NodeDescription): { request: StoredNodeRequest; created: boolean };
  pairing(): { pending: StoredNodeRequest[]; paired: PairedNode[] };
  /** @throws RequestError for an unknown request, or one that asks for more than the approver holds */
  approve(requestId: string, held: ReadonlySet<string>): PairedNode & { token?: string };
  /** Returns the id of the rejected node. @throws RequestError */
  reject(requestId: string): string;
  verify(nodeId: string, token: string): PairedNode | undefined;
  /** @throws RequestError */
  rename(nodeId: string, displayName: string): void;
  /** @throws RequestError */
  remove(nodeId: string): void;
  close(): void;
}
