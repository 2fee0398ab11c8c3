import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModels } from "../create-models.ts";
import type { ModelsConfig } from "../models-config.ts";
import { createModelsJson, type ModelsJsonOptions } from "./models-json.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "openclaw-models-json-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const fileOf = () => path.join(dir, "agent", "models.json");
const read = () => JSON.parse(readFileSync(fileOf(), "utf8"));

function setUp(options: Partial<ModelsJsonOptions> = {}) {
  const warnings: string[] = [];
  const json = createModelsJson({
    file: fileOf,
    env: {},
    stored: () => undefined,
    discovered: () => [],
    log: { ...silentLog, warn: (text: string) => void warnings.push(text) },
    now: () => 1234,
    ...options,
  });
  return { json, warnings };
}

const local = {
  baseUrl: "http://127.0.0.1:1/v1",
  apiKey: "LOCAL_KEY",
  api: "openai-completions",
  models: [{ id: "m" }],
};
const withLocal: ModelsConfig = { models: { providers: { local } } };

test("the configured providers are written for the agent alone to read, and only when something changed", async () => {
  const { json } = setUp();
  await json.update(withLocal);
  expect(read()).toEqual({ providers: { local } });
  expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(fileOf())).mode & 0o777).toBe(0o700);
  const { ino } = statSync(fileOf());
  await json.update({ ...withLocal });
  expect(statSync(fileOf()).ino).toBe(ino);
  expect(json.follows(withLocal)).toBe(false);
});

test("nothing is written when there is nothing to write", async () => {
  const { json } = setUp();
  await json.update({});
  expect(existsSync(fileOf())).toBe(false);
});

test("a provider with a credential is implied; its key is named, not copied", async () => {
  const stored = (id: string) =>
    id === "qwen-portal"
      ? { baseUrl: "https://dashscope.example/v1" }
      : id === "cloudflare-ai-gateway"
        ? { metadata: { accountId: "acc", gatewayId: "gate" } }
        : undefined;
  const { json } = setUp({ env: { MOONSHOT_API_KEY: "sk-very-secret", AWS_PROFILE: "work" }, stored });
  await json.update({
    models: { providers: { moonshot: { baseUrl: "https://api.moonshot.cn/v1", models: [{ id: "mine" }] } } },
  });
  const { providers } = read();
  expect(Object.keys(providers).sort()).toEqual(["amazon-bedrock", "cloudflare-ai-gateway", "moonshot", "qwen-portal"]);
  expect(providers.moonshot).toMatchObject({ apiKey: "MOONSHOT_API_KEY", baseUrl: "https://api.moonshot.cn/v1" });
  expect(providers.moonshot.models.map(({ id }: { id: string }) => id).slice(0, 2)).toEqual(["mine", "kimi-k2.5"]);
  expect(providers["qwen-portal"]).toMatchObject({ apiKey: "qwen-oauth", baseUrl: "https://dashscope.example/v1" });
  expect(providers["cloudflare-ai-gateway"].baseUrl).toBe("https://gateway.ai.cloudflare.com/v1/acc/gate/anthropic");
  expect(providers["amazon-bedrock"]).toMatchObject({
    auth: "aws-sdk",
    baseUrl: "https://bedrock-runtime.us-east-1.amazonaws.com",
  });
  expect(readFileSync(fileOf(), "utf8")).not.toContain("sk-very-secret");
});

test("merge keeps what others wrote into the file, replace does not", async () => {
  const { json } = setUp();
  await json.update(withLocal);
  const hand = { ...read().providers, mine: { baseUrl: "http://127.0.0.1:2/v1", models: [{ id: "x" }], note: "kept" } };
  writeFileSync(fileOf(), JSON.stringify({ providers: hand }));
  await json.update({ ...withLocal });
  expect(Object.keys(read().providers).sort()).toEqual(["local", "mine"]);
  expect(read().providers.mine.note).toBe("kept");
  expect(json.providers().mine).toMatchObject({ baseUrl: "http://127.0.0.1:2/v1" });
  await json.update({ models: { ...withLocal.models, mode: "replace" } });
  expect(Object.keys(read().providers)).toEqual(["local"]);
});

test("a damaged file is kept aside and reported, and everything else works", async () => {
  const { json, warnings } = setUp();
  await json.update(withLocal);
  writeFileSync(fileOf(), '{ "providers": {');
  await json.update({ ...withLocal });
  expect(readdirSync(path.dirname(fileOf())).sort()).toEqual(["models.json", "models.json.corrupt-1234"]);
  expect(readFileSync(`${fileOf()}.corrupt-1234`, "utf8")).toBe('{ "providers": {');
  expect(warnings).toEqual([expect.stringMatching(/models\.json is damaged .* kept as models\.json\.corrupt-1234/)]);
  expect(read()).toEqual({ providers: { local } });
});

test("an entry that is none is reported and kept; the others are used", async () => {
  const { json, warnings } = setUp();
  await json.update(withLocal);
  writeFileSync(fileOf(), JSON.stringify({ providers: { odd: 3, good: { baseUrl: "http://127.0.0.1:3/v1" } } }));
  await json.update({ ...withLocal });
  expect(warnings).toEqual([expect.stringContaining("providers.odd is no object")]);
  expect(read().providers.odd).toBe(3);
  expect(Object.keys(json.providers())).toEqual(["good"]);
});

test("a folder that cannot be written is reported", async () => {
  writeFileSync(path.join(dir, "agent"), "a file");
  chmodSync(path.join(dir, "agent"), 0o600);
  const { json, warnings } = setUp();
  await json.update(withLocal);
  expect(warnings.join()).toContain("cannot be");
});

test("what the file says of a provider or a model counts, under what the configuration says", async () => {
  const config: ModelsConfig = { models: { providers: { anthropic: { models: [] } } } };
  const stateDir = path.join(dir, "state");
  const file = path.join(stateDir, "agents", "main", "agent", "models.json");
  const entry = {
    baseUrl: "https://proxy.example",
    modelOverrides: { "claude-opus-4-6": { contextWindow: 1_000_000, cost: { input: 1 } } },
  };
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ providers: { anthropic: entry, tiny: { ...local, models: [{ id: "t" }] } } }));
  const models = createModels({
    config: () => config,
    env: { ANTHROPIC_API_KEY: "k", MOONSHOT_API_KEY: "k" },
    log: silentLog,
    stateDir,
  });
  const { info } = await models.resolve({ provider: "anthropic", model: "claude-opus-4-6" });
  expect(info).toMatchObject({ contextWindow: 1_000_000, cost: { input: 1, output: 25 } });
  const list = await models.list({ all: true });
  expect(list).toContainEqual(expect.objectContaining({ provider: "tiny", id: "t" }));
  expect(list).toContainEqual(expect.objectContaining({ provider: "anthropic", contextWindow: 1_000_000 }));
  const written = JSON.parse(readFileSync(file, "utf8")).providers;
  expect(Object.keys(written).sort()).toEqual(["anthropic", "moonshot", "tiny"]);
  expect(written.anthropic).toEqual({ models: [], modelOverrides: entry.modelOverrides });
});
