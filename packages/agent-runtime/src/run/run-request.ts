import type { ModelRef } from "@openclaw/models";
import type { Usage } from "@openclaw/sessions";
import type { ExecChange } from "../directives/exec-directive.ts";
import type { InlineLevels } from "../levels/resolve-levels.ts";
import type { SystemPromptReport } from "../prompt/system-prompt-report.ts";
import type { ReplyTarget } from "../reply/sent-by-tool.ts";
import type { ReplyPayload } from "../reply/shape-reply.ts";
import type { BlockReplies } from "./block-stream.ts";
import type { ClientCall, ClientTool } from "./delegated-tools.ts";
import type { MessageSender } from "./elevated-settings.ts";
import type { GlobalLane } from "./lanes.ts";
import type { EmittedRunEvent } from "./run-events.ts";

/** What the model is told. */
export interface RunPrompt {
  text: string;
  images?: readonly { data: string; mimeType: string }[];
}

/** What a message asks for, for its own run alone. */
export interface RunSettings {
  model?: ModelRef;
  /** The auth profile to use with it and no other. */
  profile?: string;
  levels?: InlineLevels;
  exec?: ExecChange;
}

export interface RunRequest {
  runId: string;
  sessionKey: string;
  agentId: string;
  /**
   * What the model is told, or what makes it when the run has left its lanes and before its session is looked at. Absent
   * when a run goes on from its transcript.
   */
  prompt?: RunPrompt | (() => Promise<RunPrompt>);
  /** Go on from the transcript if it holds the run's message, else start with the prompt. */
  resume?: boolean;
  model?: ModelRef;
  /** Thinking level of this run; the session's, the configured or the model's own when absent. */
  thinking?: string;
  /**
   * What the message asks for itself, or what finds it out when the run has left its lanes. It counts more than `model`
   * and `thinking`, and is asked also when a run goes on from its transcript.
   */
  settings?: RunSettings | (() => Promise<RunSettings>);
  /** Milliseconds; 0 means no limit. The configured limit when absent. */
  timeoutMs?: number;
  /** Added to the system prompt. */
  extraSystemPrompt?: string;
  /** Channel the message came from, as the runtime line names it. */
  channel?: string;
  /** Who wrote the message; decides about elevated commands. */
  sender?: MessageSender;
  /** No tool is run before this resolves. */
  beforeFirstTool?: Promise<unknown>;
  /**
   * A turn that nobody asked for in a message: `HEARTBEAT_OK` stays in its answer for whoever looks at it, and no memory
   * flush goes before it.
   */
  heartbeat?: boolean;
  /** Which limit counts; `main` when absent. */
  lane?: GlobalLane;
  /** Names of tools this run does not get. */
  withoutTools?: readonly string[];
  /** Tools that whoever asked for the run carries out: the model's call of one ends the turn. */
  clientTools?: readonly ClientTool[];
  /** Longest answer of one model call, in tokens; the model's own limit when absent. */
  maxOutputTokens?: number;
  onEvent?: (event: EmittedRunEvent) => void;
  /** The chat the reply goes to; what a tool has sent there, or repeats elsewhere, is not sent again. */
  replyTarget?: ReplyTarget;
  /** Hands the answer out in blocks while it is written. */
  blocks?: BlockReplies;
  /** Called with what the model has thought so far, whenever that grows; `isShown` where the session wants to see it. */
  onReasoning?: (text: string, isShown: boolean) => void;
  /** Called when it is known which model answers. */
  onModel?: (model: RunModel) => void;
}

/** The model that answers a run. */
export interface RunModel {
  provider: string;
  model: string;
  thinking: string;
}

/** Who stopped a run. `timeout` is a caller's limit; the run's own limit is no abort but a result. */
export type AbortReason = "rpc" | "stop" | "timeout";

export interface RunResult {
  /** `interrupted`: the process stops; the run goes on at the next start. */
  status: "ok" | "error" | "aborted" | "interrupted";
  /** The text of each assistant message of the run, as the model wrote it. */
  texts: string[];
  /** What to send to the user. */
  payloads: ReplyPayload[];
  /** Text for the user when the status is `error`. */
  error?: string;
  errorKind?: string;
  stopReason?: string;
  /** What the model wants its client to do; absent when there is nothing. */
  clientCalls?: readonly ClientCall[];
  /** Sum over the model calls of the run. */
  usage?: Usage;
  sessionId: string;
  provider: string;
  model: string;
  startedAt: number;
  endedAt: number;
  systemPromptReport?: SystemPromptReport;
}

export interface RunHandle {
  readonly runId: string;
  readonly sessionKey: string;
  /** Never rejects. */
  readonly done: Promise<RunResult>;
  /** Resolves when the message of the run is in the transcript; never does when the run ends before that. */
  readonly recorded: Promise<void>;
  /** True from when the run has left its lanes until it ends. */
  readonly active: boolean;
  abort(reason: AbortReason): void;
  /** Stops for a shutdown: nothing is recorded, the run can go on later. */
  interrupt(): void;
  /** Hands a message to the running model. False when it can no longer take one. */
  steer(message: SteeringMessage): boolean;
}

/** A message that joins a run under way, between two of its steps. */
export interface SteeringMessage extends RunPrompt {
  /** Stands beside the message in the transcript, with the run it joined. */
  id: string;
  /** Called when the message is in the transcript. It never is when the run ends before its next step. */
  onRecorded?: () => void;
}
