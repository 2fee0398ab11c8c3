/** What to say, to whom, and how. */
export interface AgentTurn {
  message: string;
  target: TurnTarget;
  thinking: string | undefined;
  verbose: string | undefined;
  channel: string | undefined;
  replyTo: string | undefined;
  replyChannel: string | undefined;
  replyAccount: string | undefined;
  deliver: boolean;
  /** Seconds; the configured limit when absent. */
  timeoutSeconds: number | undefined;
}

/** Which session a turn belongs to. */
export type TurnTarget = {
  /** The agent, where it was named. */
  agentId: string | undefined;
} & ({ kind: "agent"; agentId: string } | { kind: "session-id"; sessionId: string } | { kind: "to"; to: string });

/** One message of the answer. */
export interface TurnPayload {
  text: string;
  mediaUrls: readonly string[];
}

/** How a turn ended. */
export interface TurnOutcome {
  ok: boolean;
  payloads: readonly TurnPayload[];
  /** Why it failed, for the user. */
  error: string | undefined;
  /** What `--json` prints. */
  document: unknown;
}

/** Key of a session that was named by an id nobody knows yet: the id finds it again. */
export function explicitSessionKey(sessionId: string, agentId: string | undefined): string {
  const own = `explicit:${sessionId.toLowerCase()}`;
  return agentId === undefined ? own : `agent:${agentId}:${own}`;
}
