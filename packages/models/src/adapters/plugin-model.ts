import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import type { AnyLanguageModel, RegisteredProvider } from "../providers/registered-provider.ts";
import { answerTokens, type ModelSetup } from "./adapter.ts";
import { singleBlockStream } from "./answer-stream.ts";
import { upgradeModel } from "./older-models.ts";
import { adaptPrompt, openaiToolIds } from "./prompt.ts";

type ModelsProvider = Extract<RegisteredProvider, { kind: "models" }>;

/** A model that a plugin brought along. It is called with the same care as our own: cleaned prompts, limits, parameters. */
export async function createPluginModel(setup: ModelSetup, provider: ModelsProvider): Promise<LanguageModelV4> {
  const { info, params } = setup;
  const baseUrl = setup.baseUrl || provider.baseUrl;
  const made: AnyLanguageModel = await provider.languageModel({
    modelId: info.id,
    ...(baseUrl && { baseUrl }),
    headers: setup.headers,
    credential: setup.credential,
    fetch: setup.fetch,
  });
  const inner = upgradeModel(made);

  const prepare = (options: LanguageModelV4CallOptions): LanguageModelV4CallOptions => {
    const temperature = options.temperature ?? params.temperature;
    return {
      ...options,
      prompt: adaptPrompt(options.prompt, {
        target: info,
        images: info.input.includes("image"),
        toolIds: openaiToolIds,
        reasoning: "keep",
        imagesInToolResults: true,
      }),
      maxOutputTokens: answerTokens(setup, options),
      ...(temperature !== undefined && { temperature }),
    };
  };
  const generate = async (options: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> =>
    inner.doGenerate(prepare(options));
  return {
    specificationVersion: "v4",
    provider: info.provider,
    modelId: info.id,
    supportedUrls: inner.supportedUrls,
    doGenerate: generate,
    doStream: async (options): Promise<LanguageModelV4StreamResult> =>
      setup.streaming ? inner.doStream(prepare(options)) : singleBlockStream(await generate(options)),
  };
}
