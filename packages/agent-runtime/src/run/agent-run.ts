import { describeModelFailure, type ModelFailure, type ModelRef } from "@openclaw/models";
import {
  type ContextMessage,
  type NewEntry,
  runUsagePatch,
  type SessionEntry,
  stoppedRunNote,
  sumUsage,
  type Transcript,
  zeroUsage,
} from "@openclaw/sessions";
import { emptyAnswerText, runAgentLoop } from "../loop/agent-loop.ts";
import type { LoopResult } from "../loop/loop-events.ts";
import { chooseModel, type PreparedRun, prepareRun } from "./prepare-run.ts";
import { abortedMark, changedSettings, recordPrompt } from "./record-prompt.ts";
import { findResumePoint, type ResumePoint } from "./resume-point.ts";
import { createRemedies, runContext } from "./run-context.ts";
import type { RunControl } from "./run-control.ts";
import type { EmitRunEvent } from "./run-events.ts";
import { createRunOutput, type RunOutput } from "./run-output.ts";
import type { RunPrompt, RunRequest, RunResult } from "./run-request.ts";
import { contextWindow } from "./run-setup.ts";
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
interface ReadyContext extends Omit<RunContext, "request"> {
  request: ReadyRequest;
}

type ReadyRequest = Omit<RunRequest, "prompt"> & { prompt: RunPrompt | undefined };

/** One run, from its session to its reply, once it has left its lanes. Throws only for what no reply can be made of. */
export async function executeRun(given: RunContext): Promise<RunOutcome> {
  const { parts } = given;
  // Made first: it may begin a new session.
  const prompt = typeof given.request.prompt === "function" ? await given.request.prompt() : given.request.prompt;
  const request = { ...given.request, prompt };
  const context: ReadyContext = { ...given, request };
  const { sessions } = parts;
  const entry = sessions.get(request.sessionKey) ?? sessions.ensure(request.sessionKey).entry;
  const transcript = sessions.transcript(request.sessionKey);
  const lock = await transcript.lock();
  try {
    return await runOnTranscript(context, entry, transcript);
  } finally {
    lock.release();
  }
}

async function runOnTranscript(
  context: ReadyContext,
  entry: SessionEntry,
  transcript: Transcript,
): Promise<RunOutcome> {
  const { request, parts, control } = context;
  const point: ResumePoint =
    request.resume === true ? findResumePoint(transcript, request.runId) : { kind: "unrecorded" };
  const ref = await chooseModel(request, entry, parts);
  const base = { texts: [], payloads: [], sessionId: entry.sessionId, provider: ref.provider, model: ref.model };
  if (point.kind === "unrecorded" && request.prompt === undefined) {
    return {
      ...base,
      status: "error",
      error: "This run cannot go on: the transcript does not hold its message.",
      errorKind: "resume",
    };
  }

  let prepared: PreparedRun;
  try {
    prepared = await prepareRun(request, entry, ref, parts);
  } catch (error) {
    const failure = describeModelFailure(error, ref);
    parts.log.error(`run ${request.runId} cannot use ${ref.provider}/${ref.model}: ${failure.detail}`);
    recordRefusal(context, entry, transcript, point, ref, failure);
    return { ...base, status: "error", error: failure.userMessage, errorKind: failure.kind };
  }
  const room = contextWindow(parts.config(), prepared.model);
  if ("problem" in room) return { ...base, status: "error", error: room.problem, errorKind: "context_window" };
  if (room.small) parts.log.warn(`the context window of ${ref.provider}/${ref.model} is small: ${room.window} tokens`);

  request.onModel?.({ ...prepared.model.ref, thinking: prepared.thinking });
  const output = createRunOutput({
    transcript,
    prepared,
    request,
    emit: context.emit,
    parts,
    stopped: () => control.cause !== undefined && control.cause.kind !== "limit",
  });
  const details = {
    ...base,
    systemPromptReport: { ...prepared.prompt.report, sessionKey: request.sessionKey, sessionId: entry.sessionId },
  };
  try {
    if (point.kind === "unrecorded") {
      const settings = changedSettings(transcript, prepared.model, prepared.thinking, parts.clock.now());
      recordMessage(context, entry, transcript, settings);
    } else {
      context.onRecorded();
      output.restore(point.messages, point.toolDetails);
      if (point.kind === "answered") return answeredOutcome(point, output, details);
      transcript.closeToolCalls("interrupted");
    }
    const result = await loop(context, transcript, prepared, room.window, output, point.kind === "open");
    if (control.cause?.kind === "interrupt") return { ...details, status: "aborted" };
    return finish(context, { entry, transcript, prepared, window: room.window, output, result, details });
  } finally {
    output.close();
  }
}

