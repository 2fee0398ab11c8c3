import { APICallError, type LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import { type HttpAnswer, readText } from "../http-exchange.ts";
import type { ModelSetup } from "./adapter.ts";
import { parseObject, type WireObject } from "./wire-value.ts";

/** A request body on its way out. It was made for this one request, so it is changed in place. */
export type RequestBody = Record<string, unknown>;

/** Error bodies are read up to here, in bytes. */
const maxErrorBody = 64 * 1024;
/** Complete answers are read up to here, in bytes. */
const maxAnswerBody = 64 * 1024 * 1024;

/** One request to a model. */
export interface ModelRequest {
  readonly url: string | URL;
  readonly body: RequestBody;
  /** The body as it is sent, where it is more than its JSON text: signed already, or kept from earlier requests. */
  readonly payload?: string | Uint8Array<ArrayBuffer>;
  /** Lower-case names. Those of the provider, the model and the call win over them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Posts a request and resolves with the beginning of a good answer. Throws APICallError for every other end. */
export type PostToModel = (request: ModelRequest, options: LanguageModelV4CallOptions) => Promise<HttpAnswer>;

/** Makes what one model's requests have in common once. */
export function createModelPost({ exchange, ...setup }: ModelSetup): PostToModel {
  const ownHeaders = lowerCaseNames(setup.headers);
  return async ({ url, body, payload, headers }, options) => {
    const request = {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "openclaw",
        ...headers,
        ...ownHeaders,
        ...(options.headers && lowerCaseNames(options.headers)),
      },
      body: payload ?? JSON.stringify(body),
      signal: options.abortSignal,
    };
    const answer = await exchange(url, request).catch((cause: unknown) => {
      throw options.abortSignal?.aborted ? cause : unreachable(cause, url.toString(), body);
    });
    if (answer.status < 200 || answer.status > 299) throw await refusal(answer, url.toString(), body);
    return answer;
  };
}

/** Reads a complete answer. Throws when it is no JSON object. */
export async function readJsonAnswer(answer: HttpAnswer): Promise<WireObject> {
  return parseObject(await readText(answer.body, maxAnswerBody));
}

/** Where a request goes: some credentials know better than the configuration. */
export function addressOf(credential: RequestCredential, setup: ModelSetup): string {
  return (credential.kind === "none" ? undefined : credential.baseUrl) ?? setup.baseUrl;
}

/** The usual header of a key or token. `authHeader: false` keeps a key (not a token) back. */
export function bearer(credential: RequestCredential, authHeader?: boolean): { authorization?: string } {
  switch (credential.kind) {
    case "none":
      return {};
    case "api-key":
      return authHeader === false ? {} : { authorization: `Bearer ${credential.key}` };
    case "token":
      return { authorization: `Bearer ${credential.token}` };
  }
}

/** A key in the header of its API; as a bearer token too when asked for. */
export function keyIn(header: string, credential: RequestCredential, authHeader?: boolean): Record<string, string> {
  if (credential.kind !== "api-key") return bearer(credential);
  return { [header]: credential.key, ...(authHeader === true && bearer(credential)) };
}

/** Leaves out what is undefined, so that bodies say nothing where nobody said anything. */
export function defined(fields: RequestBody): RequestBody {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function unreachable(cause: unknown, url: string, body: RequestBody): APICallError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new APICallError({ message, cause, url, requestBodyValues: body, isRetryable: true });
}

async function refusal(answer: HttpAnswer, url: string, body: RequestBody): Promise<APICallError> {
  const responseBody = await readText(answer.body, maxErrorBody);
  return new APICallError({
    message: answer.statusText || `HTTP ${answer.status}`,
    url,
    requestBodyValues: body,
    statusCode: answer.status,
    responseHeaders: { ...answer.headers },
    responseBody,
  });
}

function lowerCaseNames(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])),
  );
}
