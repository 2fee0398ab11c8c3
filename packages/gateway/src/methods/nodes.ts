import { missingScope, type NodeRow } from "@openclaw/protocol";
import type { InvocationOutcome } from "../nodes/node-invocations.ts";
import type { Session } from "../ws/connection.ts";
import { type HandlersOf, invalidRequest, RequestError, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type NodeMethod =
  | "node.list"
  | "node.describe"
  | "node.rename"
  | "node.invoke"
  | "node.invoke.result"
  | "node.event"
  | "node.pair.request"
  | "node.pair.list"
  | "node.pair.approve"
  | "node.pair.reject"
  | "node.pair.verify"
  | "node.pair.remove"
  | "skills.bins"
  | "exec.approvals.node.get"
  | "exec.approvals.node.set";

/** How long a node may take to read or write its approvals file, ms. */
const approvalsTimeoutMs = 30_000;

/** `node.*`: the machines that lend the assistant what they can do. */
export function nodeMethods(gateway: MethodContext): HandlersOf<NodeMethod> {
  const { clock } = gateway;
  const nodes = () => gateway.nodes.load();

  /** The approvals file of a node, through the node. */
  const askApprovals = async (nodeId: string, command: string, params: object | undefined) => {
    const request = { nodeId, command, params, timeoutMs: approvalsTimeoutMs, idempotencyKey: crypto.randomUUID() };
    try {
      return payloadOf(await (await nodes()).invoke(request)).payload;
    } catch (error) {
      const shape = error instanceof RequestError ? error.shape : undefined;
      const code = (shape?.details as { code?: string } | undefined)?.code;
      if (shape === undefined || code === undefined) throw error;
      throw unavailable(shape.message, { details: { nodeError: { code, message: shape.message } } });
    }
  };

  return {
    async "node.list"(_params, { session }) {
      return { ts: clock.now(), nodes: (await nodes()).list(session.protocol) };
    },
    async "node.describe"({ nodeId }, { session }) {
      const found = (await nodes()).list(session.protocol).find((node: NodeRow) => node.nodeId === nodeId);
      if (!found) throw invalidRequest("unknown nodeId");
      return { ts: clock.now(), ...found };
    },
    async "node.rename"({ nodeId, displayName }) {
      const name = displayName.trim();
      if (name === "") throw invalidRequest("displayName required");
      (await nodes()).rename(nodeId, name);
      return { nodeId, displayName: name };
    },
    async "node.invoke"({ nodeId, command, params, timeoutMs, idempotencyKey }, { session }) {
      refuseApprovalsEdit(command, session);
      const request = { nodeId, command, params, timeoutMs, idempotencyKey };
      const { payload, payloadJSON } = payloadOf(await (await nodes()).invokeUnapproved(request));
      return { ok: true as const, nodeId, command: command.trim(), payload, payloadJSON };
    },
    async "node.invoke.result"({ nodeId, ...result }, { session }) {
      const { ignored } = (await nodes()).answer(session, nodeId, result);
      return { ok: true as const, ...(ignored ? { ignored } : {}) };
    },
    async "node.event"({ event, payload, payloadJSON }, { session }) {
      const done = await (await nodes()).event(session, event, payload ?? parsed(payloadJSON));
      return { ok: true as const, ...(session.protocol === 4 ? { event, ...done } : {}) };
    },
    async "node.pair.request"(description) {
      const { request, created } = (await nodes()).requestPairing(description);
      return { status: "pending" as const, request, created };
    },
    async "node.pair.list"() {
      return (await nodes()).pairing();
    },
    async "node.pair.approve"({ requestId }, { session }) {
      return { requestId, node: (await nodes()).approve(requestId, session.scopes) };
    },
    async "node.pair.reject"({ requestId }) {
      return { requestId, nodeId: (await nodes()).reject(requestId) };
    },
    async "node.pair.verify"({ nodeId, token }) {
      const node = (await nodes()).verify(nodeId, token);
      return { ok: node !== undefined, ...(node ? { node } : {}) };
    },
    async "node.pair.remove"({ nodeId }) {
      (await nodes()).remove(nodeId);
      return { nodeId };
    },
    async "skills.bins"() {
      return { bins: await gateway.skills.bins() };
    },
    "exec.approvals.node.get": ({ nodeId }) => askApprovals(nodeId, "system.execApprovals.get", undefined),
    "exec.approvals.node.set": ({ nodeId, file, baseHash }) =>
      askApprovals(nodeId, "system.execApprovals.set", { file, baseHash }),
  };
}

/** What may run on a node is changed by administrators alone, whichever way they take. */
function refuseApprovalsEdit(command: string, session: Session): void {
  if (command.trim() !== "system.execApprovals.set" || session.scopes.has("operator.admin")) return;
  const { code, message, ...rest } = missingScope("operator.admin", session.protocol);
  throw new RequestError(code, message, rest);
}

/** What a node answered. @throws RequestError when it failed or did not answer */
function payloadOf(outcome: InvocationOutcome): Extract<InvocationOutcome, { ok: true }> {
  if (outcome.ok) return outcome;
  const { failure } = outcome;
  if (failure.kind !== "node-error") throw unavailable(failure.message);
  const { code, message } = failure;
  throw unavailable(message, { details: { nodeError: { ...(code === undefined ? {} : { code }), message } } });
}

/** A text that is no JSON says nothing. */
function parsed(json: string | undefined): unknown {
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
