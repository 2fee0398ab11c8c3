import { describeModelFailure, formatModelRef, type ModelFailure, type ModelRef, sameModelRef } from "@openclaw/models";
import {
  type AssistantMessage,
  type ContextMessage,
  messageText,
  type SessionEntry,
  type Transcript,
} from "@openclaw/sessions";
import { truncateResults } from "../context/truncate-results.ts";
import { runAgentLoop } from "../loop/agent-loop.ts";
import type { LoopResult } from "../loop/loop-events.ts";
import { thrownText } from "../loop/thrown-text.ts";
import { coreToolOrder } from "../policy/tool-groups.ts";
import { SandboxError } from "../sandbox/sandbox-error.ts";
import type { ToolFiles } from "../tools/tool-files.ts";
import type { DelegatedTools } from "./delegated-tools.ts";
import type { AttemptPlace, Failover } from "./failover.ts";
import { withFirstByteBudget } from "./first-byte-budget.ts";
import { withSystemPrompt } from "./hooks-around-run.ts";
import { compactInTurn, isMessageTooLong } from "./keep-in-window.ts";
import { type PreparedRun, prepareRun } from "./prepare-run.ts";
import { languageModelOf } from "./program-session.ts";
import { createRecovery, type Recovery } from "./recovery.ts";
import { runContext, runPruning } from "./run-context.ts";
import type { ReadyContext, RunConversation } from "./run-conversation.ts";
import type { RunOutput } from "./run-output.ts";
import { contextWindow, sourceOf } from "./run-setup.ts";

export interface LoopAnswer {
  result: LoopResult;
  /** With the model that was asked last. */
  conversation: RunConversation;
  recovery: Recovery;
}

/** Asks one place after the other until one answers. What has been shown of an answer is not begun anew elsewhere. */
export async function answerSomewhere(
  first: RunConversation,
  run: { output: RunOutput; failover: Failover; delegated: DelegatedTools; resumed: boolean },
): Promise<LoopAnswer> {
  const { control, transcript } = first;
  const { output, failover } = run;
  const calls: LoopResult["calls"] = [];
  let conversation = first;
  control.takeSteering(true);
  try {
    for (;;) {
      const recovery = recoveryOf(conversation, run.resumed);
      const { result, failure, unanswered } = await loop(conversation, { ...run, recovery });
      calls.push(...result.calls);
      const answer: LoopAnswer = { result: { ...result, calls }, conversation, recovery };
      if (result.outcome === "done") failover.succeeded();
      if (failure === undefined || control.cause !== undefined) {
        if (unanswered) output.handle(unanswered);
        return answer;
      }
      const shown = unanswered !== undefined && messageText(unanswered.message).trim() !== "";
      const next = await goOn(conversation, failover, failure, { otherModel: !shown });
      if (next === undefined || control.signal.aborted) {
        const final = failover.final() ?? failure;
        if (unanswered) {
          const message = { ...unanswered.message, errorMessage: final.userMessage };
          output.handle({ type: "message", message });
          answer.result.lastMessage = message;
        }
        return { ...answer, result: { ...answer.result, failure: final } };
      }
      conversation = next;
      // What the failed attempt has left in the transcript, as tools that were run, is what the next one goes on from.
      transcript.closeToolCalls("interrupted");
      output.use(conversation.prepared);
    }
  } finally {
    control.takeSteering(false);
  }
}

/** Prepares the next place after a failure. Undefined when there is none. */
async function goOn(
  conversation: RunConversation,
  failover: Failover,
  failure: ModelFailure,
  options: { otherModel: boolean },
): Promise<RunConversation | undefined> {
  const { entry, request } = conversation;
  const from = conversation.prepared.model.ref;
  const next = await failover.next(failure, options);
  if (!next) return undefined;
  const begun = await begin(conversation, entry, failover, next.place);
  if ("failed" in begun) return undefined;
  const { ref } = begun.prepared.model;
  if (!sameModelRef(ref, from)) {
    tellFallback(conversation, { from, to: ref, reason: failover.lastReason ?? failure.kind });
    request.onModel?.({ ...ref, thinking: begun.prepared.thinking });
  }
  return { ...conversation, prepared: begun.prepared, window: begun.window };
}

