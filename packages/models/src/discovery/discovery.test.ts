import { createServer, type Server } from "node:http";
import { silentLog } from "@openclaw/log";
import { afterEach, expect, test } from "vitest";
import { createModels } from "../create-models.ts";
import type { ModelsConfig } from "../models-config.ts";
import { startScriptedModelServer } from "../testing/scripted-model-server.ts";
import { freeModels, rankProbed } from "./openrouter-free.ts";
import { probeModel } from "./probe-model.ts";
import { servedModels } from "./served-models.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Answers every request with what `answer` says; notes paths and headers. */
async function fakeServer(answer: (path: string) => { status?: number; body: unknown }) {
  const seen: { path: string; authorization: string | undefined }[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "";
    seen.push({ path, authorization: request.headers.authorization });
    const { status = 200, body } = answer(path);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { url: `http://127.0.0.1:${address.port}`, seen };
}

const bedrockModel = (modelId: string, more: object = {}) => ({
  modelId,
  modelName: modelId,
  providerName: modelId.split(".")[0],
  inputModalities: ["TEXT"],
  outputModalities: ["TEXT"],
  responseStreamingSupported: true,
  modelLifecycle: { status: "ACTIVE" },
  ...more,
});

function bedrockSetUp(url: string, config: ModelsConfig = {}, env: NodeJS.ProcessEnv = {}) {
  const warnings: string[] = [];
  const aws = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "s", AWS_REGION: "eu-west-1" };
  const models = createModels({
    config: () => config,
    env: { ...aws, AWS_ENDPOINT_URL_BEDROCK: url, ...env },
    log: { ...silentLog, warn: (text: string) => void warnings.push(text) },
  });
  const listed = async () => (await models.list()).filter(({ provider }) => provider === "amazon-bedrock");
  return { models, listed, warnings };
}

