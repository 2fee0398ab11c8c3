import type { LanguageModelV2, LanguageModelV3, LanguageModelV4, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { silentLog } from "@openclaw/log";
import { afterEach, expect, test } from "vitest";
import { createModels } from "./create-models.ts";
import type { ModelsConfig } from "./models-config.ts";
import { createProviderRegistry, type PluginModelRequest } from "./providers/registered-provider.ts";
import { collect, userPrompt } from "./testing/collect.ts";
import { type ScriptedModelServer, startScriptedModelServer } from "./testing/scripted-model-server.ts";
import { temporaryState } from "./testing/temporary-state.ts";

const servers: ScriptedModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

function setUp(config: ModelsConfig = {}, env: NodeJS.ProcessEnv = {}) {
  const providers = createProviderRegistry();
  const models = createModels({ config: () => config, env, log: silentLog, providers });
  return { providers, models };
}

const conversation: LanguageModelV4Prompt = [
  { role: "system", content: "You are a test." },
  {
    role: "user",
    content: [
      { type: "text", text: "look" },
      { type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } },
    ],
  },
  { role: "assistant", content: [{ type: "tool-call", toolCallId: "c1", toolName: "see", input: { a: 1 } }] },
  {
    role: "tool",
    content: [
      {
        type: "tool-result",
        toolCallId: "c1",
        toolName: "see",
        output: {
          type: "content",
          value: [
            { type: "text", text: "seen" },
            { type: "file", mediaType: "image/png", data: { type: "data", data: "BBBB" } },
          ],
        },
      },
    ],
  },
  { role: "user", content: [{ type: "text", text: "and?" }] },
];

function streamOf<Part>(parts: readonly Part[]): ReadableStream<Part> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

/** A model of the second version of the interface, and what it was asked. */
function modelV2() {
  const asked: Parameters<LanguageModelV2["doStream"]>[0][] = [];
  const usage = { inputTokens: 10, outputTokens: 4, totalTokens: 14, cachedInputTokens: 3, reasoningTokens: 1 };
  const model: LanguageModelV2 = {
    specificationVersion: "v2",
    provider: "acme",
    modelId: "rocket",
    supportedUrls: {},
    async doGenerate(options) {
      asked.push(options);
      return { content: [{ type: "text", text: "whole" }], finishReason: "stop", usage, warnings: [] };
    },
    async doStream(options) {
      asked.push(options);
      return {
        stream: streamOf([
          { type: "stream-start", warnings: [] },
          { type: "text-start", id: "1" },
          { type: "text-delta", id: "1", delta: "piece" },
          { type: "text-end", id: "1" },
          { type: "tool-call", toolCallId: "t", toolName: "see", input: "{}" },
          { type: "source", sourceType: "url", id: "s", url: "https://example.com" },
          { type: "finish", finishReason: "tool-calls", usage },
        ] as const),
      };
    },
  };
  return { model, asked };
}

/** The same of the third version. */
function modelV3() {
  const asked: Parameters<LanguageModelV3["doStream"]>[0][] = [];
  const usage = {
    inputTokens: { total: 10, noCache: 7, cacheRead: 3, cacheWrite: undefined },
    outputTokens: { total: 4, text: 3, reasoning: 1 },
  };
  const finishReason = { unified: "tool-calls" as const, raw: "tool_calls" };
  const model: LanguageModelV3 = {
    specificationVersion: "v3",
    provider: "acme",
    modelId: "rocket",
    supportedUrls: {},
    async doGenerate(options) {
      asked.push(options);
      return { content: [{ type: "text", text: "whole" }], finishReason, usage, warnings: [] };
    },
    async doStream(options) {
      asked.push(options);
      return {
        stream: streamOf([
          { type: "text-start", id: "1" },
          { type: "text-delta", id: "1", delta: "piece" },
          { type: "text-end", id: "1" },
          { type: "tool-call", toolCallId: "t", toolName: "see", input: "{}" },
          { type: "finish", finishReason, usage },
        ] as const),
      };
    },
  };
  return { model, asked };
}

test.each([
  ["v2", modelV2, "media"],
  ["v3", modelV3, "image-data"],
] as const)("a plugin's model of interface %s is called like any other", async (_version, make, mediaType) => {
  const { model, asked } = make();
  const { providers, models } = setUp({}, { ACME_KEY: "k" });
  providers.register({
    kind: "models",
    id: "acme",
    envVars: ["ACME_KEY"],
    models: [{ id: "rocket", name: "Rocket", input: ["text", "image"], maxTokens: 500, contextWindow: 9000 }],
    languageModel: () => model,
  });
  const resolved = await models.resolve({ provider: "acme", model: "rocket" });
  expect(resolved.info).toMatchObject({ name: "Rocket", api: "plugin", contextWindow: 9000, available: true });
  expect(resolved.keySource).toBe("env: ACME_KEY");
  const answer = await collect(resolved.languageModel, { prompt: conversation });
  expect(answer.text).toBe("piece");
  expect(answer.calls).toMatchObject([{ name: "see" }]);
  expect(answer.finish?.finishReason.unified).toBe("tool-calls");
  expect(answer.finish?.usage.inputTokens).toMatchObject({ total: 10, noCache: 7, cacheRead: 3 });
  expect(answer.finish?.usage.outputTokens).toEqual({ total: 4, text: 3, reasoning: 1 });
  expect(answer.parts.some((part) => part.type === "source")).toBe(false);
  expect(asked[0]?.maxOutputTokens).toBe(500);
  expect(asked[0]?.prompt).toMatchObject([
    { role: "system" },
    { role: "user", content: [{ type: "text" }, { type: "file", data: "AAAA" }] },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "c1", input: { a: 1 } }] },
    {
      role: "tool",
      content: [{ output: { type: "content", value: [{ text: "seen" }, { type: mediaType, data: "BBBB" }] } }],
    },
    { role: "user" },
  ]);
  const whole = await resolved.languageModel.doGenerate({ prompt: userPrompt("hi") });
  expect(whole.content).toEqual([{ type: "text", text: "whole" }]);
});

