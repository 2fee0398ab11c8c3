import { silentLog } from "@openclaw/log";
import { afterEach, expect, test } from "vitest";
import type { CreateModelsOptions } from "./create-models.ts";
import { createModels } from "./create-models.ts";
import { describeModelFailure } from "./failure/describe-model-failure.ts";
import { formatModelRef } from "./model-ref.ts";
import type { ModelsConfig } from "./models-config.ts";
import { collect, userPrompt } from "./testing/collect.ts";
import type { ScriptedModelServer } from "./testing/scripted-model-server.ts";
import { startScriptedModelServer } from "./testing/scripted-model-server.ts";

const servers: ScriptedModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A network in which nobody answers. It counts who was asked. */
function deadNetwork() {
  const asked: string[] = [];
  const fetchNothing: typeof fetch = async (input) => {
    asked.push(String(input));
    throw new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
  };
  return { asked, fetch: fetchNothing };
}

function models(config: ModelsConfig = {}, options: Partial<CreateModelsOptions> = {}) {
  return createModels({ config: () => config, env: {}, log: silentLog, fetch: deadNetwork().fetch, ...options });
}

const warnings = () => {
  const seen: string[] = [];
  return { seen, log: { ...silentLog, warn: (message: string) => void seen.push(message) } };
};

test("without any configuration the default is the offline assistant, and nobody is asked before it is needed", async () => {
  const network = deadNetwork();
  const made = models({}, { fetch: network.fetch });
  expect(network.asked).toEqual([]);
  expect(await made.defaultRef()).toEqual({ provider: "offline", model: "assistant" });
  expect(network.asked).toEqual(["http://127.0.0.1:11434/api/tags"]);
  const { languageModel, info } = await made.resolve(await made.defaultRef());
  expect(info.api).toBe("offline");
  expect((await collect(languageModel, { prompt: userPrompt("hi") })).text).toContain("offline assistant");
  expect(network.asked).toHaveLength(1);
});

test.each([
  ["ANTHROPIC_API_KEY", "anthropic/claude-opus-4-6"],
  ["OPENAI_API_KEY", "openai/gpt-5.2"],
  ["OPENROUTER_API_KEY", "openrouter/auto"],
])("a key in %s makes %s the default, without asking Ollama", async (name, ref) => {
  const network = deadNetwork();
  const made = models({}, { env: { [name]: "key" }, fetch: network.fetch });
  expect(formatModelRef(await made.defaultRef())).toBe(ref);
  expect((await made.resolve(await made.defaultRef())).keySource).toBe(`env: ${name}`);
  expect(network.asked).toEqual([]);
});

test("with several keys Anthropic comes first, and a blank key is none", async () => {
  expect((await models({}, { env: { OPENAI_API_KEY: "a", ANTHROPIC_API_KEY: "b" } }).defaultRef()).provider).toBe(
    "anthropic",
  );
  expect((await models({}, { env: { OPENAI_API_KEY: "a", ANTHROPIC_API_KEY: "  " } }).defaultRef()).provider).toBe(
    "openai",
  );
});

test("the first usable configured model is the default when no model is named", async () => {
  const network = deadNetwork();
  const config = {
    models: {
      providers: {
        other: { baseUrl: "https://a.example", apiKey: "k", api: "telepathy", models: [{ id: "x" }] },
        keyless: { baseUrl: "https://b.example", api: "openai-completions", models: [{ id: "y" }] },
        mine: { baseUrl: "https://c.example", apiKey: "k", api: "openai-completions", models: [{ id: "z" }] },
      },
    },
  };
  expect(formatModelRef(await models(config, { fetch: network.fetch }).defaultRef())).toBe("mine/z");
  expect(network.asked).toEqual([]);
});

test("the agent's model wins over the default of all agents; both forms are read", async () => {
  const config: ModelsConfig = {
    agents: {
      defaults: { model: "openai/gpt-4o" },
      list: [
        { id: "main", model: { primary: "anthropic/opus-4.5", fallbacks: [] } },
        { id: "Second" },
        { id: "third", default: true, model: "openrouter/auto" },
      ],
    },
  };
  const made = models(config);
  expect(formatModelRef(await made.defaultRef("main"))).toBe("anthropic/claude-opus-4-5");
  expect(formatModelRef(await made.defaultRef("second"))).toBe("openai/gpt-4o");
  expect(formatModelRef(await made.defaultRef())).toBe("openrouter/auto");
});

