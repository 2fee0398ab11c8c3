import { type ApprovalsStore, openApprovalsStore } from "@openclaw/approvals";
import { type ApprovalFeed, createApprovalFeed } from "../channels/channel-approvals.ts";
import type { GatewayBase } from "../gateway-base.ts";
import { createRunGrants, type RunGrants } from "../nodes/run-grants.ts";
import type { GatewayStores } from "../open-stores.ts";
import { type ApprovalDesk, createApprovalDesk } from "./approval-desk.ts";
import { createExecOutcome } from "./exec-outcome.ts";
import { createApprovalForwarding } from "./forward-approvals.ts";

/** How commands of agents are approved. */
export interface GatewayApprovals {
  /** The approvals file of this machine. */
  readonly approvals: ApprovalsStore;
  /** The commands that wait for an answer. */
  readonly approvalDesk: ApprovalDesk;
  /** What tells channels of them. */
  readonly approvalFeed: ApprovalFeed;
  /** What nodes may run because it was approved here. */
  readonly runGrants: RunGrants;
}

export function openApprovals(gateway: GatewayBase & GatewayStores): GatewayApprovals {
  const { stateDir, config, storage, journal, sessions, systemEvents, connections, redact, clock, timers, life, late } =
    gateway;
  const log = gateway.log.child("approvals");
  const approvals = openApprovalsStore({ stateDir, clock, log });
  const runGrants = createRunGrants(clock);
  const forwarding = createApprovalForwarding({
    config: () => config().approvals?.exec,
    entry: (key) => sessions.get(key),
    canSend: (channel) => late.channels.get().isRunning(channel),
    post: (chat, messageId, deliveries) => late.outbox.get().post(chat, messageId, deliveries),
    redact,
    clock,
    log,
  });
  const approvalFeed = createApprovalFeed(() => approvalDesk);
  const approvalDesk = createApprovalDesk({
    store: storage.kv("exec-approvals"),
    clock,
    timers,
    log,
    onRequested(approval) {
      connections.broadcast("exec.approval.requested", approval, { droppable: true });
      forwarding.requested(approval);
      approvalFeed.requested(approval);
    },
    onResolved(approval, decision, resolvedBy) {
      const { id } = approval;
      runGrants.decided(approval, decision);
      const resolved = { id, decision, resolvedBy, ts: clock.now() };
      connections.broadcast("exec.approval.resolved", resolved, { droppable: true });
      forwarding.resolved(approval, decision, resolvedBy);
      approvalFeed.resolved(id, decision ?? undefined);
    },
    tell: createExecOutcome({
      systemEvents,
      pipeline: late.pipeline.get,
      journal,
      lastRoute: (key) => late.conversations.get().lastRoute(key),
      clock,
    }),
    wasTold: (key, id) => systemEvents.peek(key).some(({ text }) => text.includes(`id=${id}`)),
  });
  life.on("recover", () => approvalDesk.recover());
  life.on("close", () => approvalDesk.close());
  return { approvals, approvalDesk, approvalFeed, runGrants };
}
