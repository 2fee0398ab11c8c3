import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Content,
  type LanguageModelV4GenerateResult,
} from "@ai-sdk/provider";
import type { RequestCredential } from "../credentials/request-credential.ts";
import { type HttpAnswer, readText } from "../http-exchange.ts";
import { isHost, type ModelSetup } from "./adapter.ts";
import { incompleteAnswer, refuseOtherThanEvents, singleBlockStream } from "./answer-stream.ts";
import { createBodyBytes } from "./body-bytes.ts";
import { partsOfEvents } from "./event-stream.ts";
import { openAIBody, type RequestBody, streamFields } from "./openai-body.ts";
import { resolveOpenAICompat } from "./openai-compat.ts";
import { createOpenAIEvents, finishReason, readUsage, responseMetadata } from "./openai-events.ts";
import { mistralToolIds, openaiToolIds, type PromptRules } from "./prompt.ts";
import { objectOf, objectsOf, parseObject, textOf, type WireObject } from "./wire-value.ts";

/** Error bodies are read up to here, in bytes. */
const maxErrorBody = 64 * 1024;
/** Complete answers are read up to here, in bytes. */
const maxAnswerBody = 64 * 1024 * 1024;

/**
 * A model behind an OpenAI-compatible `POST {baseUrl}/chat/completions`. Written for the format itself, without the AI
 * SDK's client under it: its chain of streams and checks was a quarter of what a turn costs.
 */
export function createOpenAICompletionsModel(setup: ModelSetup): LanguageModelV4 {
  const compat = resolveOpenAICompat(setup.info.provider, setup.baseUrl, setup.compat);
  const rules: PromptRules = {
    images: setup.info.input.includes("image"),
    toolIds: compat.requiresMistralToolIds ? mistralToolIds : openaiToolIds,
    reasoning: compat.requiresThinkingAsText ? "text" : isHost(setup.baseUrl, "api.openai.com") ? "drop" : "keep",
    imagesInToolResults: false,
  };
  const url = new URL(`${setup.baseUrl}/chat/completions`);
  const headers = {
    "content-type": "application/json",
    "user-agent": "openclaw",
  };
  const ownHeaders = lowerCaseNames(setup.headers);
  const bodyBytes = createBodyBytes();

  async function post(body: RequestBody, options: LanguageModelV4CallOptions): Promise<HttpAnswer> {
    const credential = await setup.credential();
    const request = {
      method: "POST",
      headers: {
        ...headers,
        ...authorization(credential, setup.authHeader),
        ...ownHeaders,
        ...(options.headers && lowerCaseNames(options.headers)),
      },
      body: bodyBytes(body, options.tools),
      signal: options.abortSignal,
    };
    const answer = await setup.exchange(url, request).catch((cause: unknown) => {
      throw options.abortSignal?.aborted ? cause : unreachable(cause, url, body);
    });
    if (answer.status < 200 || answer.status > 299) throw await refusal(answer, url, body);
    return answer;
  }

  async function generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const body = openAIBody(options, setup, compat, rules);
    const answer = await post(body, options);
    const raw = parseObject(await readText(answer.body, maxAnswerBody));
    return { ...readAnswer(raw), request: { body }, response: { ...responseMetadata(raw), headers: answer.headers } };
  }

  return {
    specificationVersion: "v4",
    provider: setup.info.provider,
    modelId: setup.info.id,
    supportedUrls: {},
    doGenerate: generate,
    async doStream(options) {
      if (!setup.streaming) return singleBlockStream(await generate(options));
      const body = { ...openAIBody(options, setup, compat, rules), ...streamFields(compat) };
      const answer = await post(body, options);
      refuseOtherThanEvents(answer, setup);
      const stream = partsOfEvents(answer.body, {
        createReader: createOpenAIEvents,
        brokeOff: () => incompleteAnswer(setup),
        signal: options.abortSignal,
      });
      return { stream, request: { body }, response: { headers: answer.headers } };
    },
  };
}

function readAnswer(
  raw: WireObject,
): Pick<LanguageModelV4GenerateResult, "content" | "finishReason" | "usage" | "warnings"> {
  const [choice] = objectsOf(raw.choices);
  const message = objectOf(choice?.message);
  const content: LanguageModelV4Content[] = [];
  const reasoning = textOf(message?.reasoning_content) ?? textOf(message?.reasoning);
  if (reasoning !== undefined) content.push({ type: "reasoning", text: reasoning });
  const text = textOf(message?.content);
  if (text !== undefined) content.push({ type: "text", text });
  objectsOf(message?.tool_calls).forEach((call, index) => {
    const fn = objectOf(call.function);
    content.push({
      type: "tool-call",
      toolCallId: textOf(call.id) ?? `call_${index}`,
      toolName: textOf(fn?.name) ?? "",
      input: textOf(fn?.arguments) ?? "",
    });
  });
  return {
    content,
    finishReason: finishReason(textOf(choice?.finish_reason) ?? "unknown"),
    usage: readUsage(objectOf(raw.usage)),
    warnings: [],
  };
}

function unreachable(cause: unknown, url: URL, body: RequestBody): APICallError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new APICallError({ message, cause, url: url.toString(), requestBodyValues: body, isRetryable: true });
}

async function refusal(answer: HttpAnswer, url: URL, body: RequestBody): Promise<APICallError> {
  const responseBody = await readText(answer.body, maxErrorBody);
  return new APICallError({
    message: answer.statusText || `HTTP ${answer.status}`,
    url: url.toString(),
    requestBodyValues: body,
    statusCode: answer.status,
    responseHeaders: { ...answer.headers },
    responseBody,
  });
}

function authorization(credential: RequestCredential, authHeader: boolean | undefined): { authorization?: string } {
  switch (credential.kind) {
    case "none":
      return {};
    case "api-key":
      return authHeader === false ? {} : { authorization: `Bearer ${credential.key}` };
    case "token":
      return { authorization: `Bearer ${credential.token}` };
  }
}

function lowerCaseNames(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])),
  );
}
