import crypto from "node:crypto";
import type { Timers } from "@openclaw/agent-runtime";
import type { Clock } from "@openclaw/storage";
import type { LiveNode } from "./node-registry.ts";

/** How long the outcome of an idempotency key is remembered, ms. */
const rememberedMs = 10 * 60_000;
const maxRemembered = 1000;
/** Longest delay a timer takes, ms. */
const maxTimerMs = 2_147_000_000;

export type InvocationOutcome =
  | { ok: true; payload: unknown; payloadJSON: string | null }
  | { ok: false; failure: InvocationFailure };

export type InvocationFailure =
  | { kind: "send-failed" | "disconnected"; message: string }
  /** What the node answered, or that it did not. */
  | { kind: "node-error"; code: string | undefined; message: string };

export interface Invocation {
  command: string;
  params: unknown;
  timeoutMs: number;
  idempotencyKey: string;
}

/** What a node sends in `node.invoke.result`. */
export interface NodeResult {
  id: string;
  ok: boolean;
  payload?: unknown;
  payloadJSON?: string | null | undefined;
  error?: { code?: string | undefined; message?: string | undefined } | null | undefined;
}

/** Commands that nodes were asked for. */
export interface NodeInvocations {
  /** Asks a node. The same key for the same node and command within ten minutes gets the first outcome. */
  invoke(node: LiveNode, invocation: Invocation): Promise<InvocationOutcome>;
  /** Takes a node's answer. */
  answer(nodeId: string, result: NodeResult): "taken" | "unknown" | "not-its-own";
  /** Fails what waits for an answer on this connection. */
  disconnected(connectionId: string): void;
  close(): void;
}

interface Pending {
  nodeId: string;
  connectionId: string;
  command: string;
  settle(outcome: InvocationOutcome): void;
}

export function createNodeInvocations({ clock, timers }: { clock: Clock; timers: Timers }): NodeInvocations {
  const pending = new Map<string, Pending>();
  const outcomes = new Map<string, { startedAt: number; outcome: Promise<InvocationOutcome> }>();

  const forgetOld = () => {
    const oldest = clock.now() - rememberedMs;
    for (const [key, { startedAt }] of outcomes) {
      if (startedAt >= oldest && outcomes.size < maxRemembered) return;
      outcomes.delete(key);
    }
  };

  const send = (node: LiveNode, { command, params, timeoutMs, idempotencyKey }: Invocation) =>
    new Promise<InvocationOutcome>((resolve) => {
      const id = crypto.randomUUID();
      if (node.connection.closing) {
        const message = "failed to send invoke to node";
        return resolve({ ok: false, failure: { kind: "send-failed", message } });
      }
      const cancel = timers.after(Math.min(Math.max(timeoutMs, 1), maxTimerMs), () =>
        pending.get(id)?.settle({
          ok: false,
          failure: { kind: "node-error", code: "TIMEOUT", message: "node invoke timed out" },
        }),
      );
      pending.set(id, {
        nodeId: node.nodeId,
        connectionId: node.connection.id,
        command,
        settle(outcome) {
          cancel();
          pending.delete(id);
          resolve(outcome);
        },
      });
      node.connection.sendUnnumbered("node.invoke.request", {
        id,
        nodeId: node.nodeId,
        command,
        paramsJSON: params === undefined ? null : JSON.stringify(params),
        timeoutMs,
        idempotencyKey,
      });
    });

  return {
    invoke(node, invocation) {
      const key = JSON.stringify([node.nodeId, invocation.command, invocation.idempotencyKey]);
      forgetOld();
      const before = outcomes.get(key);
      if (before && before.startedAt >= clock.now() - rememberedMs) return before.outcome;
      const outcome = send(node, invocation);
      outcomes.set(key, { startedAt: clock.now(), outcome });
      // What never reached the node may be tried again.
      void outcome.then((result) => {
        if (!result.ok && result.failure.kind === "send-failed") outcomes.delete(key);
      });
      return outcome;
    },
    answer(nodeId, result) {
      const waiting = pending.get(result.id);
      if (!waiting) return "unknown";
      if (waiting.nodeId !== nodeId) return "not-its-own";
      waiting.settle(outcomeOf(result));
      return "taken";
    },
    disconnected(connectionId) {
      for (const { connectionId: asked, command, settle } of [...pending.values()]) {
        if (asked !== connectionId) continue;
        settle({ ok: false, failure: { kind: "disconnected", message: `node disconnected (${command})` } });
      }
    },
    close() {
      for (const { settle } of [...pending.values()]) {
        settle({ ok: false, failure: { kind: "disconnected", message: "gateway shutting down" } });
      }
    },
  };
}

function outcomeOf({ ok, payload, payloadJSON, error }: NodeResult): InvocationOutcome {
  if (!ok) {
    const message = error?.message?.trim() || error?.code || "node invoke failed";
    return { ok: false, failure: { kind: "node-error", code: error?.code, message } };
  }
  const json = payloadJSON ?? null;
  return { ok: true, payload: payload ?? (json === null ? null : parsed(json)), payloadJSON: json };
}

/** A text that is no JSON is passed on as it is. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
