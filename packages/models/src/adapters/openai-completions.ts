import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
} from "@ai-sdk/provider";
import type { HttpAnswer } from "../http-exchange.ts";
import { isHost, type ModelSetup } from "./adapter.ts";
import { incompleteAnswer, refuseOtherThanEvents, singleBlockStream } from "./answer-stream.ts";
import { createBodyBytes } from "./body-bytes.ts";
import { partsOfEvents } from "./event-stream.ts";
import { addressOf, bearer, createModelPost, type RequestBody, readJsonAnswer } from "./model-request.ts";
import { openAIBody, streamFields } from "./openai-body.ts";
import { resolveOpenAICompat } from "./openai-compat.ts";
import { createOpenAIEvents, finishReason, readUsage, responseMetadata } from "./openai-events.ts";
import { mistralToolIds, openaiToolIds, type PromptRules } from "./prompt.ts";
import { objectOf, objectsOf, textOf, type WireObject } from "./wire-value.ts";

/**
 * A model behind an OpenAI-compatible `POST {baseUrl}/chat/completions`. Written for the format itself, without the AI
 * SDK's client under it: its chain of streams and checks was a quarter of what a turn costs.
 */
export function createOpenAICompletionsModel(setup: ModelSetup): LanguageModelV4 {
  const compat = resolveOpenAICompat(setup.info.provider, setup.baseUrl, setup.compat);
  const rules: PromptRules = {
    target: setup.info,
    images: setup.info.input.includes("image"),
    toolIds: compat.requiresMistralToolIds ? mistralToolIds : openaiToolIds,
    reasoning: compat.requiresThinkingAsText ? "text" : isHost(setup.baseUrl, "api.openai.com") ? "drop" : "keep",
    imagesInToolResults: false,
  };
  const url = new URL(`${setup.baseUrl}/chat/completions`);
  const postToModel = createModelPost(setup);
  const bodyBytes = createBodyBytes();

  async function post(body: RequestBody, options: LanguageModelV4CallOptions): Promise<HttpAnswer> {
    const credential = await setup.credential();
    const address = addressOf(credential, setup);
    const request = {
      url: address === setup.baseUrl ? url : `${address}/chat/completions`,
      body,
      payload: bodyBytes(body, options.tools),
      headers: bearer(credential, setup.authHeader),
    };
    return postToModel(request, options);
  }

  async function generate(options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    const body = openAIBody(options, setup, compat, rules);
    const answer = await post(body, options);
    const raw = await readJsonAnswer(answer);
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
      input: textOf(fn?.arguments) ?? "{}",
    });
  });
  return {
    content,
    finishReason: finishReason(textOf(choice?.finish_reason) ?? "unknown"),
    usage: readUsage(objectOf(raw.usage)),
    warnings: [],
  };
}
