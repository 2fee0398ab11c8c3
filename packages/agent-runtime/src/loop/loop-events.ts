import type { ToolResult } from "@openclaw/plugin-sdk";
import type { AssistantMessage, ContextMessage, Usage } from "@openclaw/sessions";

/** What happens in a loop, in order. */
export type LoopEvent =
  /** The model is asked. Text of an earlier attempt that was not followed by `message` is void. */
  | { type: "ask" }
  /** More text: the whole text of the current message, and what was added. */
  | { type: "text"; text: string; delta: string }
  | { type: "thinking"; delta: string }
  /** A message is complete. Messages come in the order in which they belong to the conversation. */
  | { type: "message"; message: ContextMessage }
  | { type: "toolStart"; name: string; toolCallId: string; args: Record<string, unknown> }
  | { type: "toolUpdate"; name: string; toolCallId: string; partialResult: ToolResult }
  | {
      type: "toolResult";
      name: string;
      toolCallId: string;
      args: Record<string, unknown>;
      isError: boolean;
      result: ToolResult;
    }
  /** The provider failed and will be asked again after `delayMs`. */
  | { type: "retry"; attempt: number; delayMs: number; failure: LoopFailure };

/** Why the model could not be asked. */
export interface LoopFailure {
  kind: string;
  /** Whether the same request may succeed a little later. */
  retryable: boolean;
  /** The provider's own wish, in milliseconds. */
  retryAfterMs?: number;
  /** Text for the user. */
  userMessage: string;
  /** Text for the log and the transcript. */
  detail: string;
}

export interface LoopResult {
  outcome: "done" | "aborted" | "failed";
  /** Present when the outcome is `failed`. */
  failure?: LoopFailure;
  /** The last message of the model, if it got that far. */
  lastMessage?: AssistantMessage;
  /** Usage of each completed call of the model, in order. */
  calls: Usage[];
}

/** The reason of an abort that is to leave no trace, because the run goes on after a restart. */
export class LoopInterrupted extends Error {
  override readonly name = "LoopInterrupted";
  readonly code = "loop-interrupted";

  constructor() {
    super("The run was interrupted by a shutdown; it continues from its transcript at the next start.");
  }
}
