import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { ModelSetup } from "./adapter.ts";
import { googleBody } from "./google-body.ts";
import { createGoogleContentModel } from "./google-model.ts";
import { addressOf, createModelPost, keyIn } from "./model-request.ts";

/** A model behind Google's `POST {baseUrl}/models/{id}:streamGenerateContent`. */
export function createGoogleModel(setup: ModelSetup): LanguageModelV4 {
  const postToModel = createModelPost(setup);
  return createGoogleContentModel(setup, {
    async post(method, options) {
      const credential = await setup.credential();
      const body = googleBody(options, setup);
      const url = `${addressOf(credential, setup)}/models/${setup.info.id}:${method}`;
      const headers = keyIn("x-goog-api-key", credential, setup.authHeader);
      return { answer: await postToModel({ url, body, headers }, options), body };
    },
  });
}
