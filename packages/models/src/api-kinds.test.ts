import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createModels } from "./create-models.ts";
import { readProviderError } from "./errors/provider-error.ts";
import { describeModelFailure } from "./failure/describe-model-failure.ts";
import type { ModelDefinitionConfig, ModelEntryConfig } from "./models-config.ts";
import { configFor, type KindUnderTest, kindsEnv, kindsUnderTest } from "./testing/api-kinds.ts";
import { collect, userPrompt } from "./testing/collect.ts";
import { type ScriptedModelServer, startScriptedModelServer } from "./testing/scripted-model-server.ts";

let server: ScriptedModelServer;

beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

async function modelOf(
  kind: KindUnderTest,
  options: { definition?: Partial<ModelDefinitionConfig>; entry?: ModelEntryConfig } = {},
) {
  const base = configFor(kind, server, options.definition);
  const name = `${kind.provider}/${kind.model}`;
  const config = options.entry ? { ...base, agents: { defaults: { models: { [name]: options.entry } } } } : base;
  const models = createModels({ config: () => config, env: kindsEnv, log: silentLog });
  return models.resolve({ provider: kind.provider, model: kind.model });
}

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const readTool = {
  type: "function" as const,
  name: "read",
  description: "Reads a file",
  inputSchema: {
    $schema: "http://json-schema.org/draft-07/schema#",
    type: "object" as const,
    properties: {
      path: { type: "string" as const, minLength: 1, pattern: "^[a-z]+$" },
      mode: { anyOf: [{ const: "text" }, { const: "bytes" }] },
      limit: { type: ["integer" as const, "null" as const], minimum: 1 },
    },
    required: ["path"],
    additionalProperties: false,
  },
};

/** A conversation in which this model and others have spoken, with what goes wrong in real ones. */
function longConversation(kind: KindUnderTest): LanguageModelV4Prompt {
  const own = { openclaw: { provider: kind.provider, model: kind.model } };
  const other = { openclaw: { provider: "elsewhere", model: "other" } };
  const signed = { openclaw: { signature: "foreign" } };
  const call = (toolCallId: string, path: string) =>
    ({ type: "tool-call", toolCallId, toolName: "read", input: { path } }) as const;
  const said = (toolCallId: string, value: string) =>
    ({ type: "tool-result", toolCallId, toolName: "read", output: { type: "text", value } }) as const;
  return [
    { role: "system", content: "You are a test." },
    {
      role: "user",
      content: [
        { type: "text", text: "look at this" },
        { type: "file", mediaType: "image/png", data: { type: "data", data: pixel } },
        { type: "text", text: "" },
      ],
    },
    {
      role: "assistant",
      providerOptions: other,
      content: [
        { type: "reasoning", text: "signed elsewhere", providerOptions: signed },
        { type: "reasoning", text: "thought elsewhere" },
        { type: "text", text: "I will read." },
        call("call_1|fc_1", "a"),
        call("call:2/with a very long name that no provider would ever take as an id of a call", "b"),
      ],
    },
    {
      role: "tool",
      content: [
        said("call_1|fc_1", "alpha"),
        said("call:2/with a very long name that no provider would ever take as an id of a call", "beta"),
        said("nobody-asked", "orphan"),
      ],
    },
    {
      role: "assistant",
      providerOptions: own,
      content: [{ type: "reasoning", text: "never signed" }, { type: "text", text: "" }, call("call_3", "c")],
    },
    {
      role: "user",
      content: [{ type: "text", text: "tell me" }],
    },
  ];
}

