import { expect, it } from "vitest";
import { applyDefaults } from "./defaults.ts";
import type { OpenClawConfig } from "./parse.ts";

const noEnv = { env: {} };

it("fills in what an empty configuration means, whatever credentials exist", () => {
  const expected = {
    agents: {
      defaults: {
        maxConcurrent: 1,
        subagents: { maxConcurrent: 1 },
        compaction: { mode: "default" },
        contextPruning: { mode: "adaptive" },
        heartbeat: { every: "30m" },
      },
    },
    commands: { native: "auto", nativeSkills: "auto" },
    messages: { ackReactionScope: "group-mentions" },
    session: { mainKey: "main" },
  };
  expect(applyDefaults({}, noEnv)).toEqual(expected);
  expect(applyDefaults({}, { env: { ANTHROPIC_API_KEY: "k" } })).toEqual(expected);
});

it("keeps what is set and does not touch its argument", () => {
  const config: OpenClawConfig = {
    agents: { defaults: { maxConcurrent: 4, heartbeat: { every: "2h", target: "none" } }, list: [{ id: "a" }] },
    commands: { native: false },
    session: { mainKey: "home" },
    logging: { redactSensitive: "off" },
  };
  const before = structuredClone(config);
  const result = applyDefaults(config, noEnv);
  expect(config).toEqual(before);
  expect(result).toMatchObject({ ...before, commands: { native: false, nativeSkills: "auto" } });
});

it("masks secrets in logs as soon as there is a logging section", () => {
  expect(applyDefaults({ logging: {} }, noEnv).logging).toEqual({ redactSensitive: "tools" });
});

it("does not materialise channel defaults, which depend on the account", () => {
  const channels = { telegram: { accounts: { a: {} } }, defaults: { groupPolicy: "open" as const } };
  expect(applyDefaults({ channels }, noEnv).channels).toEqual(channels);
});

it("gives the alias opus to the newer model when both are listed", () => {
  const models = { "anthropic/claude-opus-4-5": {}, "anthropic/claude-opus-4-6": {} };
  const result = applyDefaults({ agents: { defaults: { models } } }, noEnv).agents.defaults.models;
  expect(result).toEqual({ "anthropic/claude-opus-4-5": {}, "anthropic/claude-opus-4-6": { alias: "opus" } });
});

it("leaves an alias the user gave away, in any case, and an alias that was emptied", () => {
  const models = { "openai/gpt-5.2": {}, "other/x": { alias: "GPT" }, "openai/gpt-5-mini": { alias: "" } };
  const result = applyDefaults({ agents: { defaults: { models } } }, noEnv).agents.defaults.models;
  expect(result).toEqual(models);
});

it("shortens the prompt cache of Anthropic models that are paid by key", () => {
  const models = { "anthropic/x": {}, "anthropic/y": { params: { cacheRetention: "long" } }, "openai/z": {} };
  const retention = (config: OpenClawConfig, env = {}) => {
    const merged = { ...config, agents: { defaults: { models } } };
    return Object.values(applyDefaults(merged, { env }).agents.defaults.models ?? {}).map(
      (entry) => entry.params?.cacheRetention,
    );
  };
  const profile = (mode: "api_key" | "oauth") => ({ provider: "anthropic", mode });
  expect(retention({}, { ANTHROPIC_API_KEY: "k" })).toEqual(["short", "long", undefined]);
  expect(retention({}, { ANTHROPIC_API_KEY: "k", ANTHROPIC_OAUTH_TOKEN: "t" })).toEqual([undefined, "long", undefined]);
  expect(retention({ auth: { profiles: { a: profile("api_key") } } })).toEqual(["short", "long", undefined]);
  const both = { a: profile("api_key"), b: profile("oauth") };
  expect(retention({ auth: { profiles: both, order: { anthropic: ["b", "a"] } } })).toEqual([
    undefined,
    "long",
    undefined,
  ]);
});

it("takes the speech key from the environment, else from the first start file that assigns it", () => {
  const files: Record<string, string> = {
    "/h/.profile": 'echo ELEVENLABS_API_KEY=no\nexport ELEVENLABS_API_KEY="$OTHER"\n',
    "/h/.zshrc": "# x\n  export ELEVENLABS_API_KEY='from-zshrc' # mine\n",
    "/h/.bashrc": "ELEVENLABS_API_KEY=from-bashrc\n",
  };
  const readText = (path: string) => files[path];
  const key = (config: OpenClawConfig, env = {}) => applyDefaults(config, { env, home: "/h", readText }).talk?.apiKey;
  expect(key({})).toBe("from-zshrc");
  expect(key({}, { ELEVENLABS_API_KEY: "from-env" })).toBe("from-env");
  expect(key({ talk: { apiKey: "own" } }, { ELEVENLABS_API_KEY: "from-env" })).toBe("own");
  delete files["/h/.zshrc"];
  expect(key({ talk: { voiceId: "v" } })).toBe("from-bashrc");
  expect(applyDefaults({}, { env: {}, home: "/nowhere/at/all" }).talk).toBeUndefined();
});

it("brings the commands of every Telegram account into their form", () => {
  const customCommands = [{ command: " /Go ", description: " d " }];
  const config: OpenClawConfig = { channels: { telegram: { accounts: { a: { customCommands } } } } };
  expect(applyDefaults(config, noEnv).channels?.telegram?.accounts?.a?.customCommands).toEqual([
    { command: "go", description: "d" },
  ]);
});