test("a plugin makes its model from the configured address, the headers and a credential that is asked each time", async () => {
  let given: PluginModelRequest | undefined;
  const { providers, models } = setUp({
    models: {
      providers: { acme: { baseUrl: "https://mine.example", apiKey: "secret", headers: { "x-a": "1" }, models: [] } },
    },
  });
  providers.register({
    kind: "models",
    id: "acme",
    baseUrl: "https://acme.example",
    languageModel(request) {
      given = request;
      return modelV3().model;
    },
  });
  await models.resolve({ provider: "acme", model: "any" });
  expect(given).toMatchObject({ modelId: "any", baseUrl: "https://mine.example", headers: { "x-a": "1" } });
  expect(await given?.credential()).toEqual({ kind: "api-key", key: "secret" });
});

test("a present-day model passes through, and needs no key where the plugin says so", async () => {
  const { providers, models } = setUp();
  const model: LanguageModelV4 = {
    specificationVersion: "v4",
    provider: "acme",
    modelId: "m",
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error("not asked")),
    async doStream() {
      const usage = {
        inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 1, text: 1, reasoning: 0 },
      };
      return { stream: streamOf([{ type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage }] as const) };
    },
  };
  const remove = providers.register({ kind: "models", id: "acme", needsKey: false, languageModel: () => model });
  const resolved = await models.resolve({ provider: "acme", model: "m" });
  expect(resolved.keySource).toBe("none");
  expect((await collect(resolved.languageModel, { prompt: userPrompt("x") })).finish).toBeDefined();
  remove();
  await expect(models.resolve({ provider: "acme", model: "m" })).rejects.toMatchObject({ code: "unknown-model" });
});

test("a plugin's provider may speak a kind that is built in", async () => {
  const server = await startScriptedModelServer();
  servers.push(server);
  const { providers, models } = setUp({}, { ACME_KEY: "k" });
  providers.register({
    kind: "api",
    id: "acme",
    api: "google-generative-ai",
    baseUrl: server.url,
    envVars: ["ACME_KEY"],
    models: [{ id: "gem" }],
  });
  expect(await models.list()).toContainEqual(expect.objectContaining({ provider: "acme", id: "gem", available: true }));
  const { languageModel } = await models.resolve({ provider: "acme", model: "gem" });
  expect((await collect(languageModel, { prompt: userPrompt("hello") })).text.trim()).toBe("You said: hello");
  expect(server.lastRequest().headers["x-goog-api-key"]).toBe("k");
});

test("two plugins cannot have the same provider, nor one a name that cannot stand in a reference", () => {
  const { providers } = setUp();
  const provider = { kind: "api" as const, id: "acme", api: "openai-completions" as const };
  providers.register(provider);
  expect(() => providers.register({ ...provider, id: "ACME" })).toThrow(
    'A provider called "acme" is registered already.',
  );
  expect(() => providers.register({ ...provider, id: "a/b" })).toThrow('A provider cannot be called "a/b".');
  expect(() => providers.register({ ...provider, id: "offline" })).toThrow("cannot be called");
});

test("a plugin renews the logins of its provider and says how they travel", async () => {
  const server = await startScriptedModelServer();
  servers.push(server);
  const state = temporaryState();
  const spent = { type: "oauth", provider: "acme", access: "old", refresh: "r", expires: 5, projectId: "p1" };
  state.profiles({ version: 1, profiles: { "acme:default": spent } });
  const config: ModelsConfig = {};
  const providers = createProviderRegistry();
  providers.register({
    kind: "api",
    id: "acme",
    api: "openai-completions",
    baseUrl: server.openaiUrl,
    models: [{ id: "big" }],
  });
  const refreshed: string[] = [];
  providers.registerLogin("acme", {
    async refreshOAuth(credential, { now }) {
      refreshed.push(credential.refresh);
      return { ...credential, access: "new", expires: now() + 60_000 };
    },
    formatApiKey: (credential) =>
      credential.type === "oauth" ? `${credential.access}@${credential.projectId}` : "not asked",
  });
  expect(() => providers.registerLogin("acme", {})).toThrow('called "acme" are registered already');
  const models = createModels({ config: () => config, env: {}, log: silentLog, providers, stateDir: state.dir });
  const { languageModel } = await models.resolve({ provider: "acme", model: "big" });
  for (const text of ["one", "two"]) {
    expect((await collect(languageModel, { prompt: userPrompt(text) })).text.trim()).toBe(`You said: ${text}`);
  }
  expect(refreshed).toEqual(["r"]);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer new@p1", "Bearer new@p1"]);
  expect(state.readProfiles()).toMatchObject({ profiles: { "acme:default": { access: "new", refresh: "r" } } });
});