export type Begun =
  | { prepared: PreparedRun; window: number }
  | {
      failed: {
        failure: { kind: string; userMessage: string; detail: string };
        /** What could not be used, for the log. */
        subject: string;
        place?: ModelRef;
      };
    };

/** Prepares the first place, from the given one on, whose model can be called. */
export async function begin(
  context: ReadyContext,
  entry: SessionEntry,
  failover: Failover,
  from: AttemptPlace | undefined,
): Promise<Begun> {
  const { request, parts, control } = context;
  let place = from;
  while (place !== undefined) {
    const { ref, profile } = place;
    const subject = formatModelRef(ref);
    let failure: ModelFailure;
    try {
      const prepared = await prepareRun(request, entry, ref, parts, { start: true, signal: control.signal, profile });
      const room = contextWindow(parts.config(), prepared.model);
      if (!("problem" in room)) {
        if (room.small) parts.log.warn(`the context window of ${subject} is small: ${room.window} tokens`);
        return { prepared: withSystemPrompt(prepared, context.behindPrompt), window: room.window };
      }
      failure = {
        kind: "unknown",
        retryable: false,
        missing: true,
        userMessage: room.problem,
        detail: room.problem,
      };
    } catch (error) {
      if (error instanceof SandboxError) {
        return { failed: { failure: sandboxFailure(error), subject: "its sandbox", place: ref } };
      }
      failure = describeModelFailure(error, ref);
      if (control.signal.aborted) return { failed: { failure, subject, place: ref } };
    }
    place = (await failover.next(failure))?.place;
    if (place === undefined) return { failed: { failure: failover.final() ?? failure, subject, place: ref } };
  }
  const resting = failover.final();
  const text = "No model is left that could be asked.";
  return { failed: { failure: resting ?? { kind: "unknown", userMessage: text, detail: text }, subject: "any model" } };
}

function recoveryOf(conversation: RunConversation, resumed: boolean): Recovery {
  const { prepared, transcript, parts, window } = conversation;
  return createRecovery({
    prepared,
    session: conversation.entry,
    compact: () => compactInTurn(conversation),
    truncateResults: () => truncateResults(transcript, window),
    context: async () => shownContext(conversation, resumed),
    isMessageTooLong: () => isMessageTooLong(conversation),
    now: () => parts.clock.now(),
  });
}

/** Tells clients that another model answers, and whether it is the one that did so before. */
export function tellFallback(
  { emit, parts, request }: ReadyContext,
  change: { from: ModelRef; to: ModelRef; reason: string },
): void {
  const to = formatModelRef(change.to);
  const repeated = parts.sessions.get(request.sessionKey)?.fallbackNoticeModel === to;
  emit({
    stream: "lifecycle",
    data: {
      phase: "fallback",
      from: formatModelRef(change.from),
      to,
      reason: change.reason,
      ...(repeated && { repeated }),
    },
  });
}

type AssistantEvent = { type: "message"; message: AssistantMessage };

interface LoopEnd {
  result: LoopResult;
  /** Why the model could not be asked, when that is how it ended. */
  failure?: ModelFailure;
  /** The message of the attempt that failed. */
  unanswered?: AssistantEvent;
}

/**
 * Asks the model until it has nothing more to do, also with messages that came in at the very end. The message of an
 * attempt that failed is not written: whether it stays is known when there is no other attempt.
 */
