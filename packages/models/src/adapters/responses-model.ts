import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import type { HttpAnswer } from "../http-exchange.ts";
import type { ModelSetup } from "./adapter.ts";
import { incompleteAnswer, refuseOtherThanEvents, singleBlockStream } from "./answer-stream.ts";
import { partsOfEvents } from "./event-stream.ts";
import { gatherAnswer } from "./gather-answer.ts";
import { createModelPost, type ModelRequest, readJsonAnswer } from "./model-request.ts";
import { createResponsesEvents, readResponse, responseMetadata } from "./responses-events.ts";

/** How one of the services that speak the Responses format is asked. */
export interface ResponsesService {
  /** False asks for answers in one piece. */
  readonly streaming: boolean;
  /** True where the service streams only: whoever wants the answer whole gets the stream put together. */
  readonly streamsOnly?: boolean;
  request(options: LanguageModelV4CallOptions, credential: RequestCredential): ModelRequest;
  /** Puts an error of the service into other words. */
  explain?(error: unknown): unknown;
}

/** A model behind a service that speaks OpenAI's Responses format. */
export function createResponsesModel(setup: ModelSetup, service: ResponsesService): LanguageModelV4 {
  const postToModel = createModelPost(setup);

  async function post(options: LanguageModelV4CallOptions, stream: boolean) {
    const request = service.request(options, await setup.credential());
    const body = stream ? { ...request.body, stream: true } : request.body;
    const answer: HttpAnswer = await postToModel({ ...request, body }, options).catch((error: unknown) => {
      throw service.explain?.(error) ?? error;
    });
    return { answer, body };
  }

  async function openStream(options: LanguageModelV4CallOptions) {
    const { answer, body } = await post(options, true);
    refuseOtherThanEvents(answer, setup);
    const stream = partsOfEvents(answer.body, {
      createReader: createResponsesEvents,
      brokeOff: () => incompleteAnswer(setup),
      signal: options.abortSignal,
    });
    return { stream, request: { body }, response: { headers: answer.headers } };
  }

  async function generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    if (service.streamsOnly) return gatherAnswer(await openStream(options));
    const { answer, body } = await post(options, false);
    const raw = await readJsonAnswer(answer);
    return { ...readResponse(raw), request: { body }, response: { ...responseMetadata(raw), headers: answer.headers } };
  }

  return {
    specificationVersion: "v4",
    provider: setup.info.provider,
    modelId: setup.info.id,
    supportedUrls: {},
    doGenerate: generate,
    doStream: async (options) => (service.streaming ? openStream(options) : singleBlockStream(await generate(options))),
  };
}
