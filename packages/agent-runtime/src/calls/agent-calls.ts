import type { ModelRef } from "@openclaw/models";
import type { DeliveryContext, Usage } from "@openclaw/sessions";
import type { GlobalLane } from "../run/lanes.ts";
import type { SteeringMessage } from "../run/run-request.ts";

/** A run in another session, asked for by a tool or by the runtime itself. */
export interface CallRequest {
  /** The run's id. A call whose id is known is not made again: the caller gets the end of the first one. */
  runId: string;
  sessionKey: string;
  message: string;
  lane: GlobalLane;
  /** The session on whose behalf the call is made. */
  requesterKey?: string;
  /** Added to the system prompt. */
  extraSystemPrompt?: string;
  /** Milliseconds; the configured limit when absent. */
  timeoutMs?: number;
  model?: ModelRef;
  thinking?: string;
  /** Where the reply goes. It stays in the session when absent. */
  deliver?: DeliveryContext;
  /** Tools this run does not get. */
  withoutTools?: readonly string[];
  /** Ids of calls that this one makes too: they are not made again either. */
  covers?: readonly string[];
}

/** How a call ended. */
export interface CallOutcome {
  /** `unknown`: it has ended, but how is not remembered any more. */
  status: "ok" | "error" | "timeout" | "aborted" | "unknown";
  /** The last thing the model said, without its reasoning. */
  reply?: string;
  error?: string;
  usage?: Usage;
  /** When the run began and ended, ms since the epoch; a call that never left its lane has neither. */
  startedAt?: number;
  endedAt?: number;
}

/** A call that was taken over. */
export interface Call {
  runId: string;
  /** Undefined when the process stops before the end: the call goes on at the next start. */
  done: Promise<CallOutcome | undefined>;
}

/** A run that is under way in a session. */
export interface BusySession {
  /** Resolves when the run has ended. Never rejects. */
  done: Promise<unknown>;
  /** Hands a message to the running model; false when it takes none. */
  steer(message: SteeringMessage): boolean;
}

/**
 * What session tools and subagents need of whoever runs agents: the Gateway lets every call pass its journal, so that
 * none is lost when the process dies.
 */
export interface AgentCalls {
  /** Takes a call over; resolves when the death of the process cannot lose it any more. */
  ask(request: CallRequest): Promise<Call>;
  /**
   * The end of a call that was taken over; undefined when there was none. `again`: by an earlier process, perhaps so
   * long ago that only the transcript of the session tells.
   */
  known(runId: string, sessionKey: string, options?: { again?: boolean }): Promise<CallOutcome | undefined> | undefined;
  /** Stops the runs of a session, or one of them. */
  abort(sessionKey: string, options: { runId?: string; reason: "stop" | "timeout" }): void;
  busy(sessionKey: string): BusySession | undefined;
  /** Says a text in a session without asking a model, at `to` or in the session itself. The same id is said once. */
  say(message: { id: string; sessionKey: string; text: string; to: DeliveryContext | undefined }): Promise<void>;
  /** Lets the next turn of a session know of something. */
  note(sessionKey: string, text: string): Promise<void>;
}
