import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Models } from "./create-models.ts";
import { createModels } from "./create-models.ts";
import { describeModelFailure } from "./failure/describe-model-failure.ts";
import type { ModelDefinitionConfig, ModelEntryConfig, ProviderConfig } from "./models-config.ts";
import { collect, userPrompt } from "./testing/collect.ts";
import type { ScriptedModelServer } from "./testing/scripted-model-server.ts";
import { startScriptedModelServer } from "./testing/scripted-model-server.ts";

let server: ScriptedModelServer;

beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

const ref = { provider: "local", model: "fake-1" };

function modelsWith(
  model: Partial<ModelDefinitionConfig> = {},
  provider: Partial<ProviderConfig> = {},
  entry?: ModelEntryConfig,
): Models {
  const config = {
    models: {
      providers: {
        local: {
          baseUrl: server.openaiUrl,
          apiKey: "test-key",
          api: "openai-completions",
          models: [{ id: "fake-1", name: "Fake", ...model }],
          ...provider,
        },
      },
    },
    ...(entry && { agents: { defaults: { models: { "local/fake-1": entry } } } }),
  };
  return createModels({ config: () => config, env: {}, log: silentLog });
}

const tool = {
  type: "function" as const,
  name: "read",
  description: "Reads a file",
  inputSchema: { type: "object" as const, properties: { path: { type: "string" as const } } },
};

test("streams the answer and counts its tokens", async () => {
  server.enqueue({ words: ["good", "day"], usage: { input: 100, output: 7, cached: 60 } });
  const { languageModel } = await modelsWith().resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("hello") });
  expect(answer.text).toBe("good day ");
  expect(answer.finish?.finishReason.unified).toBe("stop");
  expect(answer.finish?.usage.inputTokens).toMatchObject({ total: 100, noCache: 40, cacheRead: 60 });
  expect(answer.finish?.usage.outputTokens.total).toBe(7);
});

test("sends the fields of the format and the key as a bearer token", async () => {
  const { languageModel } = await modelsWith({ reasoning: true, maxTokens: 5000 }).resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello"), tools: [tool] });
  const { body, headers, path } = server.lastRequest();
  expect(path).toBe("/v1/chat/completions");
  expect(headers.authorization).toBe("Bearer test-key");
  expect(body).toMatchObject({
    model: "fake-1",
    stream: true,
    stream_options: { include_usage: true },
    store: false,
    max_completion_tokens: 5000,
  });
  expect(body).not.toHaveProperty("max_tokens");
  expect(body).not.toHaveProperty("reasoning_effort");
  expect(body.messages).toMatchObject([{ role: "developer" }, { role: "user", content: "hello" }]);
  expect(body.tools).toMatchObject([{ function: { name: "read", strict: false } }]);
});

test("each request says what it was made with, whatever the ones before it said", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  const user = { role: "user" as const, content: [{ type: "text" as const, text: 'ünd "so"' }] };
  const system = (content: string) => ({ role: "system" as const, content });
  const tools = [tool];
  const other = { ...tool, name: "write" };
  const requests = [
    { prompt: [system('Be brief — "ok"?'), user], tools },
    { prompt: [system('Be brief — "ok"?'), user, user], tools },
    { prompt: [system("Be long."), user], tools: [other] },
    { prompt: [user], tools },
    { prompt: [system("Be long.")] },
  ];
  for (const { prompt, tools } of requests) {
    await collect(languageModel, { prompt, ...(tools && { tools }) });
    const { body } = server.lastRequest();
    expect(body.messages).toEqual(
      prompt.map(({ role, content }) => ({ role, content: typeof content === "string" ? content : 'ünd "so"' })),
    );
    expect(body.tools).toEqual(
      tools?.map(({ name, description, inputSchema: parameters }) => ({
        type: "function",
        function: { name, description, parameters, strict: false },
      })),
    );
    expect(body).toMatchObject({ model: "fake-1", stream: true, store: false });
  }
});