test("a default without provider is read as an alias, else warned about once", async () => {
  const { seen, log } = warnings();
  const aliased = models(
    { agents: { defaults: { model: "fast", models: { "openai/gpt-4o": { alias: "Fast" } } } } },
    { log },
  );
  expect(formatModelRef(await aliased.defaultRef())).toBe("openai/gpt-4o");
  expect(seen).toEqual([]);
  const bare = models({ agents: { defaults: { model: "claude-x" } } }, { log });
  expect(formatModelRef(await bare.defaultRef())).toBe("anthropic/claude-x");
  await bare.defaultRef();
  expect(seen).toEqual([
    'Model "claude-x" specified without provider. Falling back to "anthropic/claude-x". Please use "anthropic/claude-x" in your config.',
  ]);
});

test("aliases: users' own first, shorthands only for listed models, an empty alias switches one off", () => {
  const made = models({
    agents: {
      defaults: {
        models: {
          "anthropic/claude-opus-4-5": {},
          "anthropic/claude-opus-4-6": {},
          "anthropic/claude-sonnet-4-5": { alias: "" },
          "openai/gpt-5-mini": { alias: "gpt" },
          "openai/gpt-5.2": {},
        },
      },
    },
  });
  expect(made.canonical("OPUS")).toEqual({ provider: "anthropic", model: "claude-opus-4-6" });
  expect(made.canonical("gpt")).toEqual({ provider: "openai", model: "gpt-5-mini" });
  expect(made.canonical("sonnet")).toEqual({ provider: "anthropic", model: "sonnet" });
  expect(made.canonical("gpt-mini")).toEqual({ provider: "anthropic", model: "gpt-mini" });
  expect(made.aliases().map(({ alias }) => alias)).toEqual(["gpt", "opus"]);
  const old = models({ agents: { defaults: { models: { "anthropic/claude-opus-4-5": {} } } } });
  expect(old.canonical("opus")).toEqual({ provider: "anthropic", model: "claude-opus-4-5" });
  expect(old.canonical(" ")).toBeUndefined();
  expect(old.canonical("/x")).toBeUndefined();
  expect(old.canonical("offline")).toEqual({ provider: "offline", model: "assistant" });
});

test("an empty map allows everything; entries restrict, apart from the default and configured providers", () => {
  expect(models({}).isAllowed({ provider: "openai", model: "gpt-4o" })).toBe(true);
  const made = models({
    models: { providers: { local: { baseUrl: "http://127.0.0.1:1/v1", models: [] } } },
    agents: {
      defaults: { model: "openai/gpt-5.2", models: { "anthropic/opus-4.6": {} } },
      list: [{ id: "main", model: "openrouter/auto" }],
    },
  });
  expect(made.isAllowed({ provider: "anthropic", model: "claude-opus-4-6" })).toBe(true);
  expect(made.isAllowed({ provider: "openai", model: "gpt-5.2" })).toBe(true);
  expect(made.isAllowed({ provider: "openrouter", model: "auto" })).toBe(true);
  expect(made.isAllowed({ provider: "local", model: "anything" })).toBe(true);
  expect(made.isAllowed({ provider: "openai", model: "gpt-4o" })).toBe(false);
});

test("lists the catalogue in order, with what can be used", async () => {
  const all = await models({}, { env: { OPENAI_API_KEY: "k" } }).list();
  const keys = all.map((info) => `${info.provider}/${info.id}`);
  const byProvider = (a: string, b: string) => (a.replace("/", "\0") < b.replace("/", "\0") ? -1 : 1);
  expect(keys).toEqual([...keys].sort(byProvider));
  const usable = all.filter((info) => info.available).map((info) => `${info.provider}/${info.id}`);
  expect(usable).toContain("openai/gpt-5.2");
  expect(usable).toContain("offline/assistant");
  expect(usable).toContain("openai/gpt-5.1-codex");
  expect(usable).not.toContain("anthropic/claude-opus-4-6");
});