/** Asks the model until it has nothing more to do, also with messages that came in at the very end. */
async function loop(
  context: ReadyContext,
  transcript: Transcript,
  prepared: PreparedRun,
  window: number,
  output: RunOutput,
  resumed: boolean,
): Promise<LoopResult> {
  const { request, control, parts } = context;
  const { model } = prepared;
  const remedies = createRemedies(prepared, window);
  let lastFailure: ModelFailure | undefined;
  const calls: LoopResult["calls"] = [];
  control.takeSteering(true);
  try {
    for (;;) {
      const shown = runContext(transcript, { sessionKey: request.sessionKey, prepared, window, resumed }, parts);
      const showsImages = model.info.input.includes("image") && parts.promptImages.areNamedIn(shown);
      const result = await runAgentLoop({
        model: model.languageModel,
        system: prepared.prompt.text,
        messages: showsImages ? await parts.promptImages.attach(shown, prepared) : shown,
        tools: prepared.tools,
        signal: control.signal,
        onEvent(event) {
          if (event.type === "message" && recordSteering(context, transcript, event.message)) return;
          output.handle(event);
        },
        providerOptions: model.providerOptions(prepared.thinking),
        source: { api: model.info.api, provider: model.ref.provider, model: model.ref.model, cost: model.info.cost },
        takeSteering: () => control.drainSteering(),
        hasSteering: () => control.hasSteering,
        ...(request.beforeFirstTool === undefined ? {} : { beforeFirstTool: request.beforeFirstTool }),
        describeFailure: (error) => {
          lastFailure = describeModelFailure(error, model.ref, { now: parts.clock.now() });
          return lastFailure;
        },
        adapt: (_failure, messages) => (lastFailure === undefined ? undefined : remedies(lastFailure, messages)),
        onToolError: (name, error) => {
          parts.log.warn(
            `[tools] ${name} failed: ${parts.redact(error instanceof Error ? error.message : String(error)).slice(0, 500)}`,
          );
        },
        checker: parts.checker,
        clock: parts.clock,
        timers: parts.timers,
      });
      calls.push(...result.calls);
      if (result.outcome !== "done" || !control.hasSteering) return { ...result, calls };
      for (const message of control.drainSteering()) recordSteering(context, transcript, message);
    }
  } finally {
    control.takeSteering(false);
  }
}

/** Writes a message that was steered in, with the run it joined beside it. False for any other message. */
function recordSteering({ control, request }: ReadyContext, transcript: Transcript, message: ContextMessage): boolean {
  const steering = control.steeringOf(message);
  if (steering === undefined || message.role !== "user") return false;
  transcript.append({ type: "message", message, openclawRunId: steering.id, openclawJoined: request.runId });
  steering.onRecorded?.();
  return true;
}

interface FinishedLoop {
  entry: SessionEntry;
  transcript: Transcript;
  prepared: PreparedRun;
  window: number;
  output: RunOutput;
  result: LoopResult;
  details: Omit<RunOutcome, "status">;
}

