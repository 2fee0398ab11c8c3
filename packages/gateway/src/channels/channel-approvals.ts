import type { ApprovalDecision, ChannelApprovals, PendingApproval } from "@openclaw/plugin-sdk";
import type { ApprovalDesk, PendingApproval as Waiting } from "../approvals/approval-desk.ts";

/** Tells channels of commands that wait for approval, and brings back their decisions. */
export interface ApprovalFeed {
  requested(approval: Waiting): void;
  resolved(id: string, decision: ApprovalDecision | undefined): void;
  /** What an account is given; `signal` ends its interest. */
  forAccount(signal: AbortSignal): ChannelApprovals;
}

export function createApprovalFeed(desk: () => Pick<ApprovalDesk, "resolveApproval">): ApprovalFeed {
  const onRequested = new Set<(approval: PendingApproval) => void>();
  const onResolved = new Set<(id: string, decision: ApprovalDecision | undefined) => void>();
  const add = <T>(set: Set<T>, value: T, signal: AbortSignal) => {
    set.add(value);
    const remove = () => void set.delete(value);
    signal.addEventListener("abort", remove, { once: true });
    return remove;
  };
  return {
    requested({ id, request, expiresAtMs }) {
      const { command, cwd, host, agentId, sessionKey } = request;
      const approval: PendingApproval = {
        id,
        command,
        ...(cwd === null ? {} : { cwd }),
        ...(host === null ? {} : { host }),
        ...(agentId === null ? {} : { agentId }),
        ...(sessionKey === null ? {} : { sessionKey }),
        expiresAt: expiresAtMs,
      };
      for (const handle of onRequested) handle(approval);
    },
    resolved(id, decision) {
      for (const handle of onResolved) handle(id, decision);
    },
    forAccount: (signal) => ({
      onRequested: (handle) => add(onRequested, handle, signal),
      onResolved: (handle) => add(onResolved, handle, signal),
      async resolve(id, decision, by) {
        const { result } = desk().resolveApproval(id, decision, by);
        if (result !== "resolved") throw new Error(`approval ${id} does not wait any more`);
      },
    }),
  };
}
