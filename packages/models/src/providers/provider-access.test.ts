import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { expect, onTestFinished, test } from "vitest";
import { createModels } from "../create-models.ts";
import { providerAccess } from "./provider-access.ts";

test("a provider is reached with its key and at its configured address", async () => {
  const config = { models: { providers: { openai: { apiKey: "sk-1", baseUrl: "http://h/v1", headers: { a: "b" } } } } };
  expect(await providerAccess("OpenAI", { config, env: {} })).toEqual({
    apiKey: "sk-1",
    baseUrl: "http://h/v1",
    headers: { a: "b" },
  });
  expect(await providerAccess("groq", { config, env: { GROQ_API_KEY: " k\n" } })).toEqual({ apiKey: "k", headers: {} });
});

test("services without chat models have keys as well", async () => {
  expect(await providerAccess("deepgram", { config: {}, env: { DEEPGRAM_API_KEY: "d" } })).toEqual({
    apiKey: "d",
    headers: {},
  });
  const env = { GOOGLE_API_KEY: "second", GEMINI_API_KEY: "first" };
  expect(await providerAccess("google", { config: {}, env })).toMatchObject({ apiKey: "first" });
  expect(await providerAccess("google", { config: {}, env: { GOOGLE_API_KEY: "second" } })).toMatchObject({
    apiKey: "second",
  });
});

test("without a key there is no access", async () => {
  for (const provider of ["openai", "deepgram", "nobody"]) {
    expect(await providerAccess(provider, { config: {}, env: {} })).toBeUndefined();
  }
});

test("a stored profile comes before variables, one that is asked for before all", async () => {
  const stateDir = mkdtempSync(join(tmpdir(), "openclaw-access-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const dir = join(stateDir, "agents", "main", "agent");
  mkdirSync(dir, { recursive: true });
  const profile = (key: string) => ({ type: "api_key", provider: "openai", key });
  const profiles = { "openai:a": profile("key-a"), "openai:b": profile("key-b") };
  const file = { version: 1, profiles, order: { openai: ["openai:a", "openai:b"] } };
  writeFileSync(join(dir, "auth-profiles.json"), JSON.stringify(file));
  const env = { OPENAI_API_KEY: "from-env" };
  const { credentials } = createModels({ config: () => ({}), env, log: silentLog, stateDir });
  const ask = (more: object = {}) => providerAccess("openai", { config: {}, env, credentials, ...more });
  expect(await ask()).toEqual({ apiKey: "key-a", profile: "openai:a", headers: {} });
  expect(await ask({ profile: "openai:b" })).toMatchObject({ apiKey: "key-b" });
  expect(await ask({ preferredProfile: "openai:b" })).toMatchObject({ apiKey: "key-b" });
  await expect(ask({ profile: "openai:c" })).rejects.toThrow('No credentials found for profile "openai:c".');
});
