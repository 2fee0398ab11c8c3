import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anthropicThinking, thinksAdaptively } from "./adapters/anthropic-thinking.ts";
import type { Models } from "./create-models.ts";
import { createModels } from "./create-models.ts";
import { describeModelFailure } from "./failure/describe-model-failure.ts";
import type { ModelEntryConfig, ProviderConfig } from "./models-config.ts";
import { collect, userPrompt } from "./testing/collect.ts";
import type { ScriptedModelServer } from "./testing/scripted-model-server.ts";
import { startScriptedModelServer } from "./testing/scripted-model-server.ts";

let server: ScriptedModelServer;

beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

const ref = { provider: "anthropic", model: "claude-opus-4-5" };

function modelsWith(entry?: ModelEntryConfig, provider: Partial<ProviderConfig> = {}): Models {
  const config = {
    models: { providers: { anthropic: { baseUrl: server.url, models: [], ...provider } } },
    ...(entry && { agents: { defaults: { models: { "anthropic/claude-opus-4-5": entry } } } }),
  };
  const env = provider.apiKey === undefined ? { ANTHROPIC_API_KEY: "sk-ant-api-test" } : {};
  return createModels({ config: () => config, env, log: silentLog });
}

const tool = {
  type: "function" as const,
  name: "read",
  description: "Reads a file",
  inputSchema: { type: "object" as const, properties: { path: { type: "string" as const } } },
};

test("streams the answer and counts cached tokens apart", async () => {
  server.enqueue({ words: ["good", "day"], usage: { input: 40, output: 7, cached: 60 } });
  const { languageModel } = await modelsWith().resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("hello") });
  expect(answer.text).toBe("good day ");
  expect(answer.finish?.finishReason.unified).toBe("stop");
  expect(answer.finish?.usage.inputTokens).toMatchObject({ total: 100, noCache: 40, cacheRead: 60 });
  expect(answer.finish?.usage.outputTokens.total).toBe(7);
});

test("sends the key, the version and the betas in headers, and marks the prompt for the cache", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello"), tools: [tool] });
  const { path, headers, body } = server.lastRequest();
  expect(path).toBe("/v1/messages");
  expect(headers["x-api-key"]).toBe("sk-ant-api-test");
  expect(headers.authorization).toBeUndefined();
  expect(headers["anthropic-version"]).toBe("2023-06-01");
  expect(String(headers["anthropic-beta"]).split(",").sort()).toEqual([
    "fine-grained-tool-streaming-2025-05-14",
    "interleaved-thinking-2025-05-14",
  ]);
  expect(body).toMatchObject({ model: "claude-opus-4-5", stream: true, max_tokens: 32_000 });
  expect(body).not.toHaveProperty("thinking");
  expect(body.system).toMatchObject([{ type: "text", cache_control: { type: "ephemeral" } }]);
  expect(body.messages).toMatchObject([
    { role: "user", content: [{ text: "hello", cache_control: { type: "ephemeral" } }] },
  ]);
  expect(body.tools).toEqual([{ name: "read", description: "Reads a file", input_schema: tool.inputSchema }]);
});

test("a built-in provider under another address gets its requests there, with the header, and keeps its models", async () => {
  const models = modelsWith(undefined, { headers: { "x-team": "home" } });
  const { languageModel } = await models.resolve({ provider: "anthropic", model: "claude-opus-4-6" });
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(server.lastRequest()).toMatchObject({ path: "/v1/messages", headers: { "x-team": "home" } });
  const listed = (await models.list()).filter(({ provider }) => provider === "anthropic").map(({ id }) => id);
  expect(listed).toEqual(expect.arrayContaining(["claude-opus-4-5", "claude-opus-4-6", "claude-sonnet-4-5"]));
});

test("the retention of the prompt cache can be switched off", async () => {
  const { languageModel } = await modelsWith({ params: { cacheRetention: "none" } }).resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(JSON.stringify(server.lastRequest().body)).not.toContain("cache_control");
});