test("omits or renames what a server does not take", async () => {
  const compat = {
    supportsStore: false,
    supportsDeveloperRole: false,
    supportsReasoningEffort: false,
    supportsUsageInStreaming: false,
    supportsStrictMode: false,
    maxTokensField: "max_tokens" as const,
  };
  const models = modelsWith({ reasoning: true, compat });
  const { languageModel, providerOptions } = await models.resolve(ref);
  await collect(languageModel, {
    prompt: userPrompt("hello"),
    tools: [tool],
    providerOptions: providerOptions("high"),
  });
  const { body } = server.lastRequest();
  expect(body.max_tokens).toBe(8192);
  for (const name of ["store", "max_completion_tokens", "reasoning_effort", "stream_options"])
    expect(body).not.toHaveProperty(name);
  expect(body.messages).toMatchObject([{ role: "system" }, { role: "user" }]);
  expect(JSON.stringify(body.tools)).not.toContain("strict");
});

test.each([
  ["off", undefined],
  ["minimal", "minimal"],
  ["low", "low"],
  ["medium", "medium"],
  ["high", "high"],
  ["xhigh", "xhigh"],
])("asks for thinking level %s as reasoning_effort %s", async (level, effort) => {
  const { languageModel, providerOptions } = await modelsWith({ reasoning: true }).resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello"), providerOptions: providerOptions(level) });
  expect(server.lastRequest().body.reasoning_effort).toBe(effort);
});

test("a model that does not reason is never asked to", async () => {
  const { languageModel, providerOptions } = await modelsWith().resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello"), providerOptions: providerOptions("high") });
  expect(server.lastRequest().body).not.toHaveProperty("reasoning_effort");
});

test("understands the reasoning option of the SDK as a level", async () => {
  const { languageModel } = await modelsWith({ reasoning: true }).resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello"), reasoning: "medium" });
  expect(server.lastRequest().body.reasoning_effort).toBe("medium");
});

test.each([
  ["zai", "high", { thinking: { type: "enabled" } }],
  ["zai", "off", { thinking: { type: "disabled" } }],
  ["qwen", "low", { enable_thinking: true }],
  ["qwen", "off", { enable_thinking: false }],
] as const)("sends the %s form of thinking for level %s", async (thinkingFormat, level, fields) => {
  const { languageModel, providerOptions } = await modelsWith({ reasoning: true, compat: { thinkingFormat } }).resolve(
    ref,
  );
  await collect(languageModel, { prompt: userPrompt("hello"), providerOptions: providerOptions(level) });
  expect(server.lastRequest().body).toMatchObject(fields);
  expect(server.lastRequest().body).not.toHaveProperty("reasoning_effort");
});

test("applies temperature, maxTokens and thinking of the model's parameters; a caller's values win", async () => {
  const entry = { params: { temperature: 0.3, maxTokens: 900, thinking: { clear_thinking: false } } };
  const { languageModel } = await modelsWith({ reasoning: true, compat: { thinkingFormat: "zai" } }, {}, entry).resolve(
    ref,
  );
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(server.lastRequest().body).toMatchObject({
    temperature: 0.3,
    max_completion_tokens: 900,
    thinking: { type: "disabled", clear_thinking: false },
  });
  await collect(languageModel, { prompt: userPrompt("hello"), temperature: 1, maxOutputTokens: 8 });
  expect(server.lastRequest().body).toMatchObject({ temperature: 1, max_completion_tokens: 8 });
});

test("merges provider and model headers, and sends no key when authHeader is false", async () => {
  const models = modelsWith(
    { headers: { "x-model": "m", "x-both": "model" } },
    { headers: { "x-both": "provider" }, authHeader: false },
  );
  const { languageModel } = await models.resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello") });
  const { headers } = server.lastRequest();
  expect(headers["x-model"]).toBe("m");
  expect(headers["x-both"]).toBe("model");
  expect(headers.authorization).toBeUndefined();
});

test("passes routing to gateways", async () => {
  const compat = { openRouterRouting: { only: ["a"] }, vercelGatewayRouting: { order: ["b"] } };
  const { languageModel } = await modelsWith({ compat }).resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(server.lastRequest().body).toMatchObject({
    provider: { only: ["a"] },
    providerOptions: { gateway: { order: ["b"] } },
  });
});

