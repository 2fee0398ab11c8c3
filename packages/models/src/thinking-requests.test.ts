import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModels } from "./create-models.ts";
import { configFor, type KindUnderTest, kindsEnv, kindsUnderTest } from "./testing/api-kinds.ts";
import { collect, userPrompt } from "./testing/collect.ts";
import { type ScriptedModelServer, startScriptedModelServer } from "./testing/scripted-model-server.ts";

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

async function bodyWith(kindName: string, model: string, level: string, more: Partial<KindUnderTest> = {}) {
  const kind = { ...kindsUnderTest.find(({ kind }) => kind === kindName)!, model, ...more };
  const config = configFor(kind, server, { maxTokens: 64_000 });
  const models = createModels({ config: () => config, env: kindsEnv, log: silentLog });
  const { languageModel, providerOptions } = await models.resolve({ provider: kind.provider, model });
  await collect(languageModel, { prompt: userPrompt("hello"), providerOptions: providerOptions(level) });
  return server.lastRequest().body;
}

test.each([
  ["gpt-5.2", "off", undefined],
  ["gpt-5.2", "minimal", "minimal"],
  ["gpt-5.2", "xhigh", "xhigh"],
])("Responses: %s at %s asks for effort %s", async (model, level, effort) => {
  const body = await bodyWith("openai-responses", model, level);
  expect(body.reasoning).toEqual(effort && { effort, summary: "auto" });
  expect(body.include).toEqual(effort && ["reasoning.encrypted_content"]);
});

test.each([
  ["gpt-5.2-codex", "minimal", "low"],
  ["gpt-5.3-codex", "xhigh", "xhigh"],
  ["gpt-5.1", "xhigh", "high"],
  ["gpt-5.1", "minimal", "minimal"],
  ["gpt-5.1-codex-mini", "xhigh", "high"],
  ["gpt-5.1-codex-mini", "high", "high"],
  ["gpt-5.1-codex-mini", "low", "medium"],
  ["gpt-5.1-codex", "off", undefined],
])("Codex: %s at %s asks for effort %s", async (model, level, effort) => {
  expect((await bodyWith("openai-codex-responses", model, level)).reasoning).toEqual(
    effort && { effort, summary: "auto" },
  );
});

const thoughts = { includeThoughts: true };
test.each([
  ["gemini-3-pro-preview", "minimal", { ...thoughts, thinkingLevel: "LOW" }],
  ["gemini-3-pro-preview", "low", { ...thoughts, thinkingLevel: "LOW" }],
  ["gemini-3-pro-preview", "medium", { ...thoughts, thinkingLevel: "HIGH" }],
  ["gemini-3-pro-preview", "off", undefined],
  ["gemini-3-flash-preview", "minimal", { ...thoughts, thinkingLevel: "MINIMAL" }],
  ["gemini-3-flash-preview", "medium", { ...thoughts, thinkingLevel: "MEDIUM" }],
  ["gemini-3-flash-preview", "high", { ...thoughts, thinkingLevel: "HIGH" }],
  ["gemini-2.5-pro", "minimal", { ...thoughts, thinkingBudget: 128 }],
  ["gemini-2.5-pro", "high", { ...thoughts, thinkingBudget: 32_768 }],
  ["gemini-2.5-pro", "off", undefined],
  ["gemini-2.5-flash", "medium", { ...thoughts, thinkingBudget: 8192 }],
  ["gemini-2.5-flash", "high", { ...thoughts, thinkingBudget: 24_576 }],
  ["gemini-2.5-flash", "off", { thinkingBudget: 0 }],
  ["gemma-4", "low", { ...thoughts, thinkingBudget: -1 }],
])("Google: %s at %s is configured with %j", async (model, level, config) => {
  expect((await bodyWith("google-generative-ai", model, level)).generationConfig).toEqual({
    maxOutputTokens: 32_000,
    ...(config && { thinkingConfig: config }),
  });
});

test.each([
  ["anthropic.claude-opus-4-5-v1:0", "low", { thinking: { type: "enabled", budget_tokens: 2048 } }, 34_048],
  ["anthropic.claude-opus-4-5-v1:0", "high", { thinking: { type: "enabled", budget_tokens: 16_384 } }, 48_384],
  [
    "us.anthropic.claude-opus-4-6-v1:0",
    "xhigh",
    { thinking: { type: "adaptive" }, output_config: { effort: "max" } },
    32_000,
  ],
  ["anthropic.claude-opus-4-5-v1:0", "off", undefined, 32_000],
  ["meta.llama4-70b", "high", undefined, 32_000],
])("Bedrock: %s at %s is asked with %j", async (model, level, fields, maxTokens) => {
  const body = await bodyWith("bedrock-converse-stream", model, level);
  expect(body.additionalModelRequestFields).toEqual(fields);
  expect(body.inferenceConfig).toEqual({ maxTokens });
});