async function loop(
  conversation: RunConversation,
  run: { output: RunOutput; failover: Failover; delegated: DelegatedTools; recovery: Recovery; resumed: boolean },
): Promise<LoopEnd> {
  const { request, control, parts, transcript, prepared, window } = conversation;
  const { model } = prepared;
  const calls: LoopResult["calls"] = [];
  const show = runPruning(transcript, { prepared, window }, parts);
  let unanswered: AssistantEvent | undefined;
  let failure: ModelFailure | undefined;
  for (;;) {
    const shown = shownContext(conversation, run.resumed);
    const result = await runAgentLoop({
      model: withFirstByteBudget(languageModelOf(conversation), {
        timeLeftMs: control.timeLeft(),
        places: run.failover.left,
        timers: parts.timers,
      }),
      system: prepared.prompt.text,
      messages: shown instanceof Promise ? await shown : shown,
      show,
      tools: run.delegated.beside(prepared.tools),
      endsTurn: () => run.delegated.calls.length > 0,
      ...(request.maxOutputTokens === undefined ? {} : { maxOutputTokens: request.maxOutputTokens }),
      signal: control.signal,
      onEvent(event) {
        if (event.type === "message" && recordSteering(conversation, transcript, event.message)) return;
        if (event.type === "message" && event.message.role === "assistant" && event.message.stopReason === "error") {
          unanswered = { type: "message", message: event.message };
          return;
        }
        run.output.handle(event);
      },
      providerOptions: model.providerOptions(prepared.thinking, conversation.entry),
      source: sourceOf(model),
      takeSteering: () => control.drainSteering(),
      hasSteering: () => control.hasSteering,
      ...(request.beforeFirstTool === undefined ? {} : { beforeFirstTool: request.beforeFirstTool }),
      ...(run.failover.single ? {} : { maxRetries: 0 }),
      describeFailure(error) {
        failure = describeModelFailure(error, model.ref, { now: parts.clock.now() });
        return failure;
      },
      adapt: (_failure, messages, error) => run.recovery.adapt(messages, error),
      onToolError: (name, error) => {
        parts.log.warn(`[tools] ${name} failed: ${parts.redact(thrownText(error)).slice(0, 500)}`);
      },
      missingTool: (name) =>
        coreToolOrder.some((tool) => tool === name) ? prepared.sandbox?.blockedTool(name) : undefined,
      checker: parts.checker,
      clock: parts.clock,
      timers: parts.timers,
    });
    calls.push(...result.calls);
    if (result.outcome !== "done" || !control.hasSteering) {
      return {
        result: { ...result, calls },
        ...(failure && result.failure === failure && { failure }),
        ...(unanswered && { unanswered }),
      };
    }
    for (const message of control.drainSteering()) recordSteering(conversation, transcript, message);
  }
}

/** The conversation as the model is shown it, with the images that are named in it. */
function shownContext(
  conversation: RunConversation,
  resumed: boolean,
): readonly ContextMessage[] | Promise<readonly ContextMessage[]> {
  const { request, parts, transcript, prepared } = conversation;
  const shown = runContext(transcript, { sessionKey: request.sessionKey, resumed }, parts.config());
  const showsImages = prepared.model.info.input.includes("image") && parts.promptImages.areNamedIn(shown);
  return showsImages ? parts.promptImages.attach(shown, imagePlace(prepared)) : shown;
}

/** Writes a message that was steered in, with the run it joined beside it. False for any other message. */
function recordSteering({ control, request }: ReadyContext, transcript: Transcript, message: ContextMessage): boolean {
  const steering = control.steeringOf(message);
  if (steering === undefined || message.role !== "user") return false;
  transcript.append({ type: "message", message, openclawRunId: steering.id, openclawJoined: request.runId });
  steering.onRecorded?.();
  return true;
}

/** Where the images that messages name are looked for. */
function imagePlace({ workspaceDir, sandbox }: PreparedRun): { workspaceDir: string; files?: ToolFiles } {
  return { workspaceDir, ...(sandbox === undefined ? {} : { files: sandbox.files }) };
}

/** Nothing runs in place of a sandbox that cannot be had; the user is told what is missing. */
function sandboxFailure({ message }: SandboxError): { kind: string; userMessage: string; detail: string } {
  return { kind: "sandbox", userMessage: `⚠️ ${message}`, detail: message };
}