test("an hour of cache is asked for at Anthropic's own host only", async () => {
  const sent: { headers: Headers; body: string }[] = [];
  const config = {
    models: {
      providers: {
        other: { baseUrl: "https://other.example", api: "anthropic-messages", apiKey: "k", models: [{ id: "m" }] },
      },
    },
    agents: {
      defaults: {
        models: {
          "anthropic/claude-opus-4-5": { params: { cacheControlTtl: "1h" } },
          "other/m": { params: { cacheRetention: "long" } },
        },
      },
    },
  };
  const models = createModels({
    config: () => config,
    env: { ANTHROPIC_API_KEY: "k" },
    log: silentLog,
    fetch: async (_url, init) => {
      sent.push({ headers: new Headers(init?.headers), body: String(init?.body) });
      return new Response("{}", { status: 500 });
    },
  });
  await collect((await models.resolve(ref)).languageModel, { prompt: userPrompt("hello") });
  await collect((await models.resolve({ provider: "other", model: "m" })).languageModel, {
    prompt: userPrompt("hello"),
  });
  expect(sent[0]?.body).toContain('"cache_control":{"type":"ephemeral","ttl":"1h"}');
  expect(sent[0]?.headers.get("anthropic-beta")).toContain("extended-cache-ttl-2025-04-11");
  expect(sent[1]?.body).toContain('"cache_control":{"type":"ephemeral"}');
  expect(sent[1]?.headers.get("anthropic-beta")).not.toContain("extended-cache");
});

test.each([
  ["off", undefined, 32_000],
  ["minimal", 1024, 33_024],
  ["low", 2048, 34_048],
  ["medium", 8192, 40_192],
  ["high", 16_384, 48_384],
  ["xhigh", 16_384, 48_384],
])("gives thinking level %s a budget of %s tokens", async (level, budget, maxTokens) => {
  const { languageModel, providerOptions } = await modelsWith({ params: { temperature: 0.5 } }).resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello"), providerOptions: providerOptions(level) });
  const { body } = server.lastRequest();
  expect(body.thinking).toEqual(budget === undefined ? undefined : { type: "enabled", budget_tokens: budget });
  expect(body.max_tokens).toBe(maxTokens);
  // Thinking and a temperature exclude each other.
  expect(body.temperature).toBe(budget === undefined ? 0.5 : undefined);
});

test.each([
  ["minimal", "low"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "max"],
])("asks Opus 4.6 at level %s for effort %s", async (level, effort) => {
  const { languageModel, providerOptions } = await modelsWith().resolve({ provider: "anthropic", model: "opus-4.6" });
  await collect(languageModel, { prompt: userPrompt("hello"), providerOptions: providerOptions(level) });
  expect(server.lastRequest().body).toMatchObject({
    model: "claude-opus-4-6",
    thinking: { type: "adaptive" },
    output_config: { effort },
    max_tokens: 32_000,
  });
});

test("a budget leaves room for the answer, and none is sent when there is no room", () => {
  expect(anthropicThinking("claude-3-7-sonnet", "high", 4000, 8000)).toEqual({
    maxTokens: 8000,
    thinking: { type: "enabled", budget_tokens: 6976 },
  });
  expect(anthropicThinking("claude-3-7-sonnet", "high", 1500, 1500)).toEqual({ maxTokens: 1500 });
});

test.each([
  ["claude-opus-4-6", true],
  ["claude-sonnet-4.6", true],
  ["claude-opus-5", true],
  ["claude-haiku-5-5-20270101", true],
  ["claude-opus-4-5-20251101", false],
  ["claude-sonnet-4-20250514", false],
  ["claude-3-7-sonnet-20250219", false],
  ["MiniMax-M2.1", false],
])("knows whether %s thinks adaptively", (id, adaptive) => {
  expect(thinksAdaptively(id)).toBe(adaptive);
});

test("reads tool calls, and reasoning with its signature", async () => {
  server.enqueue({ reasoning: "hmm", words: ["ok"], tools: [{ name: "read", args: '{"path":"a"}' }] });
  const { languageModel } = await modelsWith().resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("go"), tools: [tool] });
  expect(answer.reasoning).toBe("hmm");
  expect(JSON.stringify(answer.parts)).toContain('"signature":"signed"');
  expect(answer.calls).toMatchObject([{ name: "read", input: { path: "a" } }]);
  expect(answer.finish?.finishReason.unified).toBe("tool-calls");
});