test("Copilot tells who began a request, and that there are images", async () => {
  const kind = kindsUnderTest.find(({ kind }) => kind === "github-copilot")!;
  const config = configFor(kind, server);
  const models = createModels({ config: () => config, env: {}, log: silentLog });
  const ask = async (model: string, prompt: Parameters<typeof collect>[1]["prompt"]) => {
    const { languageModel } = await models.resolve({ provider: kind.provider, model });
    await collect(languageModel, { prompt });
    return server.lastRequest();
  };
  const plain = await ask(kind.model, userPrompt("hello"));
  expect(plain.headers).toMatchObject({
    "x-initiator": "user",
    "openai-intent": "conversation-edits",
    "copilot-integration-id": "vscode-chat",
  });
  expect(plain.headers["copilot-vision-request"]).toBeUndefined();
  const withTools = await ask(kind.model, [
    { role: "user", content: [{ type: "file", mediaType: "image/png", data: { type: "data", data: "AAAA" } }] },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "t", input: {} }] },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "c", toolName: "t", output: { type: "text", value: "r" } }],
    },
  ]);
  expect(withTools.headers).toMatchObject({ "x-initiator": "agent", "copilot-vision-request": "true" });
  // GPT-5 is behind the Responses API there.
  expect((await ask("gpt-5.2", userPrompt("hello"))).path).toBe("/responses");
});

test("Azure's key travels in a header of its own", async () => {
  const entry = { baseUrl: server.openaiUrl, apiKey: "k", api: "azure-openai-responses", models: [{ id: "gpt-5.2" }] };
  const config = { models: { providers: { "azure-openai-responses": entry } } };
  const models = createModels({ config: () => config, env: {}, log: silentLog });
  const { languageModel } = await models.resolve({ provider: "azure-openai-responses", model: "gpt-5.2" });
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(server.lastRequest().headers).toMatchObject({ "api-key": "k" });
  expect(server.lastRequest().headers.authorization).toBeUndefined();
});

test("an exhausted subscription is told with its plan and its end", async () => {
  const now = 1_760_000_000_000;
  const fetchLimit: typeof fetch = async () =>
    Response.json(
      { error: { type: "usage_limit_reached", plan_type: "PLUS", resets_at: now / 1000 + 90 * 60 } },
      { status: 429 },
    );
  const kind = kindsUnderTest.find(({ kind }) => kind === "openai-codex-responses")!;
  const config = configFor(kind, server);
  const models = createModels({
    config: () => config,
    env: {},
    log: silentLog,
    fetch: fetchLimit,
    clock: { now: () => now },
  });
  const { languageModel } = await models.resolve({ provider: kind.provider, model: kind.model });
  const { error } = await collect(languageModel, { prompt: userPrompt("hello") });
  expect(error).toMatchObject({
    message: "You have hit your ChatGPT usage limit (plus plan). Try again in ~90 min.",
    statusCode: 429,
  });
});

test("Antigravity goes from the sandbox to production, and no further for a refusal", async () => {
  const asked: string[] = [];
  let status = 503;
  const fetchNow: typeof fetch = async (input) => {
    asked.push(new URL(String(input)).host);
    return Response.json({ error: { code: status, message: "no", status: "UNAVAILABLE" } }, { status });
  };
  const apiKey = '{"token":"t","projectId":"p"}';
  const config = { models: { providers: { "google-antigravity": { apiKey, models: [] } } } };
  const models = createModels({ config: () => config, env: {}, log: silentLog, fetch: fetchNow });
  const ref = { provider: "google-antigravity", model: "claude-opus-4-6-thinking" };
  const { languageModel } = await models.resolve(ref);
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(asked).toEqual(["daily-cloudcode-pa.sandbox.googleapis.com", "cloudcode-pa.googleapis.com"]);
  status = 403;
  await collect(languageModel, { prompt: userPrompt("hello") });
  expect(asked).toHaveLength(3);
});

test("a login without its project or its account says what to do", async () => {
  for (const [name, words] of [
    ["google-gemini-cli", /names no Google Cloud project.*auth login --provider google-gemini-cli/],
    ["openai-codex-responses", /names no ChatGPT account.*auth login --provider openai-codex/],
  ] as const) {
    const kind = kindsUnderTest.find(({ kind }) => kind === name)!;
    const config = configFor({ ...kind, entry: { ...kind.entry, apiKey: "bare" } }, server);
    const models = createModels({ config: () => config, env: {}, log: silentLog });
    const { languageModel } = await models.resolve({ provider: kind.provider, model: kind.model });
    const { error } = await collect(languageModel, { prompt: userPrompt("hello") });
    expect(error).toMatchObject({ code: "no-api-key", message: expect.stringMatching(words) });
  }
  expect(server.requests).toHaveLength(0);
});
