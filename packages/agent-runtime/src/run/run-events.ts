import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";

/** What a run tells while it goes on. */
export type RunEvent =
  | { stream: "lifecycle"; data: LifecycleData }
  | { stream: "assistant"; data: AssistantData }
  | { stream: "tool"; data: ToolData }
  | { stream: "compaction"; data: CompactionData };

export type LifecycleData =
  | { phase: "start"; startedAt: number }
  /** Another model answers in place of the one that failed; `repeated` when it did so in the run before as well. */
  | { phase: "fallback"; from: string; to: string; reason: string; repeated?: true }
  | { phase: "end"; endedAt: number; aborted?: true; stopReason?: string }
  | { phase: "error"; error: string; endedAt: number };

export interface AssistantData {
  /** The whole visible text of the current assistant message. */
  text: string;
  /** What was added to it. */
  delta: string;
  mediaUrls?: string[];
}

export type ToolData =
  | { phase: "start"; name: string; toolCallId: string; args: unknown }
  | { phase: "update"; name: string; toolCallId: string; partialResult: unknown }
  | { phase: "result"; name: string; toolCallId: string; meta?: string; isError: boolean; result: unknown };

/** The older part of the conversation is replaced by a summary; `willRetry` when the model is asked again for the turn. */
export type CompactionData = { phase: "start" } | { phase: "end"; willRetry: boolean };

/** An event with its place in the run. `seq` starts at 1 and has no gaps; `ts` is in milliseconds. */
export type EmittedRunEvent = RunEvent & { runId: string; sessionKey: string; seq: number; ts: number };

export type EmitRunEvent = (event: RunEvent) => void;

/** Numbers the events of a run. A listener that throws is reported and does not disturb the run. */
export function createRunEvents(options: {
  runId: string;
  sessionKey: string;
  onEvent: (event: EmittedRunEvent) => void;
  clock: Clock;
  log: Logger;
}): EmitRunEvent {
  const { runId, sessionKey, onEvent, clock, log } = options;
  let seq = 0;
  return (event) => {
    seq += 1;
    try {
      onEvent({ ...event, runId, sessionKey, seq, ts: clock.now() });
    } catch (error) {
      log.error("a listener of run events failed", { runId, stream: event.stream, error: String(error) });
    }
  };
}
