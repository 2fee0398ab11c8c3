import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import type { ModelSetup } from "./adapter.ts";
import { addressOf, bearer, keyIn } from "./model-request.ts";
import { responsesBody } from "./responses-body.ts";
import { createResponsesModel } from "./responses-model.ts";

/** A model behind OpenAI's `POST {baseUrl}/responses`, or Azure's, which takes the key in a header of its own. */
export function createOpenAIResponsesModel(setup: ModelSetup): LanguageModelV4 {
  const azure = setup.info.api === "azure-openai-responses";
  const authorization = (credential: RequestCredential) =>
    azure ? keyIn("api-key", credential, setup.authHeader) : bearer(credential, setup.authHeader);
  return createResponsesModel(setup, {
    streaming: setup.streaming,
    request: (options, credential) => ({
      url: `${addressOf(credential, setup)}/responses`,
      body: responsesBody(options, setup),
      headers: authorization(credential),
    }),
  });
}