test("reads tool calls and reasoning", async () => {
  server.enqueue({
    reasoning: "hmm",
    tools: [
      { name: "read", args: '{"path":"a"}' },
      { name: "read", args: '{"path":"b"}' },
    ],
  });
  const { languageModel } = await modelsWith().resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("go"), tools: [tool] });
  expect(answer.reasoning).toBe("hmm");
  expect(answer.calls.map(({ name, input }) => [name, input])).toEqual([
    ["read", { path: "a" }],
    ["read", { path: "b" }],
  ]);
  expect(answer.finish?.finishReason.unified).toBe("tool-calls");
});

const toolTurn = (id: string) =>
  [
    { role: "user", content: [{ type: "text", text: "go" }] },
    {
      role: "assistant",
      content: [
        { type: "reasoning", text: "let me look" },
        { type: "text", text: "" },
        { type: "tool-call", toolCallId: id, toolName: "read", input: { path: "a" } },
      ],
    },
    {
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: id,
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
  ] satisfies Parameters<typeof collect>[1]["prompt"];

test("images of tool results follow in a user message, and long ids are shortened alike", async () => {
  const id = "call_".padEnd(60, "x");
  const { languageModel } = await modelsWith({ input: ["text", "image"] }).resolve(ref);
  await collect(languageModel, { prompt: toolTurn(id) });
  const messages = server.lastRequest().body.messages;
  expect(messages).toMatchObject([
    { role: "user" },
    {
      role: "assistant",
      reasoning_content: "let me look",
      tool_calls: [{ id: expect.stringMatching(/^[\w-]{1,40}$/) }],
    },
    { role: "tool", content: expect.stringContaining("an image") },
    {
      role: "user",
      content: [{ type: "text" }, { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } }],
    },
    { role: "user", content: "and?" },
  ]);
  const [, call, result] = Array.isArray(messages) ? messages : [];
  expect(result.tool_call_id).toBe(call.tool_calls[0].id);
});

test("the flags for Mistral's API shape names, ids, reasoning and turns", async () => {
  const compat = {
    requiresToolResultName: true,
    requiresAssistantAfterToolResult: true,
    requiresThinkingAsText: true,
    requiresMistralToolIds: true,
  };
  const { languageModel } = await modelsWith({ compat }).resolve(ref);
  await collect(languageModel, { prompt: toolTurn("call_abcdef") });
  expect(server.lastRequest().body.messages).toMatchObject([
    { role: "user" },
    { role: "assistant", content: "let me look", tool_calls: [{ id: expect.stringMatching(/^[A-Za-z0-9]{9}$/) }] },
    { role: "tool", name: "read" },
    { role: "assistant" },
    { role: "user", content: "and?" },
  ]);
});

test("sends images to models that see them and a note to those that do not", async () => {
  const prompt = [
    {
      role: "user" as const,
      content: [
        { type: "text" as const, text: "look" },
        {
          type: "file" as const,
          mediaType: "image/png",
          data: { type: "data" as const, data: new Uint8Array([104, 105]) },
        },
      ],
    },
  ];
  const seeing = await modelsWith({ input: ["text", "image"] }).resolve(ref);
  await collect(seeing.languageModel, { prompt });
  expect(JSON.stringify(server.lastRequest().body)).toContain("data:image/png;base64,aGk=");
  const blind = await modelsWith().resolve(ref);
  await collect(blind.languageModel, { prompt });
  expect(JSON.stringify(server.lastRequest().body)).not.toContain("image_url");
  expect(JSON.stringify(server.lastRequest().body)).toContain("cannot see images");
});

test("a model with streaming switched off gives its answer as one block", async () => {
  const { languageModel } = await modelsWith({}, {}, { streaming: false }).resolve(ref);
  server.enqueue({ words: ["all", "at", "once"], reasoning: "r", tools: [{ name: "read", args: "{}" }] });
  const answer = await collect(languageModel, { prompt: userPrompt("hello"), tools: [tool] });
  expect(server.lastRequest().body).not.toHaveProperty("stream");
  expect(answer.deltas).toEqual(["all at once"]);
  expect(answer.reasoning).toBe("r");
  expect(answer.calls).toMatchObject([{ name: "read" }]);
  expect(answer.finish?.finishReason.unified).toBe("tool-calls");
});

