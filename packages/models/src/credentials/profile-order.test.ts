import { expect, test } from "vitest";
import { readProfiles } from "./profile-file.ts";
import { type AuthConfig, orderProfiles } from "./profile-order.ts";

const now = 1_000_000;
const key = (provider = "openai") => ({ type: "api_key", provider, key: "k" });

function order(raw: Record<string, unknown>, config?: AuthConfig, preferred?: string): string[] {
  return orderProfiles({
    provider: "openai",
    file: readProfiles(raw),
    config,
    normalize: (id) => id.toLowerCase(),
    now,
    preferred,
  }).map(({ id }) => id);
}

test("without an order sign-ins come before tokens and keys, and what was used longest ago before the rest", () => {
  const profiles = {
    "openai:a": key(),
    "openai:b": key("OpenAI"),
    "openai:token": { type: "token", provider: "openai", token: "t" },
    "openai:oauth": { type: "oauth", provider: "openai", access: "a", refresh: "r", expires: 0 },
    "zai:default": key("zai"),
  };
  const usageStats = { "openai:a": { lastUsed: 20 }, "openai:b": { lastUsed: 10 } };
  expect(order({ profiles, usageStats })).toEqual(["openai:oauth", "openai:token", "openai:b", "openai:a"]);
});

test("an order somebody gave is kept: the stored one before the configured one", () => {
  const profiles = { "openai:a": key(), "openai:b": key(), "openai:c": key() };
  const usageStats = { "openai:b": { lastUsed: 5 } };
  const config = { order: { openai: ["openai:c", "openai:a"] } };
  expect(order({ profiles, usageStats }, config)).toEqual(["openai:c", "openai:a"]);
  expect(order({ profiles, usageStats, order: { OpenAI: ["openai:b", "openai:a"] } }, config)).toEqual([
    "openai:b",
    "openai:a",
  ]);
});

test("profiles that rest come last, the one that is soonest ready first", () => {
  const profiles = { "openai:a": key(), "openai:b": key(), "openai:c": key() };
  const usageStats = { "openai:a": { cooldownUntil: now + 500 }, "openai:b": { disabledUntil: now + 100 } };
  expect(order({ profiles, usageStats })).toEqual(["openai:c", "openai:b", "openai:a"]);
  const config = { order: { openai: ["openai:a", "openai:b", "openai:c"] } };
  expect(order({ profiles, usageStats }, config)).toEqual(["openai:c", "openai:b", "openai:a"]);
});

test("the configuration's list of profiles leaves the others out, and so does another mode", () => {
  const profiles = {
    "openai:a": key(),
    "openai:b": key(),
    "openai:t": { type: "token", provider: "openai", token: "t" },
  };
  const config: AuthConfig = {
    profiles: {
      "openai:b": { provider: "openai", mode: "oauth" },
      "openai:t": { provider: "openai", mode: "oauth" },
      "openai:gone": { provider: "openai", mode: "api_key" },
    },
  };
  expect(order({ profiles }, config)).toEqual(["openai:t"]);
});

test("empty secrets and tokens that ran out are left out", () => {
  const profiles = {
    "openai:empty": { type: "api_key", provider: "openai", key: "  \n" },
    "openai:old": { type: "token", provider: "openai", token: "t", expires: now },
    "openai:new": { type: "token", provider: "openai", token: "t", expires: now + 1 },
    "openai:nothing": { type: "oauth", provider: "openai", access: "", refresh: "", expires: 0 },
    "openai:renewable": { type: "oauth", provider: "openai", access: "", refresh: "r", expires: 0 },
    "openai:other": { type: "passkey", provider: "openai" },
    "openai:nobody": { type: "api_key", key: "k" },
  };
  expect(order({ profiles })).toEqual(["openai:renewable", "openai:new"]);
});

test("a preferred profile goes first when it can be used at all", () => {
  const profiles = { "openai:a": key(), "openai:b": key() };
  expect(order({ profiles }, undefined, "openai:b")).toEqual(["openai:b", "openai:a"]);
  expect(order({ profiles }, undefined, "openai:gone")).toEqual(["openai:a", "openai:b"]);
});
