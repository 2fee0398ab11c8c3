import { formatModelRef, type ModelFailure, type ModelRef, sameModelRef } from "@openclaw/models";
import {
  type NewEntry,
  runUsagePatch,
  type SessionEntry,
  stoppedRunMark,
  stoppedRunNote,
  sumUsage,
  type Transcript,
  zeroUsage,
} from "@openclaw/sessions";
import { emptyAnswerText } from "../loop/agent-loop.ts";
import type { LoopResult } from "../loop/loop-events.ts";
import type { SystemPromptReport } from "../prompt/system-prompt-report.ts";
import { answerSomewhere, begin, tellFallback } from "./answer.ts";
import { beginFromParent } from "./begin-from-parent.ts";
import { createDelegatedTools, type DelegatedTools } from "./delegated-tools.ts";
import { createFailover } from "./failover.ts";
import { tellHooksOfEnd, withHookContext } from "./hooks-around-run.ts";
import { compactAfterTurn, makeRoom } from "./keep-in-window.ts";
import { leaveUnfinishedFlush } from "./memory-flush.ts";
import { chooseModel, type PreparedRun } from "./prepare-run.ts";
import { pinPatch } from "./profile-pin.ts";
import { changedSettings, recordPrompt } from "./record-prompt.ts";
import type { Recovery } from "./recovery.ts";
import { findResumePoint, type ResumePoint } from "./resume-point.ts";
import type { ReadyContext, ReadyRequest, RunContext, RunConversation, RunOutcome } from "./run-conversation.ts";
import { createRunOutput, type RunOutput } from "./run-output.ts";

