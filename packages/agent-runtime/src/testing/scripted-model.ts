import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";

/** One answer of a scripted model: its parts, or a function that gives them (or throws) when it is asked. */
export type ScriptedAnswer =
  | readonly LanguageModelV4StreamPart[]
  | ((
      options: LanguageModelV4CallOptions,
    ) => readonly LanguageModelV4StreamPart[] | ReadableStream<LanguageModelV4StreamPart>);

export interface ScriptedModel extends LanguageModelV4 {
  /** What it was asked, in order. */
  readonly requests: LanguageModelV4CallOptions[];
}

/** A model that gives prepared answers, one per request. Being asked more often is an error. */
export function scriptedModel(answers: readonly ScriptedAnswer[]): ScriptedModel {
  const requests: LanguageModelV4CallOptions[] = [];
  return {
    specificationVersion: "v4",
    provider: "scripted",
    modelId: "scripted-1",
    supportedUrls: {},
    requests,
    doGenerate: () => Promise.reject(new Error("the scripted model only streams")),
    async doStream(options) {
      const answer = answers[requests.length];
      requests.push(options);
      if (answer === undefined) throw new Error(`the scripted model was asked ${requests.length} times`);
      const parts = typeof answer === "function" ? answer(options) : answer;
      return { stream: parts instanceof ReadableStream ? parts : streamOf(parts) };
    },
  };
}

export function streamOf(parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

/** Gives the parts and then nothing more, for ever. */
export function openStreamOf(parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
    },
  });
}

type FinishReason = Extract<LanguageModelV4StreamPart, { type: "finish" }>["finishReason"]["unified"];

export function finish(reason: FinishReason = "stop", input = 10, output = 5): LanguageModelV4StreamPart {
  return {
    type: "finish",
    finishReason: { unified: reason, raw: reason },
    usage: {
      inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: output, text: output, reasoning: 0 },
    },
  };
}

/** The parts of a text, in pieces of a few characters. */
export function textParts(text: string, size = 4): LanguageModelV4StreamPart[] {
  const parts: LanguageModelV4StreamPart[] = [{ type: "text-start", id: "t" }];
  for (let at = 0; at < text.length; at += size)
    parts.push({ type: "text-delta", id: "t", delta: text.slice(at, at + size) });
  return [...parts, { type: "text-end", id: "t" }];
}

export function answerText(text: string): LanguageModelV4StreamPart[] {
  return [...textParts(text), finish()];
}

export function toolCall(id: string, name: string, args: unknown): LanguageModelV4StreamPart[] {
  const input = typeof args === "string" ? args : JSON.stringify(args);
  return [
    { type: "tool-input-start", id, toolName: name },
    { type: "tool-input-delta", id, delta: input },
    { type: "tool-input-end", id },
    { type: "tool-call", toolCallId: id, toolName: name, input },
  ];
}

export function callTools(...calls: [id: string, name: string, args: unknown][]): LanguageModelV4StreamPart[] {
  return [...calls.flatMap(([id, name, args]) => toolCall(id, name, args)), finish("tool-calls")];
}