test("lists only what is allowed unless asked for all, and drops a faulty provider with a warning", async () => {
  const { seen, log } = warnings();
  const config = {
    models: { providers: { bad: { baseUrl: "https://x.example", api: "telepathy", models: [{ id: "m" }] } } },
    agents: { defaults: { models: { "anthropic/claude-opus-4-6": {} } } },
  };
  const made = models(config, { log });
  expect((await made.list()).map((info) => info.id)).toEqual(["claude-opus-4-6"]);
  expect((await made.list({ all: true })).length).toBeGreaterThan(10);
  expect(seen[0]).toContain("models.providers.bad.api");
});

test("asks Ollama for a list only when its key is set", async () => {
  const network = deadNetwork();
  await models({}, { fetch: network.fetch }).list();
  expect(network.asked).toEqual([]);
  await models({}, { fetch: network.fetch, env: { OLLAMA_API_KEY: "x" } }).list();
  expect(network.asked).toHaveLength(1);
});

test("model values: defaults, limits and prices", async () => {
  const config = {
    models: {
      providers: {
        local: {
          baseUrl: "http://127.0.0.1:1/v1/",
          api: "ollama",
          models: [
            { id: "small", contextWindow: 4000 },
            { id: "big", reasoning: true, cost: { input: 2 }, maxTokens: 1000, contextWindow: 500 },
          ],
        },
      },
    },
  };
  const made = models(config);
  const small = (await made.resolve({ provider: "local", model: "small" })).info;
  expect(small).toMatchObject({
    name: "small",
    api: "openai-completions",
    contextWindow: 4000,
    maxTokens: 4000,
    reasoning: false,
    input: ["text"],
  });
  expect((await made.resolve({ provider: "local", model: "big" })).info).toMatchObject({
    maxTokens: 500,
    cost: { input: 2, output: 0, cacheRead: 0, cacheWrite: 0 },
  });
  expect((await made.resolve({ provider: "local", model: "unlisted/id" })).info).toMatchObject({
    id: "unlisted/id",
    contextWindow: 4000,
  });
});

test("known models keep their data under another base URL; dots and dashes, dated and unknown ids are accepted", async () => {
  const config = { models: { providers: { anthropic: { baseUrl: "http://127.0.0.1:1", models: [] } } } };
  const made = models(config, { env: { ANTHROPIC_API_KEY: "k", OPENROUTER_API_KEY: "k" } });
  const info = async (provider: string, model: string) => (await made.resolve({ provider, model })).info;
  expect(await info("anthropic", "claude-opus-4-6")).toMatchObject({ reasoning: true, maxTokens: 128_000 });
  expect(await info("openrouter", "anthropic/claude-sonnet-4-5")).toMatchObject({ id: "anthropic/claude-sonnet-4.5" });
  expect(await info("anthropic", "claude-opus-4-6-20260101")).toMatchObject({
    id: "claude-opus-4-6-20260101",
    reasoning: true,
  });
  expect(await info("openrouter", "new/model")).toMatchObject({ id: "new/model", reasoning: false });
});

test("resolving again is free until the configuration changes", async () => {
  let config: ModelsConfig = {
    models: { providers: { local: { baseUrl: "http://127.0.0.1:1/v1", api: "openai-completions", models: [] } } },
  };
  const made = models({}, { config: () => config });
  const ref = { provider: "local", model: "m" };
  const first = await made.resolve(ref);
  expect(await made.resolve({ provider: "LOCAL", model: "m" })).toBe(first);
  config = { ...config };
  expect(await made.resolve(ref)).not.toBe(first);
});

test("a key that appears later is found", async () => {
  const env: NodeJS.ProcessEnv = {};
  const made = models({}, { env });
  const ref = { provider: "openai", model: "gpt-4o" };
  await expect(made.resolve(ref)).rejects.toMatchObject({ code: "no-api-key" });
  env.OPENAI_API_KEY = "k";
  expect((await made.resolve(ref)).keySource).toBe("env: OPENAI_API_KEY");
});

