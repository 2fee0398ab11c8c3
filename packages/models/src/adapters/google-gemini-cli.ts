import { randomUUID } from "node:crypto";
import { APICallError, type LanguageModelV4, type LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import type { HttpAnswer } from "../http-exchange.ts";
import { ModelError } from "../model-error.ts";
import { type ModelSetup, sessionOf } from "./adapter.ts";
import { googleBody } from "./google-body.ts";
import { createGoogleContentModel } from "./google-model.ts";
import { addressOf, createModelPost, type RequestBody } from "./model-request.ts";
import { objectOf, textOf } from "./wire-value.ts";

/** Where the sandboxed service is not, the general one may be. */
const sandboxHost = "daily-cloudcode-pa.sandbox.googleapis.com";
const productionAddress = "https://cloudcode-pa.googleapis.com";

/** A model behind Google's Cloud Code Assist, `POST {baseUrl}/v1internal:streamGenerateContent`. */
export function createGeminiCliModel(setup: ModelSetup): LanguageModelV4 {
  const postToModel = createModelPost(setup);
  return createGoogleContentModel(setup, {
    async post(method, options) {
      const credential = await setup.credential();
      const { token, projectId } = readCredential(credential, setup.info.provider);
      const body = wrappedBody(options, setup, projectId);
      const send = (address: string) =>
        postToModel(
          { url: `${address}/v1internal:${method}`, body, headers: { authorization: `Bearer ${token}` } },
          options,
        );
      return { answer: await sendToFirst(addresses(addressOf(credential, setup)), send), body };
    },
    unwrap: (event) => objectOf(event.response) ?? event,
  });
}

function wrappedBody(options: LanguageModelV4CallOptions, setup: ModelSetup, project: string): RequestBody {
  const antigravity = setup.info.provider === "google-antigravity";
  const session = sessionOf(options);
  return {
    project,
    model: setup.info.id,
    request: { ...googleBody(options, setup), ...(session !== undefined && { sessionId: session }) },
    ...(antigravity && { requestType: "agent" }),
    userAgent: antigravity ? "antigravity" : "openclaw",
    requestId: randomUUID(),
  };
}

function addresses(address: string): readonly [string, ...string[]] {
  return new URL(address).host === sandboxHost ? [address, productionAddress] : [address];
}

/** Goes on to the next address only when the one before could not be reached or does not know the request. */
async function sendToFirst(
  [first, ...others]: readonly [string, ...string[]],
  send: (address: string) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    return await send(first);
  } catch (error) {
    const [next, ...rest] = others;
    if (next === undefined || !APICallError.isInstance(error)) throw error;
    const elsewhere = error.statusCode === undefined || error.statusCode === 404 || error.statusCode >= 500;
    if (!elsewhere) throw error;
    return sendToFirst([next, ...rest], send);
  }
}

/** The token and the project it is for: told together, or both in one JSON text. */
function readCredential(credential: RequestCredential, provider: string): { token: string; projectId: string } {
  if (credential.kind === "token" && credential.projectId !== undefined) {
    return { token: credential.token, projectId: credential.projectId };
  }
  const packed = credential.kind === "none" ? "" : credential.kind === "token" ? credential.token : credential.key;
  try {
    const read = objectOf(JSON.parse(packed));
    const token = textOf(read?.token);
    const projectId = textOf(read?.projectId);
    if (token !== undefined && projectId !== undefined) return { token, projectId };
  } catch (error) {
    // A bare token; without its project it is of no use.
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ModelError(
    "no-api-key",
    `The credential of provider "${provider}" names no Google Cloud project. Log in again: openclaw models auth login --provider ${provider}`,
  );
}
