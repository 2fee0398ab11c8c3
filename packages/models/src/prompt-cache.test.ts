import { silentLog } from "@openclaw/log";
import { expect, test } from "vitest";
import { createModels } from "./create-models.ts";
import { collect, userPrompt } from "./testing/collect.ts";

/** Calls a built-in provider at its own address and returns the body it would have got. */
async function bodyFor(name: string, cacheRetention: string | undefined): Promise<Record<string, unknown>> {
  let sent = "";
  const fetchNow: typeof fetch = async (_url, init) => {
    const { body } = init ?? {};
    sent = typeof body === "string" ? body : Buffer.from(body as Uint8Array).toString("utf8");
    return Response.json({ error: { message: "enough seen" } }, { status: 400 });
  };
  const entry = cacheRetention === undefined ? {} : { params: { cacheRetention } };
  const config = { agents: { defaults: { models: { [name]: entry } } } };
  const env = { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k", AWS_BEARER_TOKEN_BEDROCK: "k", OPENROUTER_API_KEY: "k" };
  const models = createModels({ config: () => config, env, log: silentLog, fetch: fetchNow });
  const { languageModel, providerOptions } = await models.resolve(models.canonical(name)!);
  const session = { sessionId: "s".repeat(80) };
  await collect(languageModel, { prompt: userPrompt("hello"), providerOptions: providerOptions("off", session) });
  return JSON.parse(sent);
}

test.each([
  [undefined, { prompt_cache_key: "s".repeat(64) }],
  ["short", { prompt_cache_key: "s".repeat(64) }],
  ["long", { prompt_cache_key: "s".repeat(64), prompt_cache_retention: "24h" }],
  ["none", {}],
])("OpenAI, retention %s: %j", async (retention, fields) => {
  const body = await bodyFor("openai/gpt-5.2", retention);
  const { prompt_cache_key, prompt_cache_retention } = body;
  expect(JSON.parse(JSON.stringify({ prompt_cache_key, prompt_cache_retention }))).toEqual(fields);
});

test.each([
  [undefined, { type: "ephemeral" }],
  ["short", { type: "ephemeral" }],
  ["long", { type: "ephemeral", ttl: "1h" }],
  ["none", undefined],
])("Anthropic, retention %s marks the system prompt and the user's words with %j", async (retention, mark) => {
  const body = await bodyFor("anthropic/claude-opus-4-5", retention);
  expect(body.system).toEqual([{ type: "text", text: "You are a test.", ...(mark && { cache_control: mark }) }]);
  expect(body.messages).toEqual([
    { role: "user", content: [{ type: "text", text: "hello", ...(mark && { cache_control: mark }) }] },
  ]);
});

test("Claude behind Bedrock is cached when asked to", async () => {
  const name = "amazon-bedrock/anthropic.claude-opus-4-5-20251101-v1:0";
  const point = { cachePoint: { type: "default" } };
  expect(await bodyFor(name, "short")).toMatchObject({
    system: [{ text: "You are a test." }, point],
    messages: [{ role: "user", content: [{ text: "hello" }, point] }],
  });
  expect(JSON.stringify(await bodyFor(name, undefined))).not.toContain("cachePoint");
});

test("Claude behind OpenRouter is marked at its last text", async () => {
  const marked = { cache_control: { type: "ephemeral" } };
  const messages = (body: Record<string, unknown>) => JSON.stringify(body.messages);
  expect(messages(await bodyFor("openrouter/anthropic/claude-opus-4.6", undefined))).toContain(
    JSON.stringify(marked).slice(1, -1),
  );
  expect(messages(await bodyFor("openrouter/anthropic/claude-opus-4.6", "none"))).not.toContain("cache_control");
});