test("sends tool results with their images in one user turn, signed reasoning included", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  await collect(languageModel, {
    prompt: [
      { role: "user", content: [{ type: "text", text: "go" }] },
      {
        role: "assistant",
        content: [
          { type: "reasoning", text: "hmm", providerOptions: { anthropic: { signature: "signed" } } },
          { type: "tool-call", toolCallId: "call|item", toolName: "read", input: { path: "a" } },
        ],
      },
      {
        role: "tool",
        content: [
          {
            type: "tool-result",
            toolCallId: "call|item",
            toolName: "read",
            output: {
              type: "content",
              value: [
                { type: "text", text: "an image" },
                { type: "file", mediaType: "image/png", data: { type: "data", data: "aGk=" } },
              ],
            },
          },
        ],
      },
      { role: "user", content: [{ type: "text", text: "and?" }] },
    ],
    tools: [tool],
  });
  expect(server.lastRequest().body.messages).toMatchObject([
    { role: "user" },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "hmm", signature: "signed" },
        { type: "tool_use", id: "call" },
      ],
    },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "call",
          content: [{ type: "text" }, { type: "image", source: { data: "aGk=" } }],
        },
        { type: "text", text: "and?", cache_control: { type: "ephemeral" } },
      ],
    },
  ]);
});

test("sends a bearer token as well, or instead, when the provider says so", async () => {
  const both = await modelsWith(undefined, { authHeader: true }).resolve(ref);
  await collect(both.languageModel, { prompt: userPrompt("hello") });
  expect(server.lastRequest().headers).toMatchObject({
    "x-api-key": "sk-ant-api-test",
    authorization: "Bearer sk-ant-api-test",
  });
  const bearer = await modelsWith(undefined, { auth: "token", apiKey: "token-1" }).resolve(ref);
  await collect(bearer.languageModel, { prompt: userPrompt("hello") });
  expect(server.lastRequest().headers.authorization).toBe("Bearer token-1");
  expect(server.lastRequest().headers["x-api-key"]).toBeUndefined();
});

test("a subscription's setup-token travels as a bearer token, in requests its service takes", async () => {
  server.enqueue({ tools: [{ name: "Read", args: '{"path":"a"}' }] });
  const { languageModel } = await modelsWith(undefined, { apiKey: "sk-ant-oat01-abc" }).resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("hello"), tools: [tool] });
  const { headers, body } = server.lastRequest();
  expect(headers.authorization).toBe("Bearer sk-ant-oat01-abc");
  expect(headers["x-api-key"]).toBeUndefined();
  expect(headers["anthropic-beta"]).toMatch(/^claude-code-20250219,oauth-2025-04-20,fine-grained-tool-streaming/);
  expect(headers["user-agent"]).toMatch(/^claude-cli\/\S+ \(external, cli\)/);
  expect(headers["x-app"]).toBe("cli");
  expect(body.system).toMatchObject([
    { text: "You are Claude Code, Anthropic's official CLI for Claude." },
    { text: "You are a test.", cache_control: { type: "ephemeral" } },
  ]);
  expect(body.tools).toMatchObject([{ name: "Read" }]);
  // The caller hears of its tool by its own name.
  expect(answer.calls).toMatchObject([{ name: "read", input: { path: "a" } }]);
});

test("without streaming the answer comes as one block", async () => {
  const { languageModel } = await modelsWith({ streaming: false }).resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("hello there") });
  expect(server.lastRequest().body).not.toHaveProperty("stream");
  expect(answer.deltas).toEqual(["You said: hello there"]);
});

test("an abort closes the connection", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  const abort = new AbortController();
  const { stream } = await languageModel.doStream({ prompt: userPrompt("slow:5000 x"), abortSignal: abort.signal });
  const reader = stream.getReader();
  await reader.read();
  const request = await server.request(1);
  abort.abort();
  await request.aborted;
  await expect(
    (async () => {
      while (!(await reader.read()).done);
    })(),
  ).rejects.toMatchObject({ name: "AbortError" });
});

test.each([
  [
    "status:400 x",
    { kind: "format", status: 400, retryable: false, userMessage: "LLM request rejected: forced status 400" },
  ],
  ["status:401 x", { kind: "auth", status: 401 }],
  ["status:429 retry-after=2", { kind: "rate_limit", retryable: true, retryAfterMs: 2000 }],
  ["status:529 x", { kind: "overloaded", status: 529, retryable: true }],
  ["cut:3 x", { kind: "network", retryable: true }],
  ["end:3 x", { kind: "network", retryable: true }],
  ["half:3 x", { kind: "network", retryable: true }],
  ["error:3 x", { kind: "overloaded", status: 529, retryable: true }],
  ["html:now", { kind: "network", retryable: false }],
])("describes the failure of %s", async (text, expected) => {
  const { languageModel } = await modelsWith().resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt(text) });
  expect(answer.error).toBeDefined();
  expect(answer.finish).toBeUndefined();
  expect(describeModelFailure(answer.error, ref)).toMatchObject(expected);
});
