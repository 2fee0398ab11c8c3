import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { createModels } from "../create-models.ts";
import { type TemporaryState, temporaryState } from "../testing/temporary-state.ts";
import { createTestLog } from "../testing/test-log.ts";
import { type Credentials, type CredentialsConfig, createCredentials } from "./credentials.ts";
import { createProfileStore } from "./profile-store.ts";

const start = Date.parse("2026-02-13T10:00:00Z");
let state: TemporaryState;
let now: number;

beforeEach(() => {
  state = temporaryState();
  now = start;
});

function credentials(config: CredentialsConfig = {}, env: NodeJS.ProcessEnv = {}): Credentials & { lines: string[] } {
  const log = createTestLog();
  const made = createCredentials({
    stateDir: state.dir,
    config: () => config,
    env,
    fetch: () => Promise.reject(new Error("nothing is asked here")),
    now: () => now,
    log,
    normalize: (id) => id.trim().toLowerCase(),
    refreshers: {},
  });
  return Object.assign(made, { lines: log.lines });
}

const key = (value = "sk-1", provider = "openai") => ({ type: "api_key", provider, key: value });

describe("the file", () => {
  test("is written for its owner alone, whole, and without a lock left behind", async () => {
    const store = credentials().store();
    await store.update((draft) =>
      draft.setProfile("openai:default", { type: "api_key", provider: "openai", key: "k" }),
    );
    expect(statSync(store.path).mode & 0o777).toBe(0o600);
    expect(statSync(state.agentPath()).mode & 0o777).toBe(0o700);
    expect(state.readProfiles()).toEqual({
      version: 1,
      profiles: { "openai:default": { type: "api_key", provider: "openai", key: "k" } },
    });
    expect(readdirSync(state.agentPath()).sort()).toEqual(["auth-profiles.json", "auth.json"]);
  });

  test("keeps what this release does not understand", async () => {
    const before = {
      version: 1,
      profiles: { "x:1": { type: "passkey", provider: "x", blob: [1] }, "openai:default": { ...key(), note: "mine" } },
      future: { a: 1 },
    };
    state.profiles(before);
    const store = credentials().store();
    expect([...store.read().profiles.keys()]).toEqual(["openai:default"]);
    await store.update((draft) =>
      draft.setProfile("openai:default", { type: "api_key", provider: "openai", key: "new\r\n" }),
    );
    expect(state.readProfiles()).toEqual({
      ...before,
      profiles: { ...before.profiles, "openai:default": { ...key("new"), note: "mine" } },
    });
  });

  test("is read again when another process has changed it, and only then", () => {
    state.profiles({ profiles: { "openai:a": key() } });
    const made = credentials();
    const first = made.profiles();
    expect(made.profiles()).toBe(first);
    state.profiles({ profiles: { "openai:a": key(), "openai:b": key() } });
    expect([...made.profiles().profiles.keys()]).toEqual(["openai:a", "openai:b"]);
  });

  test("that is no JSON counts as empty, is reported, and is kept aside when something is added", async () => {
    state.profiles('{ "profiles": { "openai:a": { "key": "sk-secret"');
    const made = credentials();
    expect(made.order("openai")).toEqual([]);
    expect(made.problems()).toEqual([expect.stringContaining("auth-profiles.json is not a JSON object")]);
    made.failed("openai:a", "openai", "auth");
    await made.settled();
    expect(readFileSync(state.agentPath("auth-profiles.json"), "utf8")).toContain("sk-secret");
    await made
      .store()
      .update((draft) => draft.setProfile("zai:default", { type: "api_key", provider: "zai", key: "z" }));
    const aside = readdirSync(state.agentPath()).find((name) => name.includes(".corrupt-"));
    expect(readFileSync(state.agentPath(aside), "utf8")).toContain("sk-secret");
    expect(made.order("zai").map(({ id }) => id)).toEqual(["zai:default"]);
    expect(made.lines.join("\n")).toContain("is kept as");
    expect(made.lines.join("\n")).not.toContain("sk-secret");
  });

  test("changes of two programs at the same time are both kept", async () => {
    const stores = [1, 2].map(() =>
      createProfileStore({ path: state.agentPath("auth-profiles.json"), now: Date.now, log: createTestLog() }),
    );
    await Promise.all(
      stores.flatMap((store, program) =>
        [0, 1, 2].map((n) =>
          store.update((draft) => draft.setProfile(`p${program}:${n}`, { type: "api_key", provider: "p", key: "k" })),
        ),
      ),
    );
    expect(Object.keys(Object(state.readProfiles().profiles))).toHaveLength(6);
  });
});

describe("whose profiles count", () => {
  test("an agent sees the default agent's profiles under its own; what it writes stays its own", async () => {
    state.profiles({
      profiles: { "openai:a": key("main"), "zai:a": key("z", "zai") },
      order: { openai: ["openai:a"] },
    });
    state.profiles({ profiles: { "openai:a": key("own") } }, "work");
    const made = credentials({ agents: { list: [{ id: "main" }, { id: "work" }] } });
    expect(await made.source("openai:a", "openai", "work")()).toEqual({ kind: "api-key", key: "own" });
    expect(await made.source("zai:a", "zai", "work")()).toEqual({ kind: "api-key", key: "z" });
    made.failed("zai:a", "zai", "rate_limit", "work");
    await made.settled();
    expect(state.readProfiles("work")).toMatchObject({ usageStats: { "zai:a": { errorCount: 1 } } });
    expect(state.readProfiles()).not.toHaveProperty("usageStats");
    expect(made.order("zai", { agentId: "main" })[0]?.unusableUntil).toBeUndefined();
  });

  test("the variable of the agent directory moves the default agent's", () => {
    const made = credentials({}, { PI_CODING_AGENT_DIR: state.agentPath("", "elsewhere") });
    expect(made.store().path).toBe(state.agentPath("auth-profiles.json", "elsewhere"));
    const configured = credentials({ agents: { list: [{ id: "main", agentDir: state.agentPath("", "named") }] } });
    expect(configured.store("Main").path).toBe(state.agentPath("auth-profiles.json", "named"));
  });
});

