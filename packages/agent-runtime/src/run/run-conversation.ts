import type { ModelRef } from "@openclaw/models";
import type { SessionEntry, Transcript } from "@openclaw/sessions";
import type { PreparedRun } from "./prepare-run.ts";
import type { RunControl } from "./run-control.ts";
import type { EmitRunEvent } from "./run-events.ts";
import type { RunPrompt, RunRequest, RunResult, RunSettings } from "./run-request.ts";
import type { RuntimeParts } from "./runtime-parts.ts";

/** What a run came to, before who stopped it is taken into account. */
export type RunOutcome = Omit<RunResult, "startedAt" | "endedAt" | "status"> & { status: "ok" | "error" | "aborted" };

export interface RunContext {
  request: RunRequest;
  control: RunControl;
  emit: EmitRunEvent;
  parts: RuntimeParts;
  /** Called when the message of the run is in the transcript. */
  onRecorded: () => void;
}

/** The same once the prompt is there. */
export interface ReadyContext extends Omit<RunContext, "request"> {
  request: ReadyRequest;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** What hooks want behind the system prompt. */
  behindPrompt?: string;
}

export type ReadyRequest = Omit<RunRequest, "prompt" | "settings"> & {
  prompt: RunPrompt | undefined;
  settings?: RunSettings;
};

/** A run with its conversation. */
export interface RunConversation extends ReadyContext {
  entry: SessionEntry;
  transcript: Transcript;
  /** The model the run was to use; another one may answer in its place. */
  requested: ModelRef;
  prepared: PreparedRun;
  /** Tokens. */
  window: number;
}