test("keys: the environment first, then the configured value; a variable's name stands for its value, a local server needs none", async () => {
  const provider = { api: "openai-completions", models: [] };
  const config = {
    models: {
      providers: {
        groq: { ...provider, baseUrl: "https://groq.example/v1", apiKey: "from-config" },
        named: { ...provider, baseUrl: "https://named.example/v1", apiKey: "MY_KEY" },
        literal: { ...provider, baseUrl: "https://literal.example/v1", apiKey: "LMSTUDIO" },
        mistral: { ...provider, baseUrl: "https://mistral.example/v1" },
        local: { ...provider, baseUrl: "http://localhost:1234/v1" },
      },
    },
  };
  const made = models(config, { env: { GROQ_API_KEY: "g", MY_KEY: "n", MISTRAL_API_KEY: "m" } });
  const source = async (id: string) => (await made.resolve({ provider: id, model: "m" })).keySource;
  expect(await source("groq")).toBe("env: GROQ_API_KEY");
  expect(await source("named")).toBe("env: MY_KEY");
  expect(await source("literal")).toBe("config");
  expect(await source("mistral")).toBe("env: MISTRAL_API_KEY");
  expect(await source("local")).toBe("none");
});

test.each([
  ["openai/gpt-4o", "no-api-key", /^No API key found for provider "openai"\. Set OPENAI_API_KEY in the environment/],
  ["keyless/m", "no-api-key", /^No API key found for provider "keyless"\. Set models\.providers\.keyless\.apiKey/],
  [
    "nobody/m",
    "unknown-model",
    /^Unknown model: nobody\/m\. There is no provider "nobody"\. Declare it under models\.providers\.nobody/,
  ],
  ["offline/other", "unknown-model", /offline\/assistant/],
  [
    "google-vertex/m",
    "no-api-key",
    /^No API key found for provider "google-vertex"\. Run "gcloud auth application-default/,
  ],
  ["typo/m", "invalid-provider", /models\.providers\.typo\.api is "opena", .*openai-completions/],
  ["nowhere/m", "invalid-provider", /Set models\.providers\.nowhere\.baseUrl/],
  ["nourl/m", "invalid-provider", /models\.providers\.nourl\.baseUrl is not a URL/],
  ["cloud/m", "invalid-provider", /models\.providers\.cloud\.auth is "aws-sdk"/],
])("resolving %s fails with %s and says what to do", async (text, code, message) => {
  const base = { baseUrl: "https://x.example", apiKey: "k", models: [{ id: "m" }] };
  const config = {
    models: {
      providers: {
        keyless: { ...base, apiKey: "", api: "openai-completions" },
        typo: { ...base, api: "opena" },
        nowhere: { apiKey: "k", api: "openai-completions", models: [] },
        nourl: { ...base, baseUrl: "127.0.0.1", api: "openai-completions" },
        cloud: { ...base, auth: "aws-sdk", api: "openai-completions" },
      },
    },
  };
  const [provider = "", model = ""] = text.split("/");
  const failing = models(config).resolve({ provider, model });
  await expect(failing).rejects.toMatchObject({ name: "ModelError", code, message: expect.stringMatching(message) });
  const failure = await failing.catch((error: unknown) => describeModelFailure(error, { provider, model }));
  expect(failure).toMatchObject({ retryable: false, userMessage: expect.stringMatching(message) });
});

test("parameters of the wrong shape are left out with a warning that names them", async () => {
  const { seen, log } = warnings();
  const config = {
    models: { providers: { local: { baseUrl: "http://127.0.0.1:1/v1", api: "openai-completions", models: [] } } },
    agents: {
      defaults: {
        models: {
          "local/m": {
            params: { temperature: 9, maxTokens: 0, cacheRetention: "x", cacheControlTtl: 1, thinking: 3, seed: 1 },
          },
        },
      },
    },
  };
  await models(config, { log }).resolve({ provider: "local", model: "m" });
  expect(seen).toHaveLength(5);
  expect(seen[0]).toContain('agents.defaults.models["local/m"].params.temperature');
});

/** A local Ollama with these models. */
function fakeOllama(shows: Record<string, object | undefined>) {
  const asked: string[] = [];
  const answer: typeof fetch = async (input, init) => {
    asked.push(new URL(String(input)).pathname);
    if (String(input).endsWith("/api/tags"))
      return Response.json({ models: Object.keys(shows).map((name) => ({ name })) });
    const { model } = JSON.parse(String(init?.body));
    const details = shows[model];
    return details ? Response.json(details) : new Response("no", { status: 500 });
  };
  return { asked, fetch: answer };
}

