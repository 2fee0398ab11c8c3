import type { Tool, ToolResult } from "@openclaw/plugin-sdk";
import type { ToolResultMessage } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import { fitResultImages } from "../images/fit-result-images.ts";
import { pause, type Timers } from "../run/timers.ts";
import { type LoopEvent, LoopInterrupted } from "./loop-events.ts";
import type { RequestedCall } from "./message-draft.ts";
import type { ArgumentChecker } from "./tool-arguments.ts";
import { capResult, errorResult, thrownResult } from "./tool-result.ts";

export const skippedText = "Skipped due to queued user message.";
const stoppedText = "The run was stopped before this call was finished; its outcome is unknown.";
const notStartedText = "The run was stopped before this call was started.";

/** How long a stopped tool may take to end before the run ends without it, in milliseconds. */
const stopGraceMs = 3000;
/** The same when the whole program stops. */
const shutdownGraceMs = 1000;

export interface ToolCallsOptions {
  calls: readonly RequestedCall[];
  tools: ReadonlyMap<string, Tool>;
  checker: ArgumentChecker;
  signal: AbortSignal;
  /** True when user messages wait: calls not yet started are then skipped. */
  steered: () => boolean;
  onEvent: (event: LoopEvent) => void;
  onToolError: (toolName: string, error: unknown) => void;
  /** Why there is no tool of that name, when there is more to say. */
  missingTool?: (toolName: string) => string | undefined;
  clock: Clock;
  timers: Timers;
}

/**
 * Runs the calls of one message: at the same time when all are to read-only tools, else one after another. Every call
 * gets a result, and the results are emitted in the order of the calls. After an abort the calls that were cut off say
 * so; after an interruption nothing is emitted.
 */
export async function runToolCalls(options: ToolCallsOptions): Promise<ToolResultMessage[]> {
  const { calls, signal } = options;
  const parallel = calls.length > 1 && calls.every(({ block }) => options.tools.get(block.name)?.readOnly === true);
  const results: ToolResultMessage[] = [];
  const finish = (call: RequestedCall, result: ToolResult) => {
    const message = resultMessage(call, result, options.clock.now());
    results.push(message);
    options.onEvent({ type: "message", message });
  };

  if (parallel && !options.steered()) {
    const finished = await Promise.all(calls.map((call) => runCall(call, options)));
    if (interrupted(signal)) return results;
    for (const [index, call] of calls.entries()) finish(call, finished[index] ?? errorResult(notStartedText));
    return results;
  }
  for (const call of calls) {
    if (interrupted(signal)) return results;
    if (signal.aborted) finish(call, errorResult(notStartedText));
    else if (options.steered()) finish(call, errorResult(skippedText));
    else {
      const result = await runCall(call, options);
      if (interrupted(signal)) return results;
      finish(call, result);
    }
  }
  return results;
}

function interrupted(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof LoopInterrupted;
}

async function runCall(call: RequestedCall, options: ToolCallsOptions): Promise<ToolResult> {
  const { id: toolCallId, name, arguments: given } = call.block;
  options.onEvent({ type: "toolStart", name, toolCallId, args: given });
  const { args, result } = await execute(call, given, options);
  if (!interrupted(options.signal)) {
    options.onEvent({ type: "toolResult", name, toolCallId, args, isError: result.isError === true, result });
  }
  return result;
}

async function execute(
  call: RequestedCall,
  given: Record<string, unknown>,
  options: ToolCallsOptions,
): Promise<{ args: Record<string, unknown>; result: ToolResult }> {
  const { id: toolCallId, name } = call.block;
  if (call.problem !== undefined) return { args: given, result: errorResult(call.problem) };
  const tool = options.tools.get(name);
  if (tool === undefined) {
    const why = options.missingTool?.(name) ?? `Tool ${name} not found`;
    return { args: given, result: errorResult(why, {}) };
  }
  try {
    const checked = await options.checker.check(tool, given);
    if ("problem" in checked) return { args: given, result: errorResult(checked.problem) };
    let ended = false;
    const execution = tool.execute(checked.args, {
      toolCallId,
      signal: options.signal,
      onUpdate: (partial) => {
        // A tool left behind must not speak into a run that has gone on.
        if (!ended) options.onEvent({ type: "toolUpdate", name, toolCallId, partialResult: capResult(partial) });
      },
    });
    const result = await orAborted(execution, options).finally(() => {
      ended = true;
    });
    if (result === undefined) return { args: checked.args, result: errorResult(stoppedText) };
    return { args: checked.args, result: capResult(await fitResultImages(result, name)) };
  } catch (error) {
    options.onToolError(name, error);
    return { args: given, result: capResult(thrownResult(name, error)) };
  }
}

/** Waits for the tool, but after an abort only a moment longer; undefined when it did not end in time. */
async function orAborted(execution: Promise<ToolResult>, options: ToolCallsOptions): Promise<ToolResult | undefined> {
  const { signal } = options;
  let onAbort = () => {};
  const gaveUp = new Promise<undefined>((resolve) => {
    onAbort = () => {
      const graceMs = interrupted(signal) ? shutdownGraceMs : stopGraceMs;
      void pause(options.timers, graceMs, new AbortController().signal).then(() => resolve(undefined));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([execution, gaveUp]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function resultMessage(call: RequestedCall, result: ToolResult, now: number): ToolResultMessage {
  return {
    role: "toolResult",
    toolCallId: call.block.id,
    toolName: call.block.name,
    content: result.content,
    ...(result.details === undefined ? {} : { details: result.details }),
    isError: result.isError === true,
    timestamp: now,
  };
}
