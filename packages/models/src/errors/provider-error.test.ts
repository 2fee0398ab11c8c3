import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModels } from "../create-models.ts";
import { ModelError } from "../model-error.ts";
import { collect, userPrompt } from "../testing/collect.ts";
import { type ScriptedModelServer, startScriptedModelServer } from "../testing/scripted-model-server.ts";
import { readProviderError } from "./provider-error.ts";

let server: ScriptedModelServer;

beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

const apis = ["openai-completions", "anthropic-messages"] as const;

async function failure(api: (typeof apis)[number], words: string, signal?: AbortSignal) {
  const baseUrl = api === "openai-completions" ? server.openaiUrl : server.url;
  const config = {
    models: { providers: { p: { baseUrl, apiKey: "sk-secret-key-123456", api, models: [{ id: "m" }] } } },
  };
  const { languageModel } = await createModels({ config: () => config, env: {}, log: silentLog }).resolve({
    provider: "p",
    model: "m",
  });
  const call = { prompt: userPrompt(words), ...(signal && { abortSignal: signal }) };
  const { error } = await collect(languageModel, call);
  return readProviderError(error, { provider: "p", model: "m" });
}

test.each(apis)("%s: an error status is told with its words, its wait and an excerpt without secrets", async (api) => {
  server.enqueue({
    status: 429,
    message: "Rate limit reached for key sk-secret-key-123456",
    headers: { "retry-after": "3" },
  });
  const error = await failure(api, "hello");
  expect(error).toMatchObject({
    source: "http",
    provider: "p",
    model: "m",
    status: 429,
    type: "rate_limit_error",
    message: "Rate limit reached for key ***",
    retryAfterMs: 3000,
    html: false,
  });
  expect(error.bodyExcerpt).toContain("rate_limit_error");
  expect(JSON.stringify(error)).not.toContain("sk-secret");
});

test("an error inside the stream is told apart from one before it", async () => {
  expect(await failure("openai-completions", "error:2")).toMatchObject({ source: "stream", type: "overloaded_error" });
  // Anthropic's says which status it would have had.
  expect(await failure("anthropic-messages", "error:2")).toMatchObject({ status: 529, type: "overloaded_error" });
});

test.each(apis)("%s: a connection that breaks is a network error", async (api) => {
  expect(await failure(api, "cut:2")).toMatchObject({ source: "network" });
});

test.each(apis)("%s: a web page is not quoted", async (api) => {
  const error = await failure(api, "html:x");
  expect(error).toMatchObject({ source: "network", html: true });
  expect(JSON.stringify(error)).not.toContain("<html");
});

test.each(apis)("%s: a call somebody stopped is no failure of the provider", async (api) => {
  expect(await failure(api, "hang:x", AbortSignal.timeout(50))).toMatchObject({ source: "aborted" });
});

test.each([
  [
    "Google",
    { statusCode: 429, responseBody: '[{"error":{"code":429,"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}]' },
    { status: 429, type: "RESOURCE_EXHAUSTED", message: "Slow down" },
  ],
  [
    "AWS",
    { statusCode: 400, responseBody: '{"__type":"com.amazon#ThrottlingException","Message":"Too many"}' },
    { status: 400, type: "ThrottlingException", message: "Too many" },
  ],
  [
    "OpenAI",
    {
      statusCode: 400,
      responseBody: '{"error":{"message":"long","type":"invalid_request_error","code":"context_length_exceeded"}}',
    },
    { status: 400, type: "invalid_request_error", code: "context_length_exceeded", message: "long" },
  ],
])("reads the form of %s", (_name, body, expected) => {
  const error = Object.assign(new Error("Bad Request"), body);
  expect(readProviderError(error, { provider: "p", model: "m" })).toMatchObject(expected);
});

test("an error of ours keeps its code", () => {
  const error = new ModelError("no-api-key", 'No API key found for provider "p".');
  expect(readProviderError(error, { provider: "p", model: "m" })).toMatchObject({
    source: "setup",
    code: "no-api-key",
    message: 'No API key found for provider "p".',
  });
});

const now = 1_760_000_000_000;
test.each([
  [{ "x-ratelimit-reset": "12" }, 12_000],
  [{ "x-ratelimit-reset": String(now / 1000 + 30) }, 30_000],
  [{ "x-ratelimit-reset": String(now + 4500) }, 4500],
  [{ "x-ratelimit-reset": "12", "retry-after": "3" }, 3000],
])("a wait in %j is understood", (responseHeaders, retryAfterMs) => {
  const error = Object.assign(new Error("Too Many Requests"), { statusCode: 429, responseHeaders });
  expect(readProviderError(error, { provider: "p", model: "m" }, { now })).toMatchObject({ retryAfterMs });
});