/** One run, from its session to its reply, once it has left its lanes. Throws only for what no reply can be made of. */
export async function executeRun(given: RunContext): Promise<RunOutcome> {
  const { parts } = given;
  // Made first: it may begin a new session.
  const prompt = typeof given.request.prompt === "function" ? await given.request.prompt() : given.request.prompt;
  const { settings: asked, ...rest } = given.request;
  const settings = typeof asked === "function" ? await asked() : asked;
  const request: ReadyRequest = { ...rest, prompt, ...(settings === undefined ? {} : { settings }) };
  const plain: ReadyContext = { ...given, request, startedAt: parts.clock.now() };
  const { sessions } = parts;
  const entry = sessions.get(request.sessionKey) ?? sessions.ensure(request.sessionKey).entry;
  const transcript = sessions.transcript(request.sessionKey);
  const lock = await transcript.lock();
  try {
    const context = await withHookContext(plain, transcript);
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

  const failover = createFailover({
    requested: ref,
    agentId: request.agentId,
    models: parts.models,
    entry,
    profile: request.settings?.profile,
    now: () => parts.clock.now(),
    log: parts.log.child("model-fallback"),
  });
  const begun = await begin(context, entry, failover, failover.first());
  if ("failed" in begun) {
    if (control.signal.aborted) return stoppedBeforeStart(context, entry, transcript, point, ref, base);
    const { failure, place } = begun.failed;
    parts.log.error(`run ${request.runId} cannot use ${begun.failed.subject}: ${failure.detail}`);
    recordRefusal(context, entry, transcript, point, place ?? ref, failure);
    return { ...base, status: "error", error: failure.userMessage, errorKind: failure.kind };
  }
  const { prepared } = begun;
  const asked = parts.models.canonical(formatModelRef(ref)) ?? ref;
  if (!sameModelRef(prepared.model.ref, asked)) {
    tellFallback(context, { from: asked, to: prepared.model.ref, reason: failover.lastReason ?? "unknown" });
  }

  request.onModel?.({ ...prepared.model.ref, thinking: prepared.thinking });
  const output = createRunOutput({
    transcript,
    prepared,
    request,
    emit: context.emit,
    parts,
    stopped: () => control.cause !== undefined && control.cause.kind !== "limit",
  });
  const conversation: RunConversation = {
    ...context,
    entry,
    transcript,
    requested: asked,
    prepared,
    window: begun.window,
  };
  const details = detailsOf(base, conversation);
  const delegated = createDelegatedTools(request.clientTools ?? []);
  try {
    if (point.kind === "unrecorded") {
      leaveUnfinishedFlush(transcript);
      await beginFromParent(conversation);
      await makeRoom(conversation);
      if (control.cause?.kind === "interrupt") return { ...details, status: "aborted" };
      const settings = changedSettings(transcript, prepared.model, prepared.thinking, parts.clock.now());
      recordMessage(await withStagedMedia(context, prepared), entry, transcript, settings);
    } else {
      context.onRecorded();
      output.restore(point.messages, point.toolDetails);
      if (point.kind === "answered") return answeredOutcome(point, output, details);
      transcript.closeToolCalls("interrupted");
    }
    const answer = await answerSomewhere(conversation, { output, failover, delegated, resumed: point.kind === "open" });
    if (control.cause?.kind === "interrupt") return { ...details, status: "aborted" };
    const outcome = finish(answer.conversation, {
      output,
      delegated,
      result: answer.result,
      details: detailsOf(base, answer.conversation),
    });
    tellHooksOfEnd(answer.conversation, outcome);
    if (answer.result.outcome === "failed" && control.cause === undefined) {
      return leaveConversation(answer.conversation, outcome, answer.recovery);
    }
    if (answer.result.outcome === "done" && control.cause === undefined) await compactAfterTurn(answer.conversation);
    return outcome;
  } finally {
    output.close();
  }
}

function detailsOf(
  base: Omit<RunOutcome, "status">,
  { request, entry, prepared }: RunConversation,
): Omit<RunOutcome, "status"> {
  const { provider, model } = prepared.model.ref;
  const report = { ...prepared.prompt.report, sessionKey: request.sessionKey, sessionId: entry.sessionId };
  return { ...base, provider, model, systemPromptReport: report };
}

interface FinishedLoop {
  output: RunOutput;
  delegated: DelegatedTools;
  result: LoopResult;
  details: Omit<RunOutcome, "status">;
}

/** Turns the end of a loop into the outcome of the run, and notes it in the session. */
function finish(conversation: RunConversation, loopEnd: FinishedLoop): RunOutcome {
  const { control, request, entry, transcript, prepared, parts } = conversation;
  const { output, result, details, delegated } = loopEnd;
  const { cause } = control;
  const byUser = cause?.kind === "abort" && cause.reason !== "timeout";
  // Also what joined the run after it had answered: the next prompt would take an unanswered message along.
  if (byUser && (!output.spoke || transcript.orphan() !== undefined)) {
    const { runId } = request;
    transcript.append({ type: "custom", customType: stoppedRunMark, data: { runId } });
  }
  noteInSession(conversation, entry, {
    ...runUsagePatch({
      calls: result.calls,
      provider: prepared.model.ref.provider,
      model: prepared.model.ref.model,
      contextTokens: conversation.window,
    }),
    systemSent: true,
    abortedLastRun: byUser,
    ...noticePatch(conversation),
    ...(result.outcome === "done" && sameModelRef(prepared.model.ref, conversation.requested)
      ? pinPatch(parts.sessions.get(request.sessionKey), prepared.model.profile)
      : {}),
    ...newReport(details.systemPromptReport, parts.sessions.get(request.sessionKey)?.systemPromptReport),
  });

  const usage = result.calls.length === 0 ? zeroUsage() : sumUsage(result.calls);
  const outcome: Omit<RunOutcome, "status"> = {
    ...details,
    texts: [...output.texts],
    payloads: output.payloads(usage),
    usage,
    ...(delegated.calls.length === 0 ? {} : { clientCalls: [...delegated.calls] }),
    ...(result.lastMessage === undefined ? {} : { stopReason: result.lastMessage.stopReason }),
  };
  if (cause?.kind === "abort") return { ...outcome, status: "aborted", stopReason: cause.reason };
  if (cause?.kind === "limit") {
    if (outcome.payloads.length === 0) appendFailure(conversation, transcript, prepared.model.ref, timedOutText);
    return limitOutcome(outcome, cause.ms);
  }
  if (result.outcome === "failed") {
    if (result.failure) parts.log.error(`run ${request.runId} failed: ${result.failure.detail}`);
    const { userMessage, kind } = result.failure ?? { userMessage: "LLM request failed.", kind: "unknown" };
    return { ...outcome, status: "error", error: userMessage, errorKind: kind };
  }
  const isGroup = entry.chatType === "group" || entry.chatType === "channel";
  if (!output.spoke && outcome.payloads.length === 0 && !isGroup && delegated.calls.length === 0) {
    return { ...outcome, status: "error", error: emptyAnswerText, errorKind: "empty" };
  }
  return { ...outcome, status: "ok" };
}

/** Remembers which model answered in place of the session's own, until that answers again. */
function noticePatch({ parts, request, prepared, requested }: RunConversation): Partial<SessionEntry> {
  const known = parts.sessions.get(request.sessionKey)?.fallbackNoticeModel;
  const answered = prepared.model.ref;
  const model = sameModelRef(answered, requested) ? undefined : formatModelRef(answered);
  return known === model ? {} : { fallbackNoticeModel: model };
}

/** Begins a new session when no model takes the conversation any more; the transcript is kept aside. */
function leaveConversation(conversation: RunConversation, outcome: RunOutcome, recovery: Recovery): RunOutcome {
  const text = recovery.giveUpText();
  const { parts, request, entry } = conversation;
  if (text === undefined || parts.sessions.get(request.sessionKey)?.sessionId !== entry.sessionId) return outcome;
  const { archived } = parts.sessions.discardTranscript(request.sessionKey);
  parts.log.warn(`the session ${request.sessionKey} begins anew, its conversation is kept as ${archived.join(", ")}`);
  return { ...outcome, error: text };
}

/** The report for the session's record; nothing while the prompt is the one the record knows. */
function newReport(
  report: SystemPromptReport | undefined,
  stored: unknown,
): { systemPromptReport?: SystemPromptReport } {
  if (report === undefined) return {};
  const known = typeof stored === "object" && stored !== null ? stored : {};
  const same =
    "generatedAt" in known &&
    known.generatedAt === report.generatedAt &&
    "sessionId" in known &&
    known.sessionId === report.sessionId &&
    "model" in known &&
    known.model === report.model;
  return same ? {} : { systemPromptReport: report };
}

/** What the user is told when the time was over before the model had said anything. */
const timedOutText = "LLM request timed out.";

function limitOutcome(outcome: Omit<RunOutcome, "status">, ms: number): RunOutcome {
  if (outcome.payloads.length === 0) {
    return {
      ...outcome,
      status: "error",
      error: timedOutText,
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

/** A sandbox may take minutes to be made. A user's message is kept; a run that is interrupted begins again later. */
function stoppedBeforeStart(
  context: ReadyContext,
  entry: SessionEntry,
  transcript: Transcript,
  point: ResumePoint,
  ref: ModelRef,
  base: Omit<RunOutcome, "status">,
): RunOutcome {
  const { cause } = context.control;
  if (cause?.kind === "interrupt") return { ...base, status: "aborted" };
  if (point.kind === "unrecorded") recordMessage(context, entry, transcript);
  if (cause?.kind === "limit") {
    appendFailure(context, transcript, ref, timedOutText);
    return limitOutcome(base, cause.ms);
  }
  return { ...base, status: "aborted", ...(cause === undefined ? {} : { stopReason: cause.reason }) };
}

/** Attached files as the tools of a sandboxed run can reach them. */
async function withStagedMedia(context: ReadyContext, { sandbox }: PreparedRun): Promise<ReadyContext> {
  const { prompt } = context.request;
  if (sandbox === undefined || prompt === undefined) return context;
  const text = await sandbox.stageMedia(prompt.text, (problem) => context.parts.log.warn(problem));
  return { ...context, request: { ...context.request, prompt: { ...prompt, text } } };
}

function recordMessage(
  context: ReadyContext,
  entry: SessionEntry,
  transcript: Transcript,
  settings: readonly NewEntry[] = [],
): void {
  const { request, parts } = context;
  const note = entry.abortedLastRun === true ? stoppedRunNote : undefined;
  recordPrompt(transcript, request, parts.clock.now(), { note, settings, wasStopped: parts.wasStopped });
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
  failure: Pick<ModelFailure, "userMessage">,
): void {
  if (point.kind === "unrecorded") recordMessage(context, entry, transcript);
  else context.onRecorded();
  appendFailure(context, transcript, ref, failure.userMessage);
}

/** Leaves the failure of a run without an answer in the conversation, where it is seen again later. */
function appendFailure({ parts }: ReadyContext, transcript: Transcript, ref: ModelRef, errorMessage: string): void {
  transcript.appendMessage({
    role: "assistant",
    content: [],
    api: "unknown",
    provider: ref.provider,
    model: ref.model,
    usage: zeroUsage(),
    stopReason: "error",
    errorMessage,
    timestamp: parts.clock.now(),
  });
}

/** Changes the session, unless it was removed or started anew in the meantime. */
function noteInSession(context: ReadyContext, entry: SessionEntry, patch: Partial<SessionEntry>): void {
  const { parts, request } = context;
  const current = parts.sessions.get(request.sessionKey);
  if (current?.sessionId !== entry.sessionId) return;
  // A turn nobody asked for keeps no session awake.
  const touched = request.heartbeat ? {} : { updatedAt: parts.clock.now() };
  parts.sessions.update(request.sessionKey, () => ({ ...patch, ...touched }));
}