test("finds a local Ollama when nothing else is there, and asks it once", async () => {
  const network = fakeOllama({
    "nomic-embed": { capabilities: ["embedding"] },
    "qwen3:8b": { capabilities: ["tools", "thinking", "vision"], model_info: { "qwen3.context_length": 40_960 } },
    "deepseek-r1": undefined,
  });
  const made = models({}, { fetch: network.fetch });
  expect(await made.defaultRef()).toEqual({ provider: "ollama", model: "qwen3:8b" });
  await made.defaultRef();
  expect(network.asked).toEqual(["/api/tags", "/api/show", "/api/show", "/api/show"]);
  const { info, reasoningTags } = await made.resolve(await made.defaultRef());
  expect(info).toMatchObject({ reasoning: true, contextWindow: 40_960, input: ["text", "image"], available: true });
  expect(reasoningTags).toBe(true);
  expect((await made.resolve({ provider: "ollama", model: "deepseek-r1" })).info).toMatchObject({
    reasoning: true,
    contextWindow: 8192,
  });
  expect((await made.list()).filter((model) => model.provider === "ollama").map((model) => model.id)).toEqual([
    "deepseek-r1",
    "qwen3:8b",
  ]);
});

test("an Ollama model that is not there is refused with what is, and found as soon as it is", async () => {
  const shows: Record<string, object | undefined> = {};
  const network = fakeOllama(shows);
  const made = models({}, { fetch: network.fetch });
  const ref = { provider: "ollama", model: "llama3.3" };
  await expect(made.resolve(ref)).rejects.toMatchObject({
    code: "unknown-model",
    message: expect.stringContaining("No Ollama"),
  });
  shows["qwen3:8b"] = { capabilities: ["tools"] };
  await expect(made.resolve(ref)).rejects.toMatchObject({ message: expect.stringContaining("It has qwen3:8b") });
  const later = models({}, { fetch: fakeOllama({ "llama3.3:latest": undefined }).fetch });
  expect((await later.resolve(ref)).info.id).toBe("llama3.3:latest");
});

test("a key pasted with line ends is sent without them", async () => {
  const server = await startScriptedModelServer();
  servers.push(server);
  const config = {
    models: {
      providers: { local: { baseUrl: server.openaiUrl, apiKey: " ab\r\nc\n", api: "openai-completions", models: [] } },
    },
  };
  const { languageModel } = await createModels({ config: () => config, env: {}, log: silentLog }).resolve({
    provider: "local",
    model: "m",
  });
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(server.lastRequest().headers.authorization).toBe("Bearer abc");
});

test("looks for Ollama again after a minute without it", async () => {
  const network = deadNetwork();
  let now = 1_000_000;
  const made = models({}, { fetch: network.fetch, clock: { now: () => now } });
  await Promise.all([made.defaultRef(), made.defaultRef()]);
  await made.defaultRef();
  expect(network.asked).toHaveLength(1);
  now += 60_001;
  await made.defaultRef();
  expect(network.asked).toHaveLength(2);
});

test("waits 300 ms at most for a local Ollama", async () => {
  const silent: typeof fetch = (_input, init) =>
    new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason)));
  const before = performance.now();
  expect((await models({}, { fetch: silent }).defaultRef()).provider).toBe("offline");
  expect(performance.now() - before).toBeLessThan(1500);
});

test("Ollama's answers come in one piece, with the fields it reads", async () => {
  const server = await startScriptedModelServer();
  servers.push(server);
  const config = {
    models: {
      providers: {
        ollama: { baseUrl: server.openaiUrl, api: "openai-completions", models: [{ id: "m", reasoning: true }] },
      },
    },
  };
  const { languageModel, keySource } = await createModels({ config: () => config, env: {}, log: silentLog }).resolve({
    provider: "ollama",
    model: "m",
  });
  const answer = await collect(languageModel, { prompt: userPrompt("hello you") });
  expect(answer.deltas).toEqual(["You said: hello you"]);
  expect(keySource).toBe("none");
  const { body, headers } = server.lastRequest();
  expect(headers.authorization).toBeUndefined();
  expect(body).toMatchObject({ max_tokens: 8192, messages: [{ role: "system" }, { role: "user" }] });
  expect(body).not.toHaveProperty("store");
});