test("Bedrock is asked for its models with a signed request, once, and only usable ones are listed", async () => {
  const { url, seen } = await fakeServer(() => ({
    body: {
      modelSummaries: [
        bedrockModel("meta.llama9-70b", { inputModalities: ["TEXT", "IMAGE"] }),
        bedrockModel("deepseek.reasoning-1"),
        bedrockModel("amazon.titan-embed", { outputModalities: ["EMBEDDING"] }),
        bedrockModel("old.model", { modelLifecycle: { status: "LEGACY" } }),
        bedrockModel("slow.model", { responseStreamingSupported: false }),
      ],
    },
  }));
  const { models, listed } = bedrockSetUp(url);
  expect(seen).toEqual([]);
  const [first, second] = await Promise.all([listed(), listed()]);
  expect(second).toEqual(first);
  await listed();
  expect(seen).toHaveLength(1);
  expect(seen[0]?.path).toBe("/foundation-models");
  expect(seen[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request/,
  );
  const found = Object.fromEntries(first.map((info) => [info.id, info]));
  expect(Object.keys(found)).toEqual(expect.arrayContaining(["meta.llama9-70b", "deepseek.reasoning-1"]));
  expect(Object.keys(found)).not.toEqual(expect.arrayContaining(["amazon.titan-embed"]));
  expect(found["old.model"] ?? found["slow.model"]).toBeUndefined();
  expect(found["meta.llama9-70b"]).toMatchObject({
    input: ["text", "image"],
    contextWindow: 32_000,
    maxTokens: 4096,
    reasoning: false,
    available: true,
  });
  expect(found["deepseek.reasoning-1"]?.reasoning).toBe(true);
  const resolved = await models.resolve({ provider: "amazon-bedrock", model: "meta.llama9-70b" });
  expect(resolved.info).toMatchObject({ input: ["text", "image"], contextWindow: 32_000 });
});

test("the settings of Bedrock's discovery: vendors, limits, no memory, off", async () => {
  const { url, seen } = await fakeServer(() => ({
    body: { modelSummaries: [bedrockModel("meta.a"), bedrockModel("mistral.b")] },
  }));
  const bedrockDiscovery = {
    providerFilter: ["Meta"],
    defaultContextWindow: 64_000,
    defaultMaxTokens: 900,
    refreshInterval: 0,
  };
  const { listed } = bedrockSetUp(url, { models: { bedrockDiscovery } });
  const discovered = (await listed()).filter(({ id }) => !id.includes("anthropic"));
  expect(discovered).toMatchObject([{ id: "meta.a", contextWindow: 64_000, maxTokens: 900 }]);
  await listed();
  expect(seen).toHaveLength(2);
  const off = bedrockSetUp(url, { models: { bedrockDiscovery: { enabled: false } } });
  await off.listed();
  expect(seen).toHaveLength(2);
});

test("a Bedrock that refuses is complained about once, and the built-in list remains", async () => {
  const { url } = await fakeServer(() => ({ status: 403, body: {} }));
  const { listed, warnings } = bedrockSetUp(url, { models: { bedrockDiscovery: { refreshInterval: 0 } } });
  expect((await listed()).length).toBeGreaterThan(0);
  await listed();
  expect(warnings.filter((text) => text.includes("Bedrock"))).toHaveLength(1);
});

test("a window is looked up without asking anybody", async () => {
  const { url, seen } = await fakeServer(() => ({ body: { modelSummaries: [] } }));
  const { models } = bedrockSetUp(url);
  await models.list({ all: true, known: true });
  expect(seen).toEqual([]);
});

test("Venice tells its models without a key; what it does not tell is the built-in list", async () => {
  const entry = {
    id: "new-model-r1",
    model_spec: { availableContextTokens: 50_000, capabilities: { supportsVision: true } },
  };
  const venice = await fakeServer(() => ({ body: { data: [entry] } }));
  const silent = await fakeServer(() => ({ status: 500, body: "no" }));
  const list = async (url: string) => {
    const toServer: typeof fetch = (input, init) =>
      fetch(String(input).replace("https://api.venice.ai/api/v1", url), init);
    const models = createModels({
      config: () => ({}),
      env: { VENICE_API_KEY: "k" },
      log: silentLog,
      fetch: toServer,
    });
    return (await models.list()).filter(({ provider }) => provider === "venice");
  };
  expect(await list(venice.url)).toContainEqual(
    expect.objectContaining({
      id: "new-model-r1",
      reasoning: true,
      input: ["text", "image"],
      contextWindow: 50_000,
      maxTokens: 8192,
    }),
  );
  expect(venice.seen).toEqual([{ path: "/models", authorization: undefined }]);
  expect((await list(silent.url)).length).toBeGreaterThan(10);
});

test("a local server says which models it has loaded, that it refuses, or nothing at all", async () => {
  const lmstudio = await fakeServer(() => ({ body: { data: [{ id: "qwen3" }, { id: "gemma" }] } }));
  const llamaCpp = await fakeServer(() => ({ body: { models: [{ name: "m.gguf" }] } }));
  const page = await fakeServer(() => ({ body: "<html></html>" }));
  const locked = await fakeServer(() => ({ status: 401, body: {} }));
  const ask = (baseUrl: string) => servedModels({ baseUrl, key: "lmstudio" }, fetch);
  expect(await ask(`${lmstudio.url}/v1/`)).toEqual({ kind: "served", models: ["qwen3", "gemma"] });
  expect(lmstudio.seen).toEqual([{ path: "/v1/models", authorization: "Bearer lmstudio" }]);
  expect(await ask(llamaCpp.url)).toEqual({ kind: "served", models: ["m.gguf"] });
  expect(await ask(page.url)).toEqual({ kind: "refused", status: 200 });
  expect(await ask(locked.url)).toEqual({ kind: "refused", status: 401 });
  expect(await ask("http://127.0.0.1:9/v1")).toMatchObject({ kind: "unreachable" });
});

test("OpenRouter's free models: by mark or by price, filtered and ranked", async () => {
  const now = Date.parse("2026-02-13T00:00:00Z");
  const created = now / 1000 - 10 * 86_400;
  const free = { prompt: "0", completion: "0" };
  const { url } = await fakeServer(() => ({
    body: {
      data: [
        { id: "qwen/big-72b:free", name: "Big", context_length: 1000, created },
        { id: "qwen/small-7b", name: "Small 7B", pricing: free, context_length: 9000, created: created - 1e8 },
        { id: "meta/eye", pricing: free, context_length: 5, architecture: { input_modalities: ["text", "image"] } },
        { id: "openai/gpt", pricing: { prompt: "0.1", completion: "0" } },
      ],
    },
  }));
  const rim = { fetch, now: () => now, baseUrl: url };
  const all = await freeModels({}, rim);
  expect(all.map(({ id, parameters }) => [id, parameters])).toEqual([
    ["qwen/big-72b:free", 72],
    ["qwen/small-7b", 7],
    ["meta/eye", undefined],
  ]);
  const ids = async (filter: object) => (await freeModels(filter, rim)).map(({ id }) => id);
  expect(await ids({ vendor: "qwen", minParameters: 70 })).toEqual(["qwen/big-72b:free"]);
  expect(await ids({ maxAgeDays: 30 })).toEqual(["qwen/big-72b:free"]);
  const [big, small, eye] = all.map((model) => ({ model }));
  const ranked = rankProbed([
    { ...small!, toolLatencyMs: 50 },
    { ...big! },
    { ...eye!, seesImages: true },
    { ...big!, toolLatencyMs: 20 },
  ]);
  expect(ranked.map(({ model, toolLatencyMs }) => [model.id, toolLatencyMs])).toEqual([
    ["meta/eye", undefined],
    ["qwen/big-72b:free", 20],
    ["qwen/small-7b", 50],
    ["qwen/big-72b:free", undefined],
  ]);
  const broken = await fakeServer(() => ({ status: 503, body: {} }));
  await expect(freeModels({}, { ...rim, baseUrl: broken.url })).rejects.toThrow("HTTP 503");
});

test("a probe sees whether a model calls tools and looks at images", async () => {
  const server = await startScriptedModelServer();
  closing.push(() => server.close());
  const config = {
    models: {
      providers: {
        openrouter: {
          baseUrl: server.openaiUrl,
          apiKey: "k",
          models: [{ id: "m", input: ["text", "image"] as const }],
        },
      },
    },
  };
  const models = createModels({ config: () => config, env: {}, log: silentLog });
  const { languageModel } = await models.resolve({ provider: "openrouter", model: "m" });
  const model = { id: "m", name: "m", contextWindow: 1, input: ["text", "image"] as const };
  let now = 0;
  const clock = { timeoutMs: 5000, now: () => (now += 7) };
  server.enqueue({ tools: [{ name: "ping", args: "{}" }] }, { words: ["OK"] });
  expect(await probeModel(model, languageModel, clock)).toEqual({ model, toolLatencyMs: 7, seesImages: true });
  expect(server.requests.map(({ body }) => body.max_completion_tokens)).toEqual([32, 16]);
  server.enqueue({ words: ["no"] }, { status: 400 });
  expect(await probeModel(model, languageModel, clock)).toEqual({ model, seesImages: false });
});
