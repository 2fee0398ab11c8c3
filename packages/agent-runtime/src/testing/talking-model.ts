import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { summarySystem } from "../context/summary-prompt.ts";
import { answerText, finish, streamOf, textParts } from "./scripted-model.ts";

export interface TalkingModel extends LanguageModelV4 {
  /** What it was asked in conversations, in order. */
  readonly turns: LanguageModelV4CallOptions[];
  /** What it was asked to summarise, in order. */
  readonly summaries: LanguageModelV4CallOptions[];
}

type Parts = readonly LanguageModelV4StreamPart[] | ReadableStream<LanguageModelV4StreamPart>;

/** A model that tells requests of a conversation from requests for a summary, and counts the tokens of what it is sent. */
export function talkingModel(
  options: {
    turn?: (request: LanguageModelV4CallOptions, index: number) => Parts | undefined;
    summary?: (request: LanguageModelV4CallOptions, index: number) => Parts;
  } = {},
): TalkingModel {
  const turns: LanguageModelV4CallOptions[] = [];
  const summaries: LanguageModelV4CallOptions[] = [];
  return {
    specificationVersion: "v4",
    provider: "scripted",
    modelId: "scripted-1",
    supportedUrls: {},
    turns,
    summaries,
    doGenerate: () => Promise.reject(new Error("the talking model only streams")),
    async doStream(request) {
      const answer = (): Parts => {
        if (isSummaryRequest(request)) {
          summaries.push(request);
          return options.summary?.(request, summaries.length - 1) ?? answerText(`summary ${summaries.length}`);
        }
        turns.push(request);
        return options.turn?.(request, turns.length - 1) ?? countedAnswer(request, "ok");
      };
      const parts = answer();
      return { stream: parts instanceof ReadableStream ? parts : streamOf(parts) };
    },
  };
}

/** A text, with the usage a provider would report. */
export function countedAnswer(request: LanguageModelV4CallOptions, text: string): LanguageModelV4StreamPart[] {
  return [...textParts(text, 200), finish("stop", promptTokens(request), Math.ceil(text.length / 4))];
}

export function promptTokens(request: LanguageModelV4CallOptions): number {
  return Math.ceil((JSON.stringify(request.prompt).length + JSON.stringify(request.tools ?? []).length) / 4);
}

/** The text of a request without its system prompt. */
export function requestText(request: LanguageModelV4CallOptions | undefined): string {
  return JSON.stringify(request?.prompt.filter(({ role }) => role !== "system") ?? []);
}

export function overflow(): never {
  throw Object.assign(new Error("prompt is too long: 210000 tokens > 200000 maximum"), { statusCode: 400 });
}

function isSummaryRequest(request: LanguageModelV4CallOptions): boolean {
  const first = request.prompt[0];
  return first?.role === "system" && first.content === summarySystem;
}
