import { randomUUID } from "node:crypto";
import type { NodeRow } from "@openclaw/protocol";
import { findNode } from "./find-node.ts";
import type { Nodes } from "./nodes.ts";
import { numberParam, textParam } from "./tool-params.ts";

const defaultTimeoutMs = 20_000;

/** How a tool call reaches one node. */
export interface NodeAsker {
  node: NodeRow;
  /** The payload of the node's answer. @throws Error when it does not do it */
  ask(command: string, params?: object, timeoutMs?: number): Promise<unknown>;
}

/** @throws Error when no node, or more than one, is meant */
export async function nodeOfCall(
  params: Record<string, unknown>,
  load: () => Promise<Nodes>,
  choose: (nodes: readonly NodeRow[]) => NodeRow | undefined = () => undefined,
): Promise<NodeAsker> {
  if (params.gatewayUrl !== undefined || params.gatewayToken !== undefined) {
    throw new Error("nodes of another gateway cannot be used from here: leave gatewayUrl and gatewayToken out");
  }
  const nodes = await load();
  const rows = nodes.list(4);
  const named = textParam(params, "node");
  const node = (named === undefined ? choose(rows) : undefined) ?? findNode(rows, named);
  const given = numberParam(params, "invokeTimeoutMs") ?? numberParam(params, "timeoutMs");
  return {
    node,
    async ask(command, commandParams, timeoutMs = defaultTimeoutMs) {
      const outcome = await nodes.invoke({
        nodeId: node.nodeId,
        command,
        params: commandParams,
        timeoutMs: given ?? timeoutMs,
        idempotencyKey: randomUUID(),
      });
      if (outcome.ok) return outcome.payload;
      throw new Error(outcome.failure.message);
    },
  };
}