/** Turns the end of a loop into the outcome of the run, and notes it in the session. */
function finish(context: ReadyContext, loopEnd: FinishedLoop): RunOutcome {
  const { control, request } = context;
  const { entry, output, result, prepared, details } = loopEnd;
  const { cause } = control;
  const byUser = cause?.kind === "abort" && cause.reason !== "timeout";
  if (byUser && !output.spoke) {
    const { runId } = request;
    loopEnd.transcript.append({ type: "custom", customType: abortedMark, data: { runId } });
  }
  noteInSession(context, entry, {
    ...runUsagePatch({
      calls: result.calls,
      provider: prepared.model.ref.provider,
      model: prepared.model.ref.model,
      contextTokens: loopEnd.window,
    }),
    systemSent: true,
    abortedLastRun: byUser,
  });

  const usage = result.calls.length === 0 ? zeroUsage() : sumUsage(result.calls);
  const outcome: Omit<RunOutcome, "status"> = {
    ...details,
    texts: [...output.texts],
    payloads: output.payloads(usage),
    usage,
    ...(result.lastMessage === undefined ? {} : { stopReason: result.lastMessage.stopReason }),
  };
  if (cause?.kind === "abort") return { ...outcome, status: "aborted", stopReason: cause.reason };
  if (cause?.kind === "limit") return limitOutcome(outcome, cause.ms);
  if (result.outcome === "failed") {
    const { userMessage, kind } = result.failure ?? { userMessage: "LLM request failed.", kind: "unknown" };
    return { ...outcome, status: "error", error: userMessage, errorKind: kind };
  }
  const isGroup = entry.chatType === "group" || entry.chatType === "channel";
  if (!output.spoke && outcome.payloads.length === 0 && !isGroup) {
    return { ...outcome, status: "error", error: emptyAnswerText, errorKind: "empty" };
  }
  return { ...outcome, status: "ok" };
}

function limitOutcome(outcome: Omit<RunOutcome, "status">, ms: number): RunOutcome {
  if (outcome.payloads.length === 0) {
    return {
      ...outcome,
      status: "error",
      error: "LLM request timed out.",
      errorKind: "timeout",
      stopReason: "timeout",
    };
  }
  const line = {
    text: `⚠️ This run was stopped at its time limit of ${Math.round(ms / 1000)} seconds.`,
    isError: true as const,
  };
  return { ...outcome, status: "ok", stopReason: "timeout", payloads: [...outcome.payloads, line] };
}

/** The process ended between the answer and its delivery: nothing is asked again. */
function answeredOutcome(
  point: Extract<ResumePoint, { kind: "answered" }>,
  output: RunOutput,
  details: Omit<RunOutcome, "status">,
): RunOutcome {
  const { last } = point;
  const usage = sumUsage(point.messages.map((message) => message.usage));
  const payloads = output.payloads(usage);
  const outcome = { ...details, texts: [...output.texts], payloads, stopReason: last.stopReason };
  if (last.stopReason === "aborted") return { ...outcome, status: "aborted", stopReason: "stop" };
  if (last.stopReason !== "error") return { ...outcome, status: "ok" };
  return { ...outcome, status: "error", error: last.errorMessage ?? "LLM request failed with an unknown error." };
}

function recordMessage(
  context: ReadyContext,
  entry: SessionEntry,
  transcript: Transcript,
  settings: readonly NewEntry[] = [],
): void {
  const { request, parts } = context;
  const note = entry.abortedLastRun === true ? stoppedRunNote : undefined;
  recordPrompt(transcript, request, parts.clock.now(), { note, settings });
  if (entry.abortedLastRun === true) noteInSession(context, entry, { abortedLastRun: false });
  context.onRecorded();
}

/** Keeps the message and the failure of a run whose model cannot be used, so that nothing is lost. */
function recordRefusal(
  context: ReadyContext,
  entry: SessionEntry,
  transcript: Transcript,
  point: ResumePoint,
  ref: ModelRef,
  failure: ModelFailure,
): void {
  if (point.kind === "unrecorded") recordMessage(context, entry, transcript);
  else context.onRecorded();
  transcript.appendMessage({
    role: "assistant",
    content: [],
    api: "unknown",
    provider: ref.provider,
    model: ref.model,
    usage: zeroUsage(),
    stopReason: "error",
    errorMessage: failure.detail,
    timestamp: context.parts.clock.now(),
  });
}

/** Changes the session, unless it was removed or started anew in the meantime. */
function noteInSession(context: ReadyContext, entry: SessionEntry, patch: Partial<SessionEntry>): void {
  const { parts, request } = context;
  const current = parts.sessions.get(request.sessionKey);
  if (current?.sessionId !== entry.sessionId) return;
  parts.sessions.update(request.sessionKey, () => ({ ...patch, updatedAt: parts.clock.now() }));
}