describe.each(kindsUnderTest)("$kind", (kind) => {
  const ask = async (options: Partial<LanguageModelV4CallOptions> = {}, setup?: Parameters<typeof modelOf>[1]) => {
    const { languageModel, providerOptions } = await modelOf(kind, setup);
    return collect(languageModel, {
      prompt: userPrompt("hello"),
      providerOptions: providerOptions("high", { sessionId: "session-1" }),
      ...options,
    });
  };

  test("sends the request its API describes", async () => {
    await ask({ prompt: longConversation(kind), tools: [readTool], temperature: 0.5 });
    const { path, headers, body } = server.lastRequest();
    const named = Object.fromEntries(
      Object.entries(headers).filter(([name]) =>
        /auth|key|beta|version|session|x-|openai|originator|agent|account|copilot/.test(name),
      ),
    );
    const golden = JSON.stringify({ path, headers: named, body }, null, 2)
      .replace(/"(authorization|x-amz-date|requestId)": "(AWS4[^"]*|\d{8}T\d{6}Z|[0-9a-f-]{36})"/g, '"$1": "…"')
      .replace(/ai-sdk-provider-utils[^"]*/, "…")
      .replace(pixel, "<image>");
    await expect(`${golden}\n`).toMatchFileSnapshot(`./fixtures/golden/${kind.kind}.json`);
  });

  test("answers with text, its tokens and its end", async () => {
    server.enqueue({ words: ["good", "day"], usage: { input: 100, output: 7 } });
    const answer = await ask();
    expect(answer.error).toBeUndefined();
    expect(answer.text.trim()).toBe("good day");
    expect(answer.finish?.finishReason.unified).toBe("stop");
    expect(answer.finish?.usage.inputTokens).toMatchObject({ total: 100, noCache: 100, cacheRead: 0 });
    expect(answer.finish?.usage.outputTokens.total).toBe(7);
  });

  test("reads reasoning and several tool calls", async () => {
    const tools = ["a", "b"].map((path) => ({ name: "read", args: JSON.stringify({ path }) }));
    server.enqueue({ reasoning: "hmm", words: ["so"], tools });
    const answer = await ask({ tools: [readTool] });
    expect(answer.reasoning).toBe("hmm");
    expect(answer.text.trim()).toBe("so");
    expect(answer.calls.map(({ name, input }) => [name, input])).toEqual([
      ["read", { path: "a" }],
      ["read", { path: "b" }],
    ]);
    expect(new Set(answer.calls.map(({ id }) => id)).size).toBe(2);
    expect(answer.finish?.finishReason.unified).toBe("tool-calls");
  });

  test("answers in one piece when told not to stream", async () => {
    server.enqueue({ reasoning: "hmm", words: ["good", "day"], tools: [{ name: "read", args: '{"path":"a"}' }] });
    const answer = await ask({ tools: [readTool] }, { entry: { streaming: false } });
    expect(answer.deltas).toHaveLength(1);
    expect(answer.text.trim()).toBe("good day");
    expect(answer.reasoning).toBe("hmm");
    expect(answer.calls).toMatchObject([{ name: "read", input: { path: "a" } }]);
    expect(answer.finish?.finishReason.unified).toBe("tool-calls");
  });

  test("a call without arguments is a call with none", async () => {
    server.enqueue({ tools: [{ name: "list", args: "{}" }] });
    const answer = await ask();
    expect(answer.calls).toMatchObject([{ name: "list", input: {} }]);
  });

  test("does not believe token counts that cannot be", async () => {
    server.enqueue({ words: ["x"], usage: { input: -5, output: 1e300 } });
    const { finish } = await ask();
    expect(finish?.usage.inputTokens.total ?? 0).toBe(0);
    expect(finish?.usage.outputTokens.total).toBeUndefined();
  });

  // An answer in one piece has no middle.
  const endings = kind.kind === "ollama" ? [] : (["end", "half", "error", "cut"] as const);
  test.each(endings)("an answer that breaks off (%s) fails", async (ending) => {
    server.enqueue({ words: ["one", "two"], ending });
    const answer = await ask();
    expect(answer.finish).toBeUndefined();
    expect(answer.error).toBeDefined();
    const failure = describeModelFailure(answer.error, kind);
    expect(failure.retryable).toBe(true);
    expect(failure.userMessage).not.toMatch(/[{<]/);
  });

  test("a web page instead of an answer is told in words", async () => {
    const answer = await ask({ prompt: userPrompt("html:x") });
    const failure = describeModelFailure(answer.error, kind);
    expect(failure.userMessage).not.toMatch(/<|Please log in/);
    expect(readProviderError(answer.error, kind)).toMatchObject({ source: "network" });
  });

  test("a refusal is told with its status, type and wait", async () => {
    server.enqueue({ status: 429, message: "Slow down", headers: { "retry-after": "7" } });
    const { error } = await ask();
    expect(readProviderError(error, kind)).toMatchObject({
      source: "http",
      provider: kind.provider,
      model: kind.model,
      status: 429,
      message: "Slow down",
      retryAfterMs: 7000,
    });
  });

  test("an abort closes the connection", async () => {
    const abort = new AbortController();
    const { languageModel } = await modelOf(kind);
    const answer = collect(languageModel, { prompt: userPrompt("hang:x"), abortSignal: abort.signal });
    const request = await server.request(1);
    abort.abort();
    await request.aborted;
    expect((await answer).error).toMatchObject({ name: "AbortError" });
  });

  test("parameters of the model count, and what the caller says wins", async () => {
    const entry = { params: { temperature: 0.25, maxTokens: 900 } };
    await ask({ providerOptions: {} }, { entry });
    const limit = kind.kind === "openai-codex-responses" ? 0 : 1;
    expect(JSON.stringify(server.lastRequest().body).match(/[":]900\b/g) ?? []).toHaveLength(limit);
    expect(JSON.stringify(server.lastRequest().body)).toMatch(/"temperature":0.25/);
    await ask({ providerOptions: {}, temperature: 1, maxOutputTokens: 77 }, { entry });
    expect(JSON.stringify(server.lastRequest().body)).toMatch(/"temperature":1\b/);
    expect(JSON.stringify(server.lastRequest().body)).not.toMatch(/0\.25|:900/);
  });

  test("a model that cannot see gets a note in place of an image", async () => {
    await ask({ prompt: longConversation(kind) }, { definition: { input: ["text"] } });
    const text = JSON.stringify(server.lastRequest().body);
    expect(text).toContain("[An image was here. The current model cannot see images.]");
    expect(text).not.toContain(pixel);
  });
});