test("an abort closes the connection at once", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  const abort = new AbortController();
  const { stream } = await languageModel.doStream({ prompt: userPrompt("slow:5000 x"), abortSignal: abort.signal });
  const reader = stream.getReader();
  await reader.read();
  const request = await server.request(1);
  abort.abort();
  await request.aborted;
  await expect(drain(reader)).rejects.toMatchObject({ name: "AbortError" });
});

test("an abort also ends the wait for the first byte", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  const abort = new AbortController();
  const answer = languageModel.doStream({ prompt: userPrompt("hang:x"), abortSignal: abort.signal });
  const request = await server.request(1);
  abort.abort();
  await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  await request.aborted;
});

test("cancelling the stream closes the connection", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  const { stream } = await languageModel.doStream({ prompt: userPrompt("slow:5000 x") });
  const reader = stream.getReader();
  await reader.read();
  await reader.cancel();
  await (await server.request(1)).aborted;
});

test("turns in a row reuse their connections", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  for (let turn = 0; turn < 12; turn++) await collect(languageModel, { prompt: userPrompt("hello") });
  expect(new Set(server.requests.map((request) => request.clientPort)).size).toBeLessThanOrEqual(2);
});

test.each([
  ["status:401 x", { kind: "auth", status: 401, retryable: false, userMessage: "HTTP 401: forced status 401" }],
  ["status:402 x", { kind: "billing", status: 402, retryable: false }],
  [
    "status:429 retry-after=7",
    {
      kind: "rate_limit",
      status: 429,
      retryable: true,
      retryAfterMs: 7000,
      userMessage: "The AI service is temporarily overloaded. Please try again in a moment.",
    },
  ],
  ["status:500 x", { kind: "timeout", status: 500, retryable: true, userMessage: "HTTP 500: forced status 500" }],
  ["status:529 x", { kind: "overloaded", status: 529, retryable: true }],
  ["cut:3 x", { kind: "network", retryable: true, userMessage: expect.stringContaining("Agent failed before reply") }],
  ["end:3 x", { kind: "network", retryable: true, userMessage: expect.stringContaining("broke off") }],
  ["half:3 x", { kind: "network", retryable: true, userMessage: expect.stringContaining("cannot be read") }],
  ["error:3 x", { kind: "overloaded", retryable: true }],
  ["html:now", { kind: "network", retryable: false, userMessage: expect.stringContaining("web page") }],
])("describes the failure of %s", async (text, expected) => {
  const { languageModel } = await modelsWith().resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt(text) });
  expect(answer.error).toBeDefined();
  expect(answer.finish).toBeUndefined();
  expect(describeModelFailure(answer.error, ref)).toMatchObject(expected);
});

test("what arrived before a break is not lost", async () => {
  const { languageModel } = await modelsWith().resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("end:3 x") });
  expect(answer.text).toBe("word0 word1 word2 ");
});

test("a web page is told apart from an answer without streaming too", async () => {
  const { languageModel } = await modelsWith({}, {}, { streaming: false }).resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("html:now") });
  expect(describeModelFailure(answer.error, ref)).toMatchObject({ kind: "network" });
  expect(describeModelFailure(answer.error, ref).userMessage).not.toContain("<");
});

test("a server that is not there is named with its address", async () => {
  const { openaiUrl } = server;
  await server.close();
  const { languageModel } = await modelsWith({}, { baseUrl: openaiUrl }).resolve(ref);
  const answer = await collect(languageModel, { prompt: userPrompt("hello") });
  const failure = describeModelFailure(answer.error, ref);
  expect(failure).toMatchObject({ kind: "network", retryable: true });
  expect(failure.userMessage).toContain(new URL(openaiUrl).origin);
  expect(failure.userMessage).toContain("refused the connection");
  server = await startScriptedModelServer();
});

async function drain(reader: ReadableStreamDefaultReader<unknown>): Promise<void> {
  while (!(await reader.read()).done);
}
