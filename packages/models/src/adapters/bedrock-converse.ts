import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from "@ai-sdk/provider";
import { createAwsCredentials } from "../aws/aws-credentials.ts";
import { awsRegion, signRequest } from "../aws/sign-request.ts";
import type { ModelSetup } from "./adapter.ts";
import { incompleteAnswer, refuseOtherThanEvents, singleBlockStream } from "./answer-stream.ts";
import { awsEventStream } from "./aws-event-stream.ts";
import { bedrockBody } from "./bedrock-body.ts";
import { createBedrockEvents, readBedrockAnswer } from "./bedrock-events.ts";
import { partsOfEvents } from "./event-stream.ts";
import { addressOf, bearer, createModelPost, readJsonAnswer } from "./model-request.ts";

/** A model behind Amazon Bedrock's `POST {baseUrl}/model/{id}/converse-stream`. */
export function createBedrockModel(setup: ModelSetup): LanguageModelV4 {
  const awsCredentials = createAwsCredentials(setup);

  const postToModel = createModelPost(setup);

  async function post(method: string, options: LanguageModelV4CallOptions) {
    const credential = await setup.credential();
    const body = bedrockBody(options, setup);
    const text = JSON.stringify(body);
    const url = `${addressOf(credential, setup)}/model/${encodeURIComponent(setup.info.id)}/${method}`;
    const request = { method: "POST", url, body: text, service: "bedrock", region: awsRegion(url, setup.env) } as const;
    const headers = credential.kind === "none" ? signRequest(request, await awsCredentials()) : bearer(credential);
    return { answer: await postToModel({ url, body, payload: text, headers }, options), body };
  }

  async function generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const { answer, body } = await post("converse", options);
    const raw = await readJsonAnswer(answer);
    return { ...readBedrockAnswer(raw), request: { body }, response: { headers: answer.headers } };
  }

  return {
    specificationVersion: "v4",
    provider: setup.info.provider,
    modelId: setup.info.id,
    supportedUrls: {},
    doGenerate: generate,
    async doStream(options) {
      if (!setup.streaming) return singleBlockStream(await generate(options));
      const { answer, body } = await post("converse-stream", options);
      refuseOtherThanEvents(answer, setup);
      const stream = partsOfEvents(answer.body, {
        createReader: createBedrockEvents,
        brokeOff: () => incompleteAnswer(setup),
        signal: options.abortSignal,
        decoder: awsEventStream,
      });
      return { stream, request: { body }, response: { headers: answer.headers } };
    },
  };
}
