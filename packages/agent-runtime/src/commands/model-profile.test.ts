import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { createModels, type Models } from "@openclaw/models";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commandRequest, commandServices } from "../testing/command-services.ts";
import { applyDirectives } from "./directive-command.ts";
import { inlineSettings } from "./inline-settings.ts";
import { modelListing } from "./models-command.ts";

const now = Date.parse("2026-02-13T10:00:00Z");
let dir: string;
let models: Models;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openclaw-profiles-"));
  const agentDir = join(dir, "agents", "main", "agent");
  mkdirSync(agentDir, { recursive: true });
  const key = (provider: string, value: string) => ({ type: "api_key", provider, key: value });
  writeFileSync(
    join(agentDir, "auth-profiles.json"),
    JSON.stringify({
      profiles: {
        "openai:work": key("openai", "sk-proj-0123456789abcdefghijklmnop"),
        "openai:me@example.com": key("openai", "short"),
        "anthropic:manual": {
          type: "token",
          provider: "anthropic",
          token: `sk-ant-oat01-${"x".repeat(80)}`,
          expires: now + 47 * 3_600_000,
        },
      },
      lastGood: { openai: "openai:work" },
      usageStats: { "openai:me@example.com": { cooldownUntil: now + 5 * 60_000 } },
    }),
  );
  const config = {
    models: {
      providers: {
        own: {
          baseUrl: "https://own.example/v1",
          api: "openai-completions",
          apiKey: "OWN_KEY",
          models: [{ id: "glm" }],
        },
      },
    },
    agents: {
      defaults: {
        model: "anthropic/claude-opus-4-6",
        models: { "anthropic/claude-opus-4-6": {}, "openai/gpt-5.2": { alias: "gpt" }, "own/glm": {} },
      },
    },
  };
  models = createModels({
    config: () => config,
    env: { OWN_KEY: "zzz" },
    log: silentLog,
    stateDir: dir,
    shellEnvKeys: () => ["OWN_KEY"],
    clock: { now: () => now },
  });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function services() {
  return commandServices({
    models,
    now: () => now,
    authFile: (agentId) => models.credentials?.store(agentId).path ?? "",
    endpoint: (provider) =>
      provider === "own" ? { baseUrl: "https://own.example/v1", api: "openai-completions" } : {},
  });
}

test.each([
  ["openai/gpt-5.2@openai:work", "Model set to gpt (openai/gpt-5.2).\nAuth profile set to openai:work.", "openai:work"],
  [
    "gpt@openai:me@example.com",
    "Model set to gpt (openai/gpt-5.2).\nAuth profile set to openai:me@example.com.",
    "openai:me@example.com",
  ],
  ["openai/gpt-5.2@openai:gone", 'Auth profile "openai:gone" not found.', undefined],
  ["openai/gpt-5.2@anthropic:manual", 'Auth profile "anthropic:manual" is for anthropic, not openai.', undefined],
  ["@openai:work", "Auth profile override requires a model selection.", undefined],
])("/model %s", async (value, text, pinned) => {
  const made = services();
  const reply = await applyDirectives([{ name: "model", value }], commandRequest(""), made);
  expect(reply.text).toBe(text);
  expect(made.entry()?.authProfileOverride).toBe(pinned);
  if (pinned !== undefined) expect(made.entry()?.authProfileOverrideSource).toBe("user");
});

test("a profile named inside a message counts for that message alone", async () => {
  const made = services();
  const inline = await inlineSettings("/model openai/gpt-5.2@openai:work hello", {}, commandRequest(""), made);
  expect(inline).toMatchObject({ text: "hello", model: { provider: "openai" }, profile: "openai:work" });
  expect(made.entry()).toBeUndefined();
});

test("/model status names the file, the address, the api and every credential without its secret", async () => {
  const text = await modelListing("status", commandRequest("status"), services());
  expect(text.split("\n")).toEqual([
    "Current: anthropic/claude-opus-4-6",
    "Default: anthropic/claude-opus-4-6",
    "Agent: main",
    `Auth file: ${dir}/agents/main/agent/auth-profiles.json`,
    "",
    "[anthropic] endpoint: default api: anthropic-messages auth: anthropic:manual=sk-ant-o...xxxxxxxx (next, exp 47h)",
    "  • anthropic/claude-opus-4-6 (opus)",
    "",
    "[openai] endpoint: default api: openai-responses auth: openai:work=sk-proj-...ijklmnop (next, lastGood), openai:me@example.com=s...t (cooldown 5m)",
    "  • openai/gpt-5.2 (gpt)",
    "",
    "[own] endpoint: https://own.example/v1 api: openai-completions auth: shell env: OWN_KEY",
    "  • own/glm",
  ]);
});
