import { randomUUID } from "node:crypto";
import { findNode } from "@openclaw/gateway/nodes";
import type { NodeRow } from "@openclaw/protocol";
import { type GatewayConnection, withGateway } from "../call/gateway-call.ts";
import type { TargetFlags } from "../call/gateway-target.ts";
import { listOf, recordOf } from "../commands/payload.ts";
import { CliError } from "../run/cli-error.ts";
import type { CommandContext } from "../run/command-context.ts";

export interface NodesCallFlags extends TargetFlags {
  timeout: number;
}

/** A node command on a connection that is open as long as it works. */
export interface NodesSession {
  readonly connection: GatewayConnection;
  /** @throws Error when no node, or more than one, is meant */
  node(query: string | undefined): Promise<NodeRow>;
  /** Asks a node and returns what it answers. */
  invoke(request: NodeInvocation): Promise<Record<string, unknown>>;
}

export interface NodeInvocation {
  nodeId: string;
  command: string;
  params?: unknown;
  timeoutMs: number;
  idempotencyKey?: string | undefined;
}

/** How much longer than the node the Gateway may take, ms. */
const slackMs = 5000;

/**
 * Does the work of `nodes <label>` and returns its exit code, if the work has one.
 * @throws CliError `nodes <label> failed: <why>`, with a hint when the Gateway does not know this command line
 */
export async function withNodes(
  label: string,
  flags: NodesCallFlags,
  context: CommandContext,
  work: (session: NodesSession) => Promise<unknown>,
): Promise<number | undefined> {
  const { url, token, password, timeout } = flags;
  try {
    const code = await withGateway({ context, url, token, password, timeoutMs: timeout }, (connection) =>
      work({
        connection,
        async node(query) {
          const { nodes } = recordOf(await connection.call("node.list", {}));
          return findNode(listOf(nodes) as readonly NodeRow[], query);
        },
        async invoke({ idempotencyKey = randomUUID(), timeoutMs, ...request }) {
          const limit = Math.max(timeout, timeoutMs + slackMs);
          const params = { ...request, timeoutMs, idempotencyKey };
          return recordOf(await connection.call("node.invoke", params, { timeoutMs: limit }));
        },
      }),
    );
    return typeof code === "number" ? code : undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = /unauthorized|pairing required/i.test(message)
      ? [`Approve this device on the Gateway's machine: ${context.hint("openclaw devices list")}`]
      : [];
    throw new CliError([`nodes ${label} failed: ${message}`, ...hint], { code: "nodes", cause: error });
  }
}
