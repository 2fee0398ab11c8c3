import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import { nextStep } from "./grammar.ts";
import { readTurn } from "./read-turn.ts";
import type { Step } from "./turn.ts";

/**
 * The embedded assistant: a language model without a language model. It understands a small grammar of plain
 * English sentences (see the README), does its work through the tools of the call, and needs no key and no network.
 * The same call always brings the same answer.
 *
 * @param options.clock what time it is when a message carries no stamp; default the system's
 */
export function createOfflineModel(options: { clock?: { now(): number } } = {}): LanguageModelV4 {
  const answer = (call: LanguageModelV4CallOptions) => {
    call.abortSignal?.throwIfAborted();
    const { message, turn } = readTurn(call, options.clock?.now() ?? Date.now());
    const step = nextStep(message, turn);
    return { step, usage: estimateUsage(call, step) };
  };

  return {
    specificationVersion: "v4",
    provider: "offline",
    modelId: "assistant",
    supportedUrls: {},
    async doGenerate(call): Promise<LanguageModelV4GenerateResult> {
      const { step, usage } = answer(call);
      return { content: contentOf(step, call), finishReason: finishOf(step), usage, warnings: [] };
    },
    async doStream(call) {
      const { step, usage } = answer(call);
      return { stream: partStream(streamParts(step, call, usage), call.abortSignal) };
    },
  };
}

function contentOf(step: Step, call: LanguageModelV4CallOptions): LanguageModelV4Content[] {
  if ("say" in step) return [{ type: "text", text: step.say }];
  return step.calls.map(({ tool, input }, index) => ({
    type: "tool-call",
    toolCallId: toolCallId(call, index),
    toolName: tool,
    input: JSON.stringify(input),
  }));
}

function* streamParts(
  step: Step,
  call: LanguageModelV4CallOptions,
  usage: LanguageModelV4Usage,
): Generator<LanguageModelV4StreamPart> {
  yield { type: "stream-start", warnings: [] };
  for (const block of contentOf(step, call)) {
    if (block.type === "text") {
      yield { type: "text-start", id: "0" };
      // A word and the space behind it, so that the pieces add up to the text.
      for (const [delta] of block.text.matchAll(/\s*\S+\s*/g)) yield { type: "text-delta", id: "0", delta };
      yield { type: "text-end", id: "0" };
    } else if (block.type === "tool-call") {
      yield { type: "tool-input-start", id: block.toolCallId, toolName: block.toolName };
      yield { type: "tool-input-delta", id: block.toolCallId, delta: block.input };
      yield { type: "tool-input-end", id: block.toolCallId };
      yield block;
    }
  }
  yield { type: "finish", finishReason: finishOf(step), usage };
}

function partStream(
  parts: Iterator<LanguageModelV4StreamPart>,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream(
    {
      pull(controller) {
        if (signal?.aborted) return controller.error(signal.reason);
        const { done, value } = parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

function finishOf(step: Step): LanguageModelV4FinishReason {
  return "say" in step ? { unified: "stop", raw: "stop" } : { unified: "tool-calls", raw: "tool_calls" };
}

/** Distinct within a conversation, because every call makes the prompt longer. */
function toolCallId(call: LanguageModelV4CallOptions, index: number): string {
  return `offline_${call.prompt.length}_${index + 1}`;
}

/** Four characters count as one token, in the prompt as in the answer. */
function estimateUsage(call: LanguageModelV4CallOptions, step: Step): LanguageModelV4Usage {
  const input = tokens(call.prompt.reduce((sum, message) => sum + messageLength(message.content), 0));
  const output = tokens("say" in step ? step.say.length : JSON.stringify(step.calls).length);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}

function messageLength(content: LanguageModelV4CallOptions["prompt"][number]["content"]): number {
  if (typeof content === "string") return content.length;
  let length = 0;
  for (const part of content) {
    if (part.type === "text" || part.type === "reasoning") length += part.text.length;
    else if (part.type === "tool-call") length += JSON.stringify(part.input ?? {}).length;
    else if (part.type === "tool-result") length += JSON.stringify(part.output).length;
  }
  return length;
}

function tokens(characters: number): number {
  return Math.ceil(characters / 4);
}
