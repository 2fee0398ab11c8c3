import type { ApprovalsStore, ExecAsk, ExecDecision, ExecHost, ExecSecurity } from "@openclaw/approvals";

/** What a person is asked. */
export interface ExecApprovalQuestion {
  id: string;
  command: string;
  cwd: string;
  host: ExecHost;
  /** The node it is for, with `host` node. */
  nodeId?: string;
  security: ExecSecurity;
  ask: ExecAsk;
  agentId: string;
  /** The file the first program of the command stands for. */
  resolvedPath: string | null;
  sessionKey: string;
  /** Milliseconds until nobody needs to answer any more. */
  timeoutMs: number;
}

/** What became of a command that needed an approval. */
export interface ExecApprovalEvent {
  kind: "running" | "finished" | "denied";
  id: string;
  sessionKey: string;
  agentId: string;
  /** The line for the session. */
  text: string;
}

/** Where commands are approved: the file of this machine, and somebody who can ask people. */
export interface ExecApprovals {
  readonly store: ApprovalsStore;
  /** Absent where nobody can be asked. */
  readonly desk?: ExecApprovalDesk;
}

export interface ExecApprovalDesk {
  /**
   * Asks. Resolves when the question is on disk, so that it is not forgotten; `decision` is null when nobody answered
   * in time, and never settles when the program stops before.
   */
  ask(question: ExecApprovalQuestion): Promise<{ expiresAtMs: number; decision: Promise<ExecDecision | null> }>;
  /** Notes on disk that the command of an answered question starts now. */
  started(id: string): Promise<void>;
  /** Tells the session; resolves when that is on disk. After `finished` and `denied` the question is forgotten. */
  report(event: ExecApprovalEvent): Promise<void>;
}
