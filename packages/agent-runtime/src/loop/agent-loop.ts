import type { LanguageModelV4, LanguageModelV4FunctionTool, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { Tool } from "@openclaw/plugin-sdk";
import { type ContextMessage, pairToolResults, type UserMessage } from "@openclaw/sessions";
import { type Clock, systemClock } from "@openclaw/storage";
import { pause, systemTimers, type Timers } from "../run/timers.ts";
import { askModel, type ModelAnswer } from "./ask-model.ts";
import { type LoopEvent, type LoopFailure, LoopInterrupted, type LoopResult } from "./loop-events.ts";
import type { MessageDraft, MessageSource } from "./message-draft.ts";
import { createModelPrompt } from "./model-prompt.ts";
import { createRepeatedFailures } from "./repeated-failures.ts";
import { runToolCalls } from "./run-tool-calls.ts";
import { thrownText } from "./thrown-text.ts";
import { type ArgumentChecker, createArgumentChecker } from "./tool-arguments.ts";

const usualRetries = 3;
const retryBaseMs = 2000;
/** A provider that asks for more patience than this is treated as failed. */
const maxRetryAfterMs = 60_000;

export const emptyAnswerText = "No response generated. Please try again.";

export interface AgentLoopOptions {
  model: LanguageModelV4;
  system?: string;
  /** The conversation so far; its last message is what the model answers. Not changed. */
  messages: readonly ContextMessage[];
  tools?: readonly Tool[];
  signal?: AbortSignal;
  onEvent?: (event: LoopEvent) => void;
  /** Passed on to the provider. */
  providerOptions?: SharedV4ProviderOptions;
  /** What assistant messages say about their origin; taken from the model when absent. */
  source?: MessageSource;
  /** User messages to bring in between two steps. Called after each tool call; what it returns is not asked for again. */
  takeSteering?: () => UserMessage[];
  /** True when `takeSteering` would return something. */
  hasSteering?: () => boolean;
  /** No tool is run before this resolves. */
  beforeFirstTool?: Promise<unknown>;
  /** How often a busy or unreachable provider is asked again; 3 times when absent. */
  maxRetries?: number;
  describeFailure?: (error: unknown) => LoopFailure;
  /** What to change before the model is asked again after a failure; undefined when nothing would help. */
  adapt?: (
    failure: LoopFailure,
    messages: readonly ContextMessage[],
    error: unknown,
  ) => Adaptation | undefined | Promise<Adaptation | undefined>;
  /**
   * What the model is shown of the conversation, asked before each request. Messages that are not changed must be
   * returned as the same objects: a beginning that stays the same is not built again.
   */
  show?: (messages: readonly ContextMessage[]) => readonly ContextMessage[];
  /** Longest answer, in tokens; the model's own limit when absent. */
  maxOutputTokens?: number;
  /** Told when a tool threw; the model is told as well. */
  onToolError?: (toolName: string, error: unknown) => void;
  /** Asked after tools were run: true ends the turn with their results, and the model is not asked again. */
  endsTurn?: () => boolean;
  /** Why the model has no tool of that name, when there is more to say than that. */
  missingTool?: (toolName: string) => string | undefined;
  checker?: ArgumentChecker;
  clock?: Clock;
  timers?: Timers;
}

export interface Adaptation {
  messages?: readonly ContextMessage[];
  /** Milliseconds to wait first. */
  delayMs?: number;
  providerOptions?: SharedV4ProviderOptions;
}

/**
 * Asks the model, runs the tools it calls, tells it the results, and so on until it answers without calling a tool.
 * Never throws for what a model, a provider or a tool does: the result says how it ended, and the events carry every
 * message that belongs into the conversation.
 */
export async function runAgentLoop(options: AgentLoopOptions): Promise<LoopResult> {
  const clock = options.clock ?? systemClock;
  const signal = options.signal ?? new AbortController().signal;
  const emit = options.onEvent ?? (() => {});
  const tools = new Map((options.tools ?? []).map((tool) => [tool.name, tool]));
  const checker = options.checker ?? createArgumentChecker();
  const takeSteering = options.takeSteering ?? (() => []);
  const hasSteering = options.hasSteering ?? (() => false);
  // A run without tool calls never asks for it; whoever made the promise reports its failure.
  options.beforeFirstTool?.catch(() => undefined);
  const conversation = createConversation(options);
  const failures = createRepeatedFailures();
  const result: LoopResult = { outcome: "done", calls: [] };

  const say = (message: ContextMessage) => {
    conversation.add(message);
    emit({ type: "message", message });
  };
  const steer = (): boolean => {
    const messages = takeSteering();
    for (const message of messages) say(message);
    return messages.length > 0;
  };

  for (;;) {
    const answer = await askUntilAnswered(options, conversation, signal, emit);
    if (answer.end === "aborted") {
      const partial = signal.reason instanceof LoopInterrupted ? undefined : answer.draft.partialMessage(clock.now());
      if (partial !== undefined) say(partial);
      return { ...result, outcome: "aborted", ...(partial === undefined ? {} : { lastMessage: partial }) };
    }
    if (answer.end === "failed") {
      const message = answer.draft.failedMessage(clock.now(), answer.failure.userMessage);
      say(message);
      return { ...result, outcome: "failed", failure: answer.failure, lastMessage: message };
    }

    const message = answer.draft.message(clock.now());
    say(message);
    result.lastMessage = message;
    result.calls.push(message.usage);

    const calls = answer.draft.calls;
    if (calls.length === 0) {
      if (steer()) continue;
      return result;
    }
    const refusal = await mayRunTools(options.beforeFirstTool, signal);
    if (refusal !== undefined) return { ...result, outcome: "failed", failure: refusal };
    const results = await runToolCalls({
      calls,
      tools,
      checker,
      signal,
      steered: hasSteering,
      onEvent: (event) => {
        if (event.type === "message") conversation.add(event.message);
        emit(event);
      },
      onToolError: options.onToolError ?? (() => {}),
      ...(options.missingTool === undefined ? {} : { missingTool: options.missingTool }),
      clock,
      timers: options.timers ?? systemTimers,
    });
    if (signal.aborted) return { ...result, outcome: "aborted" };
    const explanation = failures.observe(calls, results);
    if (explanation !== undefined) {
      const failure = { kind: "tool_loop", retryable: false, userMessage: explanation, detail: explanation };
      return { ...result, outcome: "failed", failure };
    }
    if (options.endsTurn?.()) return result;
    steer();
  }
}

/** Waits for the condition of the first tool, but not longer than the run. A failed condition is the run's failure. */
async function mayRunTools(ready: Promise<unknown> | undefined, signal: AbortSignal): Promise<LoopFailure | undefined> {
  if (ready === undefined) return undefined;
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    await Promise.race([ready, aborted]);
    return undefined;
  } catch (error) {
    const detail = `No tool was run because the message could not be stored: ${thrownText(error)}`;
    return { kind: "storage", retryable: false, userMessage: detail, detail };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** The messages of the conversation and the prompt made of them. */
function createConversation(options: AgentLoopOptions) {
  const source = messageSource(options);
  const show = options.show ?? ((all) => all);
  // A call without a result, or a result without a call, makes every provider refuse the whole request.
  let messages: ContextMessage[] = pairToolResults(options.messages);
  let prompt = createModelPrompt(options.system, source);
  let shown: readonly ContextMessage[] = [];
  const update = () => {
    const wanted = show(messages);
    const continues = shown.length <= wanted.length && shown.every((message, at) => message === wanted[at]);
    if (!continues) prompt = createModelPrompt(options.system, source);
    for (const message of wanted.slice(continues ? shown.length : 0)) prompt.add(message);
    shown = wanted.slice();
  };
  return {
    source,
    tools: (options.tools ?? []).map(functionTool),
    providerOptions: options.providerOptions,
    add(message: ContextMessage) {
      messages.push(message);
    },
    adapt(change: Adaptation) {
      if (change.messages !== undefined) messages = pairToolResults(change.messages);
      if (change.providerOptions !== undefined) this.providerOptions = change.providerOptions;
    },
    messages: (): readonly ContextMessage[] => messages,
    prompt() {
      update();
      return prompt.messages();
    },
  };
}

type Conversation = ReturnType<typeof createConversation>;
type Answer = Exclude<ModelAnswer, { end: "failed" }> | { end: "failed"; draft: MessageDraft; failure: LoopFailure };

/** Asks again when the provider is overloaded or unreachable, when a change may help, and once when nothing came. */
async function askUntilAnswered(
  options: AgentLoopOptions,
  conversation: Conversation,
  signal: AbortSignal,
  emit: (event: LoopEvent) => void,
): Promise<Answer> {
  const describe = options.describeFailure ?? describeAnyFailure;
  let retries = 0;
  let askedAgain = false;
  for (;;) {
    emit({ type: "ask" });
    const answer = await askModel(
      options.model,
      {
        prompt: conversation.prompt(),
        ...(conversation.tools.length > 0 ? { tools: conversation.tools } : {}),
        ...(options.maxOutputTokens === undefined ? {} : { maxOutputTokens: options.maxOutputTokens }),
        ...(conversation.providerOptions === undefined ? {} : { providerOptions: conversation.providerOptions }),
        abortSignal: signal,
      },
      conversation.source,
      (added, draft) => {
        if (added.text !== undefined) emit({ type: "text", text: draft.text, delta: added.text });
        if (added.thinking !== undefined) emit({ type: "thinking", delta: added.thinking });
      },
    );
    if (answer.end === "aborted") return answer;
    if (answer.end === "complete") {
      if (!answer.draft.isEmpty || askedAgain) return answer;
      askedAgain = true;
      continue;
    }
    const failure = describe(answer.error);
    const change = await options.adapt?.(failure, conversation.messages(), answer.error);
    if (change !== undefined || signal.aborted) {
      if (change !== undefined) conversation.adapt(change);
      if (change?.delayMs !== undefined) await pause(options.timers ?? systemTimers, change.delayMs, signal);
      continue;
    }
    const patience = failure.retryAfterMs ?? 0;
    if (!failure.retryable || retries >= (options.maxRetries ?? usualRetries) || patience > maxRetryAfterMs) {
      return { end: "failed", draft: answer.draft, failure };
    }
    const delayMs = Math.max(patience, retryBaseMs * 2 ** retries);
    retries += 1;
    emit({ type: "retry", attempt: retries, delayMs, failure });
    await pause(options.timers ?? systemTimers, delayMs, signal);
  }
}

function messageSource(options: AgentLoopOptions): MessageSource {
  if (options.source !== undefined) return options.source;
  return { api: options.model.provider, provider: options.model.provider, model: options.model.modelId };
}

function functionTool(tool: Tool): LanguageModelV4FunctionTool {
  return {
    type: "function",
    name: tool.name,
    description: tool.description,
    inputSchema: { ...tool.parameters, type: "object" },
  };
}

function describeAnyFailure(error: unknown): LoopFailure {
  const detail = thrownText(error);
  const retryable = error instanceof Error && "isRetryable" in error && error.isRetryable === true;
  return { kind: "unknown", retryable, userMessage: detail, detail };
}
