import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { HttpAnswer } from "../http-exchange.ts";
import type { ModelSetup } from "./adapter.ts";
import { incompleteAnswer, refuseOtherThanEvents, singleBlockStream } from "./answer-stream.ts";
import { partsOfEvents } from "./event-stream.ts";
import { createGoogleEvents, readGoogleAnswer, responseMetadata } from "./google-events.ts";
import { type RequestBody, readJsonAnswer } from "./model-request.ts";
import type { WireObject } from "./wire-value.ts";

/** How one of the services that speak Google's format is asked. */
export interface GoogleService {
  /** Posts to a method, `streamGenerateContent?alt=sse` or `generateContent`. */
  post(method: string, options: LanguageModelV4CallOptions): Promise<{ answer: HttpAnswer; body: RequestBody }>;
  /** Finds Google's own answer in what the service sends. */
  unwrap?(event: WireObject): WireObject;
}

/** A model behind a service that speaks Google's `generateContent`. */
export function createGoogleContentModel(setup: ModelSetup, service: GoogleService): LanguageModelV4 {
  const unwrap = service.unwrap ?? ((event: WireObject) => event);

  async function generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { answer, body } = await service.post("generateContent", options);
    const raw = unwrap(await readJsonAnswer(answer));
    return {
      ...readGoogleAnswer(raw),
      request: { body },
      response: { ...responseMetadata(raw), headers: answer.headers },
    };
  }

  return {
    specificationVersion: "v4",
    provider: setup.info.provider,
    modelId: setup.info.id,
    supportedUrls: {},
    doGenerate: generate,
    async doStream(options) {
      if (!setup.streaming) return singleBlockStream(await generate(options));
      const { answer, body } = await service.post("streamGenerateContent?alt=sse", options);
      refuseOtherThanEvents(answer, setup);
      const stream = partsOfEvents(answer.body, {
        createReader: (push) => createGoogleEvents(push, unwrap),
        brokeOff: () => incompleteAnswer(setup),
        signal: options.abortSignal,
      });
      return { stream, request: { body }, response: { headers: answer.headers } };
    },
  };
}
