import type { ApprovalsFile, ExecDecision } from "@openclaw/approvals";

/** A machine that runs commands for the Gateway. */
export interface ExecNode {
  nodeId: string;
  /** As it names it itself: `linux`, `macos 15`, `windows`. */
  platform?: string | undefined;
  /** PATH of its programs. */
  pathEnv?: string | undefined;
}

export interface ExecNodeRun {
  nodeId: string;
  argv: readonly string[];
  rawCommand: string;
  cwd?: string | undefined;
  env: Readonly<Record<string, string>>;
  /** When the node kills it, in milliseconds; never when absent. */
  timeoutMs?: number | undefined;
  /** How long its result is waited for, in milliseconds. */
  invokeTimeoutMs: number;
  agentId: string;
  sessionKey: string;
  runId: string;
  /** What people decided about it. */
  decision?: Exclude<ExecDecision, "deny"> | undefined;
}

export interface ExecNodeEnd {
  /** null when a signal or the time-out ended it, or it could not be started. */
  exitCode: number | null;
  timedOut: boolean;
  success: boolean;
  stdout: string;
  stderr: string;
  error: string | null;
}

/** The nodes that commands may be sent to; a Gateway passes them in. */
export interface ExecNodes {
  /** The connected nodes that run commands. */
  runners(): Promise<readonly ExecNode[]>;
  /** The one a name, address or id stands for. @throws Error for none, or more than one */
  find(query: string): Promise<ExecNode>;
  /** The approvals file of a node; undefined when it does not show it. */
  approvals(nodeId: string): Promise<ApprovalsFile | undefined>;
  /** Runs a command and waits for its end. @throws Error when the node refuses it, is gone or does not answer */
  run(run: ExecNodeRun): Promise<ExecNodeEnd>;
}
