import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { createModels, type Models } from "@openclaw/models";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type ScriptedModelServer,
  startScriptedModelServer,
} from "../../../models/src/testing/scripted-model-server.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime, mainKey, type TestRuntime, type TestRuntimeOptions } from "../testing/test-runtime.ts";
import type { Timers } from "./timers.ts";

let server: ScriptedModelServer;
let test1: TestRuntime | undefined;
let models: Models;
let dir: string;

beforeEach(async () => {
  server = await startScriptedModelServer();
  dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-failover-")));
});
afterEach(async () => {
  await test1?.close();
  test1 = undefined;
  await server.close();
});

const profilesPath = () => join(dir, "agents", "main", "agent", "auth-profiles.json");
const key = (provider: string, value: string) => ({ type: "api_key", provider, key: value });
const limited = { status: 429, message: "Rate limit reached" };

interface Setup {
  profiles?: Record<string, unknown>;
  usageStats?: Record<string, unknown>;
  fallbacks?: readonly string[];
  agentModel?: { primary?: string; fallbacks?: readonly string[] };
  window?: number;
  reasoning?: boolean;
  env?: NodeJS.ProcessEnv;
  now?: () => number;
  runtime?: TestRuntimeOptions;
}

/** A runtime whose provider `one` and `two` are the scripted server. */
function runtime(setup: Setup = {}): TestRuntime {
  mkdirSync(join(dir, "agents", "main", "agent"), { recursive: true });
  if (setup.profiles) {
    const { profiles, usageStats } = setup;
    writeFileSync(profilesPath(), JSON.stringify({ version: 1, profiles, ...(usageStats && { usageStats }) }));
  }
  const provider = (id: string) => ({
    baseUrl: server.openaiUrl,
    api: "openai-completions",
    models: [{ id, contextWindow: 100_000 }],
    headers: { "x-provider": id },
  });
  const config = {
    models: {
      providers: {
        one: {
          ...provider("m1"),
          models: [{ id: "m1", contextWindow: setup.window ?? 100_000, reasoning: setup.reasoning ?? false }],
        },
        two: provider("m2"),
        three: provider("m3"),
      },
    },
    agents: {
      defaults: {
        workspace: join(dir, "workspace"),
        skipBootstrap: true,
        model: { primary: "one/m1", ...(setup.fallbacks && { fallbacks: setup.fallbacks }) },
      },
      ...(setup.agentModel && { list: [{ id: "main", model: setup.agentModel }] }),
    },
  };
  const { log } = setup.runtime ?? {};
  models = createModels({
    config: () => config,
    env: setup.env ?? {},
    log: log ?? silentLog,
    stateDir: dir,
    ...(setup.now && { clock: { now: setup.now } }),
  });
  test1 = createTestRuntime(scriptedModel([]), {
    dir,
    config,
    models,
    ...setup.runtime,
    ...(setup.now && { clock: { now: setup.now } }),
  });
  return test1;
}

const stored = () => JSON.parse(readFileSync(profilesPath(), "utf8"));
const asked = () => server.requests.map((request) => String(request.headers.authorization).replace("Bearer ", ""));
const userMessages = (body: Record<string, unknown>) =>
  (Array.isArray(body.messages) ? body.messages : []).filter((message) => Object(message).role === "user");

