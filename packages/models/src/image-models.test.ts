import { silentLog } from "@openclaw/log";
import { expect, test } from "vitest";
import { createModels, formatModelRef, type ModelsConfig } from "./index.ts";

/** The image models of a conversation with the configured default model. */
async function imageModels(config: ModelsConfig, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const models = createModels({ config: () => config, env, log: silentLog });
  const ref = await models.defaultRef();
  const active = (await models.list({ all: true })).find(
    (info) => info.provider === ref.provider && info.id === ref.model,
  );
  if (active === undefined) throw new Error("the default model is not listed");
  return models.imageModels(active).map(formatModelRef);
}

const local = (...seeing: string[]): ModelsConfig["models"] => ({
  providers: {
    local: {
      baseUrl: "http://127.0.0.1:9/v1",
      api: "openai-completions",
      models: [{ id: "blind" }, ...seeing.map((id) => ({ id, input: ["text", "image"] as const }))],
    },
  },
});

test("without any model that sees there is none", async () => {
  expect(await imageModels({ agents: { defaults: { model: "local/blind" } }, models: local() })).toEqual([]);
});

test("a model that cannot see is helped by the configured one, and by nothing else", async () => {
  const imageModel = { primary: "openai/gpt-4o", fallbacks: ["anthropic/claude-haiku-4-5", "openrouter/auto"] };
  const config: ModelsConfig = { agents: { defaults: { model: "local/blind", imageModel } }, models: local("eyes") };
  const env = { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k" };
  expect(await imageModels(config, env)).toEqual(["openai/gpt-4o", "anthropic/claude-haiku-4-5"]);
});

test("without a configured one the provider's own model comes first, then those with a key", async () => {
  const config: ModelsConfig = { agents: { defaults: { model: "local/blind" } }, models: local("eyes", "more-eyes") };
  expect(await imageModels(config)).toEqual(["local/eyes"]);
  expect(await imageModels(config, { OPENAI_API_KEY: "k" })).toEqual(["local/eyes", "openai/gpt-5-mini"]);
});

test("a model that sees is paired within its provider, the configured image model comes after", async () => {
  const env = { ANTHROPIC_API_KEY: "k" };
  expect(await imageModels({ agents: { defaults: { model: "anthropic/claude-sonnet-4-5" } } }, env)).toEqual([
    "anthropic/claude-opus-4-6",
    "anthropic/claude-opus-4-5",
  ]);
  const imageModel = "anthropic/claude-haiku-4-5";
  expect(await imageModels({ agents: { defaults: { model: "anthropic/claude-opus-4-6", imageModel } } }, env)).toEqual([
    "anthropic/claude-opus-4-6",
    "anthropic/claude-haiku-4-5",
  ]);
  expect(
    await imageModels({ agents: { defaults: { model: "openrouter/auto" } } }, { OPENROUTER_API_KEY: "k" }),
  ).toEqual(["openrouter/auto"]);
});

test("fallbacks obey the list of allowed models, the primary does not", async () => {
  const imageModel = { primary: "openai/gpt-4o", fallbacks: ["openai/gpt-4.1-mini", "openai/gpt-5-mini"] };
  const models = { "openai/gpt-5-mini": {} };
  const config: ModelsConfig = { agents: { defaults: { model: "local/blind", imageModel, models } }, models: local() };
  expect(await imageModels(config, { OPENAI_API_KEY: "k" })).toEqual(["openai/gpt-4o", "openai/gpt-5-mini"]);
});