describe("what older releases have left", () => {
  test("auth.json becomes profiles once, and stays only as a copy made from them", async () => {
    state.write(state.agentPath("auth.json"), {
      openai: { type: "api_key", key: "k" },
      anthropic: { type: "oauth", access: "a", refresh: "r", expires: 5 },
    });
    await credentials().ready();
    expect(state.readProfiles()).toMatchObject({
      profiles: {
        "openai:default": { type: "api_key", provider: "openai", key: "k" },
        "anthropic:default": { type: "oauth", provider: "anthropic", access: "a", refresh: "r", expires: 5 },
      },
    });
    const made = credentials();
    await made.ready();
    await made.store().update((draft) => draft.removeProfile("openai:default"));
    expect(JSON.parse(readFileSync(state.agentPath("auth.json"), "utf8"))).toEqual({
      anthropic: { type: "oauth", access: "a", refresh: "r", expires: 5 },
    });
    await credentials().ready();
    expect(Object.keys(Object(state.readProfiles().profiles))).toEqual(["anthropic:default"]);
  });

  test("oauth.json is taken over for providers without a profile and is not changed", async () => {
    state.profiles({ profiles: { "anthropic:me": { type: "token", provider: "anthropic", token: "t" } } });
    const oauth = {
      anthropic: { access: "no", refresh: "no", expires: 1 },
      "openai-codex": { access: "a", refresh: "r", expires: 9, accountId: "acct" },
    };
    state.write(`${state.dir}/credentials/oauth.json`, oauth);
    await credentials().ready();
    expect(state.readProfiles()).toMatchObject({
      profiles: { "openai-codex:default": { type: "oauth", access: "a", refresh: "r", expires: 9, accountId: "acct" } },
    });
    expect(Object.keys(Object(state.readProfiles().profiles))).toEqual(["anthropic:me", "openai-codex:default"]);
    expect(JSON.parse(readFileSync(`${state.dir}/credentials/oauth.json`, "utf8"))).toEqual(oauth);
  });

  test("a machine without credentials gets no file", async () => {
    const made = credentials();
    await made.ready();
    made.succeeded("openai:default", "openai");
    await made.settled();
    expect(existsSync(state.agentPath("auth-profiles.json"))).toBe(false);
  });
});

describe("what is noted of a use", () => {
  test("a failure counts at once and stands in the file soon after; an answer clears it", async () => {
    state.profiles({ profiles: { "openai:a": key(), "openai:b": key() } });
    const made = credentials();
    made.failed("openai:a", "openai", "rate_limit");
    expect(made.order("openai").map(({ id }) => id)).toEqual(["openai:b", "openai:a"]);
    await made.settled();
    expect(state.readProfiles()).toMatchObject({
      usageStats: { "openai:a": { errorCount: 1, cooldownUntil: start + 60_000, failureCounts: { rate_limit: 1 } } },
    });
    now += 61_000;
    made.succeeded("openai:a", "openai");
    await made.settled();
    expect(state.readProfiles()).toMatchObject({
      lastGood: { openai: "openai:a" },
      usageStats: { "openai:a": { errorCount: 0, lastUsed: now } },
    });
  });

  test("uses in quick succession take turns without a write for each", async () => {
    state.profiles({ profiles: { "openai:a": key(), "openai:b": key() } });
    const made = credentials();
    const used: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      now += 1000;
      const id = made.order("openai")[0]?.id ?? "";
      used.push(id);
      made.succeeded(id, "openai");
    }
    expect(used).toEqual(["openai:a", "openai:b", "openai:a", "openai:b"]);
    await made.settled();
    now += 1000;
    const before = statSync(state.agentPath("auth-profiles.json")).mtimeMs;
    const last = Object(state.readProfiles().lastGood).openai;
    made.succeeded(last, "openai");
    await made.settled();
    expect(statSync(state.agentPath("auth-profiles.json")).mtimeMs).toBe(before);
  });
});

test("choosing the profile and its key for a turn takes less than 0.2 ms when nothing has changed", async () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`openai:${n}`, key(`sk-${n}`)]));
  state.profiles({ profiles: many });
  const made = credentials();
  const choose = async () => {
    await made.ready();
    const [first] = made.order("openai");
    return made.source(first?.id ?? "", "openai")();
  };
  expect(await choose()).toEqual({ kind: "api-key", key: "sk-0" });
  const times: number[] = [];
  for (let n = 0; n < 400; n += 1) {
    const start = performance.now();
    await choose();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  expect(times[100]).toBeLessThan(0.2);
});

test("a provider that is configured for a sign-in says so when there is none", async () => {
  const provider = {
    baseUrl: "https://x.example",
    api: "openai-completions",
    auth: "oauth",
    models: [{ id: "m" }],
  } as const;
  const config = { models: { providers: { mine: provider } } };
  const models = createModels({ config: () => config, env: {}, log: createTestLog(), stateDir: state.dir });
  await expect(models.resolve({ provider: "mine", model: "m" })).rejects.toThrow(
    'No API key resolved for provider "mine" (auth mode: oauth).',
  );
});
