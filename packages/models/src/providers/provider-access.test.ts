import { expect, test } from "vitest";
import { providerAccess } from "./provider-access.ts";

test("a provider is reached with its configured key and address, else with its variable", () => {
  const config = { models: { providers: { openai: { apiKey: "sk-1", baseUrl: "http://h/v1", headers: { a: "b" } } } } };
  expect(providerAccess("OpenAI", { config, env: { OPENAI_API_KEY: "sk-2" } })).toEqual({
    apiKey: "sk-1",
    baseUrl: "http://h/v1",
    headers: { a: "b" },
  });
  expect(providerAccess("groq", { config, env: { GROQ_API_KEY: " k\n" } })).toEqual({ apiKey: "k", headers: {} });
});

test("services without chat models have keys as well", () => {
  expect(providerAccess("deepgram", { config: {}, env: { DEEPGRAM_API_KEY: "d" } })).toEqual({
    apiKey: "d",
    headers: {},
  });
  const env = { GOOGLE_API_KEY: "second", GEMINI_API_KEY: "first" };
  expect(providerAccess("google", { config: {}, env })).toMatchObject({ apiKey: "first" });
  expect(providerAccess("google", { config: {}, env: { GOOGLE_API_KEY: "second" } })).toMatchObject({
    apiKey: "second",
  });
});

test("without a key there is no access", () => {
  for (const provider of ["openai", "deepgram", "nobody"]) {
    expect(providerAccess(provider, { config: {}, env: {} })).toBeUndefined();
  }
});
