import type { LanguageModelV4 } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import { type ApplicationDefault, createApplicationDefault } from "../google/application-default.ts";
import { ModelError } from "../model-error.ts";
import type { ModelSetup } from "./adapter.ts";
import { googleBody } from "./google-body.ts";
import { createGoogleContentModel } from "./google-model.ts";
import { addressOf, createModelPost, keyIn } from "./model-request.ts";

/**
 * A model of Google behind Vertex AI, `POST {baseUrl}/v1/projects/{project}/locations/{location}/publishers/google/models/
 * {id}:streamGenerateContent`. Without a stored credential requests are signed with application default credentials.
 */
export function createVertexModel(setup: ModelSetup): LanguageModelV4 {
  const applicationDefault = createApplicationDefault(setup);
  const postToModel = createModelPost(setup);
  return createGoogleContentModel(setup, {
    async post(method, options) {
      const credential = await setup.credential();
      const body = googleBody(options, setup);
      const place = await placeOf(addressOf(credential, setup), setup.env, applicationDefault);
      const headers = await headersOf(credential, setup, applicationDefault);
      const url = `${place}/publishers/google/models/${setup.info.id}:${method}`;
      return { answer: await postToModel({ url, body, headers }, options), body };
    },
  });
}

async function headersOf(
  credential: RequestCredential,
  setup: ModelSetup,
  applicationDefault: ApplicationDefault,
): Promise<Record<string, string>> {
  if (credential.kind !== "none") return keyIn("x-goog-api-key", credential, setup.authHeader);
  return { authorization: `Bearer ${await applicationDefault.token()}` };
}

/** The address of a project in a location. A configured address may name both itself. */
async function placeOf(address: string, env: NodeJS.ProcessEnv, { project }: ApplicationDefault): Promise<string> {
  if (/\/projects\/[^/]+\/locations\/[^/]+$/.test(address)) return address;
  const url = new URL(address);
  const location = env.GOOGLE_CLOUD_LOCATION?.trim() || /^([a-z0-9-]+)-aiplatform\./.exec(url.hostname)?.[1];
  if (!location) {
    throw new ModelError(
      "invalid-provider",
      `Google Vertex AI needs a location, for example us-central1. Set GOOGLE_CLOUD_LOCATION.`,
    );
  }
  // The location that stands for all of them has no part in the host's name.
  const base = address.replace("//global-aiplatform.", "//aiplatform.");
  const versioned = /\/v\d\w*$/.test(url.pathname) ? base : `${base}/v1`;
  return `${versioned}/projects/${await project()}/locations/${location}`;
}