test("a profile that is refused for its rate rests, and the next one answers the same message", async () => {
  const made = runtime({ profiles: { "one:a": key("one", "ka"), "one:b": key("one", "kb") } });
  server.enqueue(limited);
  const before = Date.now();
  const result = await made.turn("hello");
  expect(result).toMatchObject({ status: "ok", texts: [expect.stringContaining("You said:")] });
  expect(asked()).toEqual(["ka", "kb"]);
  expect(userMessages(server.lastRequest().body)).toHaveLength(1);
  await models.credentials?.settled();
  const { errorCount, cooldownUntil } = stored().usageStats["one:a"];
  expect(errorCount).toBe(1);
  expect(cooldownUntil - before).toBeGreaterThanOrEqual(60_000);
  expect(cooldownUntil - before).toBeLessThan(70_000);
  expect(stored().lastGood).toEqual({ one: "one:b" });
  // Nothing of the attempt that failed is in the conversation.
  const messages = made.sessions.transcript(mainKey).context();
  expect(messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
});

test("the next profile is asked within 5 ms of the refusal, the network aside", async () => {
  const profiles = { "one:a": key("one", "ka"), "one:b": key("one", "kb") };
  const made = runtime({ profiles });
  await made.turn("warm up");
  const gaps: number[] = [];
  const trips: number[] = [];
  for (let n = 0; n < 10; n += 1) {
    writeFileSync(profilesPath(), JSON.stringify({ version: 1, profiles, order: { one: ["one:a", "one:b"] }, n }));
    made.sessions.update(mainKey, () => ({ authProfileOverride: undefined, authProfileOverrideSource: undefined }));
    const before = performance.now();
    await fetch(`${server.openaiUrl}/models`).then((answer) => answer.text());
    trips.push(performance.now() - before);
    const count = server.requests.length;
    const arrived = [1, 2].map((more) => server.request(count + more).then(() => performance.now()));
    server.enqueue(limited);
    await made.turn("refused first");
    const [first = 0, second = 0] = await Promise.all(arrived);
    gaps.push(second - first);
    await models.credentials?.settled();
  }
  // The best of ten is what it costs; everything above that is what else the machine does.
  expect(asked().slice(-2)).toEqual(["ka", "kb"]);
  expect(Math.min(...gaps) - Math.min(...trips)).toBeLessThan(5);
});

test("when every profile rests the model is passed over without a request", async () => {
  const rest = { cooldownUntil: Date.now() + 50_000 };
  const made = runtime({
    profiles: { "one:a": key("one", "ka"), "two:a": key("two", "kt") },
    usageStats: { "one:a": rest },
    fallbacks: ["two/m2"],
  });
  const result = await made.turn("hello");
  expect(result).toMatchObject({ status: "ok", provider: "two", model: "m2" });
  expect(asked()).toEqual(["kt"]);
});

test("without another model, a provider whose profiles all rest is told as such", async () => {
  const made = runtime({
    profiles: { "one:a": key("one", "ka") },
    usageStats: { "one:a": { cooldownUntil: Date.now() + 50_000 } },
  });
  const result = await made.turn("hello");
  expect(result.error).toMatch(
    /^No available auth profile for one \(all in cooldown or unavailable\)\. It is tried again in \d+ s\.$/,
  );
  expect(server.requests).toHaveLength(0);
});

test("when all models fail, each is named with what it said", async () => {
  const made = runtime({
    profiles: { "one:a": key("one", "ka"), "two:a": key("two", "kt") },
    fallbacks: ["two/m2", "three/m3"],
    env: { THREE: "x" },
  });
  server.enqueue(
    limited,
    { status: 402, message: "Payment Required" },
    { status: 503, message: "Service Unavailable" },
  );
  const result = await made.turn("hello");
  expect(result.error).toBe(
    "All models failed (3): one/m1: Rate limit reached (rate_limit) | two/m2: Payment Required (billing) | three/m3: Service Unavailable (rate_limit)",
  );
  expect(result.status).toBe("error");
  await models.credentials?.settled();
  expect(stored().usageStats["two:a"]).toMatchObject({ disabledReason: "billing" });
  expect(stored().usageStats["two:a"].disabledUntil - Date.now()).toBeGreaterThan(4.9 * 3_600_000);
});

test("an agent's empty list of fallbacks means that no other model is tried", async () => {
  const made = runtime({
    profiles: { "one:a": key("one", "ka"), "two:a": key("two", "kt") },
    fallbacks: ["two/m2"],
    agentModel: { primary: "one/m1", fallbacks: [] },
    runtime: { timers: { after: (ms, work) => (ms > 60_000 ? () => {} : cancelOf(setImmediate(work))) } },
  });
  server.enqueue(limited, limited, limited, limited);
  const result = await made.turn("hello");
  expect(result.status).toBe("error");
  expect(new Set(asked())).toEqual(new Set(["ka"]));
});

test("a model that is not known and one without a key make room for the next", async () => {
  const made = runtime({ fallbacks: ["openai/gpt-5.2", "two/m2"], profiles: { "two:a": key("two", "kt") } });
  made.sessions.ensure(mainKey);
  made.sessions.update(mainKey, () => ({ providerOverride: "nobody", modelOverride: "x" }));
  const result = await made.turn("hello");
  expect(result).toMatchObject({ status: "ok", provider: "two" });
});

test("a missing key is told in the words of the store", async () => {
  const made = runtime({ profiles: {} });
  made.sessions.ensure(mainKey);
  made.sessions.update(mainKey, () => ({ providerOverride: "openai", modelOverride: "gpt-5.2" }));
  server.enqueue({ status: 500 });
  const result = await made.turn("hello");
  const dirOf = join(dir, "agents", "main", "agent");
  expect(result.error).toContain(
    `openai/gpt-5.2: No API key found for provider "openai". Auth store: ${dirOf}/auth-profiles.json (agentDir: ${dirOf}).`.slice(
      0,
      190,
    ),
  );
  expect(result.error).toMatch(/^All models failed \(2\): /);
});

test("a window that is too small counts as a failure that another model may cure", async () => {
  const made = runtime({ window: 8000, fallbacks: ["two/m2"], profiles: { "two:a": key("two", "kt") } });
  expect(await made.turn("hello")).toMatchObject({ status: "ok", provider: "two" });
  await made.close();
  const alone = runtime({ window: 8000 });
  expect((await alone.turn("hello")).error).toBe("Model context window too small (8000 tokens). Minimum is 16000.");
});

test("a stream that breaks before its first word goes on elsewhere; one that has been read does not change its model", async () => {
  const setup = { profiles: { "one:a": key("one", "ka"), "two:a": key("two", "kt") }, fallbacks: ["two/m2"] };
  const made = runtime(setup);
  server.enqueue({ words: [], ending: "cut" });
  expect(await made.turn("hello")).toMatchObject({ status: "ok", provider: "two" });
  await models.credentials?.settled();
  writeFileSync(profilesPath(), JSON.stringify({ version: 1, profiles: setup.profiles }));
  server.enqueue({ words: ["half", "an", "answer"], ending: "cut" });
  const broken = await made.turn("again");
  expect(broken).toMatchObject({ status: "error", provider: "one" });
  expect(broken.texts).toEqual([expect.stringContaining("half an answer")]);
  expect(broken.error).toMatch(/broke off/);
});

test("a stream that breaks after its first word is begun anew with another profile of the same model", async () => {
  const made = runtime({ profiles: { "one:a": key("one", "ka"), "one:b": key("one", "kb") } });
  server.enqueue({ words: ["half"], ending: "cut" });
  const result = await made.turn("hello");
  expect(result.texts).toEqual([expect.stringContaining("You said:")]);
  expect(asked()).toEqual(["ka", "kb"]);
});

test("tools that were run before a failure are not run again", async () => {
  const made = runtime({ profiles: { "one:a": key("one", "ka"), "two:a": key("two", "kt") }, fallbacks: ["two/m2"] });
  server.enqueue({ tools: [{ name: "write", args: '{"path":"once.txt","content":"1"}' }] }, limited);
  const result = await made.turn("write it");
  expect(result).toMatchObject({ status: "ok", provider: "two" });
  const roles = (server.lastRequest().body.messages as { role: string }[]).map(({ role }) => role);
  expect(roles.filter((role) => role === "tool")).toHaveLength(1);
  expect(
    made.sessions
      .transcript(mainKey)
      .context()
      .map(({ role }) => role),
  ).toEqual(["user", "assistant", "toolResult", "assistant"]);
});

test("clients are told of the other model, and the session keeps the one it has", async () => {
  const made = runtime({ profiles: { "one:a": key("one", "ka"), "two:a": key("two", "kt") }, fallbacks: ["two/m2"] });
  server.enqueue(limited);
  const result = await made.turn("hello");
  expect(result.events.filter(({ stream }) => stream === "lifecycle").map(({ data }) => data)).toMatchObject([
    { phase: "start" },
    { phase: "fallback", from: "one/m1", to: "two/m2", reason: "rate_limit" },
    { phase: "end" },
  ]);
  expect(made.sessions.get(mainKey)).toMatchObject({ modelProvider: "two", model: "m2" });
  expect(made.sessions.get(mainKey)).not.toHaveProperty("modelOverride");
  // The first one rests: the other answers again, and the user has been told already.
  const again = await made.turn("again");
  expect(again.events.map(({ data }) => data)).toContainEqual(
    expect.objectContaining({ phase: "fallback", to: "two/m2", repeated: true }),
  );
});

test("a server that never begins its answer leaves time for the others", async () => {
  let fire = () => {};
  const waits: number[] = [];
  const timers: Timers = {
    after(ms, work) {
      waits.push(ms);
      if (ms === 300_000) fire = work;
      return () => {};
    },
  };
  const made = runtime({
    profiles: { "one:a": key("one", "ka"), "two:a": key("two", "kt") },
    fallbacks: ["two/m2"],
    now: () => 1_000_000,
    runtime: { timers },
  });
  server.enqueue({ hang: true });
  const handle = made.start("hello");
  await server.request(1);
  fire();
  expect(await handle.done).toMatchObject({ status: "ok", provider: "two" });
  expect(waits).toContain(600_000);
});

test("a session stays with its profile; one its user chose is used alone", async () => {
  const profiles = { "one:a": key("one", "ka"), "one:b": key("one", "kb"), "two:a": key("two", "kt") };
  const made = runtime({ profiles, fallbacks: ["two/m2"] });
  await made.turn("1");
  await made.turn("2");
  expect(asked()).toEqual(["ka", "ka"]);
  expect(made.sessions.get(mainKey)).toMatchObject({ authProfileOverride: "one:a", authProfileOverrideSource: "auto" });
  // A compaction empties the provider's cache, so it costs nothing to move on.
  made.sessions.update(mainKey, () => ({ compactionCount: 1 }));
  await made.turn("3");
  expect(asked().at(-1)).toBe("kb");
  made.sessions.update(mainKey, () => ({ authProfileOverride: "one:a", authProfileOverrideSource: "user" }));
  made.sessions.update(mainKey, () => ({ compactionCount: 2 }));
  server.enqueue(limited);
  expect(await made.turn("4")).toMatchObject({ status: "ok", provider: "two" });
  expect(asked().slice(-2)).toEqual(["ka", "kt"]);
  expect(made.sessions.get(mainKey)).toMatchObject({ authProfileOverride: "one:a", authProfileOverrideSource: "user" });
  // It rests now: the next message goes to the other model at once, not to the sibling.
  await made.turn("5");
  expect(asked().at(-1)).toBe("kt");
});

test("a compaction, and a new session, move on to the next profile in turn; a pin of its user outlives the first alone", async () => {
  const profiles = { "one:a": key("one", "ka"), "one:b": key("one", "kb"), "one:c": key("one", "kc") };
  const made = runtime({ profiles });
  const long = (n: number) => made.turn(`${n} ${"x".repeat(60_000)}`);
  for (let n = 1; n <= 4; n += 1) await long(n);
  expect(new Set(asked())).toEqual(new Set(["ka"]));
  expect(await made.runtime.compactSession({ sessionKey: mainKey })).toMatchObject({ status: "compacted" });
  await made.turn("after it");
  expect(asked().at(-1)).toBe("kb");
  made.sessions.ensure(mainKey, { reset: true });
  await made.turn("renewed");
  expect(asked().at(-1)).toBe("kc");
  made.sessions.update(mainKey, () => ({ authProfileOverride: "one:b", authProfileOverrideSource: "user" }));
  for (let n = 5; n <= 8; n += 1) await long(n);
  expect(await made.runtime.compactSession({ sessionKey: mainKey })).toMatchObject({ status: "compacted" });
  await made.turn("still mine");
  expect(asked().at(-1)).toBe("kb");
  made.sessions.ensure(mainKey, { reset: true });
  await made.turn("no longer mine");
  expect(asked().at(-1)).toBe("kc");
  expect(made.sessions.get(mainKey)).toMatchObject({ authProfileOverride: "one:c", authProfileOverrideSource: "auto" });
});

test("a thinking level that is refused is tried once more as the nearest that is taken, and blames no profile", async () => {
  const made = runtime({
    profiles: { "one:a": key("one", "ka"), "one:b": key("one", "kb") },
    fallbacks: ["two/m2"],
    reasoning: true,
  });
  server.enqueue({ status: 400, message: "Unsupported value: 'high'. Supported values are: 'low' and 'medium'." });
  expect(await made.turn("hello", { thinking: "high" })).toMatchObject({ status: "ok", provider: "one" });
  expect(asked()).toEqual(["ka", "ka"]);
  expect(server.requests.map(({ body }) => body.reasoning_effort)).toEqual(["high", "medium"]);
  await models.credentials?.settled();
  expect(stored().usageStats["one:a"]).not.toHaveProperty("cooldownUntil");
  expect(stored().usageStats["one:a"].errorCount ?? 0).toBe(0);
});

test("a run that fails clears no mark and is no good profile", async () => {
  const marked = { errorCount: 2, cooldownUntil: Date.now() - 1, lastFailureAt: Date.now() - 1000 };
  const made = runtime({
    profiles: { "one:a": key("one", "ka"), "one:b": key("one", "kb") },
    usageStats: { "one:a": marked },
  });
  server.enqueue(limited, limited);
  expect((await made.turn("hello")).status).toBe("error");
  await models.credentials?.settled();
  expect(stored()).not.toHaveProperty("lastGood");
  expect(stored().usageStats["one:a"]).toMatchObject({ errorCount: 3 });
});

test("what is wrong with the request is told at once and blames no profile", async () => {
  const made = runtime({ profiles: { "one:a": key("one", "ka"), "one:b": key("one", "kb") }, fallbacks: ["two/m2"] });
  server.enqueue({ status: 400, message: "image exceeds 5 MB maximum" });
  const result = await made.turn("hello");
  expect(result.error).toMatch(/^Image too large for the model \(max 5MB\)\./);
  expect(server.requests).toHaveLength(1);
  await models.credentials?.settled();
  expect(stored()).not.toHaveProperty("usageStats");
});

function cancelOf(immediate: NodeJS.Immediate): () => void {
  return () => clearImmediate(immediate);
}
