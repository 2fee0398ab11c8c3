import { chmodSync, existsSync, mkdtempSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, silentLog } from "@openclaw/log";
import { type CliBackendConfig, createModels } from "@openclaw/models";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type ScriptedModelServer,
  startScriptedModelServer,
} from "../../../models/src/testing/scripted-model-server.ts";
import { createTestLog } from "../../../models/src/testing/test-log.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime, mainKey, type TestRuntime } from "../testing/test-runtime.ts";

let server: ScriptedModelServer;
let made: TestRuntime | undefined;
let dir: string;

beforeEach(async () => {
  server = await startScriptedModelServer();
  dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-cli-backends-")));
});
afterEach(async () => {
  await made?.close();
  made = undefined;
  await server.close();
});

/** One call of the fake program, as it saw it. */
interface Seen {
  args: string[];
  env: Record<string, string>;
  cwd: string;
  stdin: string;
}

/** A program that notes how it was called and then does what `script` (a function body over `call`) says. */
function program(name: string, script: string): { path: string; calls: () => Seen[] } {
  const path = join(dir, name);
  const noted = join(dir, `${name}.calls`);
  writeFileSync(
    path,
    `#!${process.execPath}
const fs = require("node:fs");
const call = { args: process.argv.slice(2), env: process.env, cwd: process.cwd(), stdin: fs.readFileSync(0, "utf8") };
fs.appendFileSync(${JSON.stringify(noted)}, JSON.stringify(call) + "\\n");
const times = fs.readFileSync(${JSON.stringify(noted)}, "utf8").trim().split("\\n").length;
const say = (value) => process.stdout.write(typeof value === "string" ? value : JSON.stringify(value) + "\\n");
${script}
`,
  );
  chmodSync(path, 0o755);
  return {
    path,
    calls: () =>
      existsSync(noted)
        ? readFileSync(noted, "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line))
        : [],
  };
}

interface Setup {
  primary: string;
  fallbacks?: string[];
  cliBackends?: Record<string, CliBackendConfig>;
  env?: NodeJS.ProcessEnv;
  timeoutSeconds?: number;
  log?: Logger;
}

function runtime(setup: Setup): TestRuntime {
  const { primary, fallbacks = [], cliBackends = {}, env = {}, timeoutSeconds = 60, log = silentLog } = setup;
  const config = {
    models: {
      providers: {
        api: {
          baseUrl: server.openaiUrl,
          apiKey: "k",
          api: "openai-completions",
          models: [{ id: "m", contextWindow: 100_000 }],
        },
      },
    },
    agents: {
      defaults: {
        workspace: join(dir, "workspace"),
        skipBootstrap: true,
        timeoutSeconds,
        model: { primary, fallbacks },
        cliBackends,
      },
    },
  };
  const models = createModels({ config: () => config, env, log, stateDir: dir });
  made = createTestRuntime(scriptedModel([]), { dir, config, models });
  return made;
}

const claudeSays = (text: string) => `say({ type: "result", result: ${JSON.stringify(text)}, session_id: "claude-1",
  usage: { input_tokens: 7, output_tokens: 3, cache_read_input_tokens: 5 } });`;

test("claude-cli answers without the keys it would bill, in the workspace, with the model's own name", async () => {
  const claude = program("claude", claudeSays("hello from the program"));
  const test1 = runtime({
    primary: "claude-cli/opus-4.6",
    cliBackends: { "claude-cli": { command: claude.path, env: { MINE: "1" }, clearEnv: ["ALSO_GONE"] } },
    env: { ANTHROPIC_API_KEY: "sk-a", ALSO_GONE: "x", OPENCLAW_GATEWAY_TOKEN: "secret", KEPT: "y" },
  });
  const result = await test1.turn("what is up?");
  expect(result).toMatchObject({ status: "ok", texts: ["hello from the program"], provider: "claude-cli" });
  expect(result.usage).toMatchObject({ input: 7, output: 3, cacheRead: 5 });
  const [call] = claude.calls();
  expect(call?.env).not.toHaveProperty("ANTHROPIC_API_KEY");
  expect(call?.env).not.toHaveProperty("ALSO_GONE");
  expect(call?.env).not.toHaveProperty("OPENCLAW_GATEWAY_TOKEN");
  expect(call?.env).toMatchObject({ KEPT: "y", MINE: "1" });
  expect(call?.cwd).toBe(test1.workspace);
  const args = call?.args ?? [];
  expect(args.slice(0, 6)).toEqual([
    "-p",
    "--output-format",
    "json",
    "--dangerously-skip-permissions",
    "--model",
    "opus",
  ]);
  expect(args[6]).toBe("--append-system-prompt");
  expect(args[7]).toMatch(/Tools are disabled in this session\. Do not call tools\.$/);
  expect(args[8]).toBe("--session-id");
  expect(args[9]).toMatch(/^[0-9a-f-]{36}$/);
  expect(args[10]).toMatch(/what is up\?$/);
  expect(args).toHaveLength(11);
});

test("the next message goes on with the program's session and says only what is new; a new session does not", async () => {
  const claude = program("claude", claudeSays("fine"));
  const test1 = runtime({ primary: "claude-cli/sonnet-4.5", cliBackends: { "claude-cli": { command: claude.path } } });
  await test1.turn("first");
  expect(test1.sessions.get(mainKey)?.cliSessionIds).toEqual({ "claude-cli": "claude-1" });
  await test1.turn("second");
  const resumed = claude.calls()[1]?.args ?? [];
  expect(resumed.slice(0, -1)).toEqual([
    "-p",
    "--output-format",
    "json",
    "--dangerously-skip-permissions",
    "--resume",
    "claude-1",
  ]);
  expect(resumed.at(-1)).toMatch(/second$/);
  expect(resumed.at(-1)).not.toContain("first");
  test1.sessions.reset(mainKey);
  expect(test1.sessions.get(mainKey)?.cliSessionIds).toBeUndefined();
  await test1.turn("third");
  expect(claude.calls()[2]?.args).toContain("--session-id");
});

test("codex-cli answers in lines, is resumed in plain text and is given images as files", async () => {
  const codex = program(
    "codex",
    `const image = call.args[call.args.indexOf("--image") + 1];
if (call.args.includes("--image")) fs.copyFileSync(image, ${JSON.stringify("COPY")});
if (call.args.includes("--image")) fs.writeFileSync(${JSON.stringify("MODE")}, String(fs.statSync(image).mode & 0o777) + " " + image);
if (call.args[1] === "resume") say("plain answer\\n");
else {
  say({ type: "thread.started", thread_id: "t-9" });
  say("not json\\n");
  say({ type: "item.completed", item: { type: "reasoning", text: "hmm" } });
  say({ type: "item.completed", item: { type: "agent_message", text: "line one" } });
  say({ type: "item.completed", item: { type: "agent_message", text: "line two" } });
  say({ type: "turn.completed", usage: { input_tokens: 10, cached_input_tokens: 4, output_tokens: 2 } });
}`,
  );
  const test1 = runtime({ primary: "codex-cli/gpt-5.3-codex", cliBackends: { "codex-cli": { command: codex.path } } });
  const png = Buffer.from("not really a picture");
  const result = await test1.turn("look", {
    prompt: { text: "look", images: [{ data: png.toString("base64"), mimeType: "image/png" }] },
  });
  expect(result).toMatchObject({ status: "ok", texts: ["line one\nline two"] });
  expect(result.usage).toMatchObject({ input: 6, cacheRead: 4, output: 2 });
  const args = codex.calls()[0]?.args ?? [];
  expect(args.slice(0, 9)).toEqual([
    "exec",
    "--json",
    "--color",
    "never",
    "--sandbox",
    "read-only",
    "--skip-git-repo-check",
    "--model",
    "gpt-5.3-codex",
  ]);
  expect(args[9]).toBe("--image");
  expect(readFileSync(join(test1.workspace, "COPY")).equals(png)).toBe(true);
  const [mode, path] = readFileSync(join(test1.workspace, "MODE"), "utf8").split(" ");
  expect(Number(mode)).toBe(0o600);
  expect(existsSync(String(path))).toBe(false);

  expect(await test1.turn("again")).toMatchObject({ status: "ok", texts: ["plain answer"] });
  expect(codex.calls()[1]?.args.slice(0, 3)).toEqual(["exec", "resume", "t-9"]);
  expect(test1.sessions.get(mainKey)?.cliSessionIds).toEqual({ "codex-cli": "t-9" });
});

test("a program that is not installed makes way for the next model", async () => {
  const test1 = runtime({
    primary: "claude-cli/opus-4.6",
    fallbacks: ["api/m"],
    cliBackends: { "claude-cli": { command: join(dir, "nowhere", "claude") } },
  });
  const result = await test1.turn("hello");
  expect(result).toMatchObject({ status: "ok", provider: "api", texts: [expect.stringContaining("You said:")] });
  expect(server.requests).toHaveLength(1);
});

test("a program takes over from an API that refuses, and is told the conversation so far", async () => {
  const claude = program("claude", claudeSays("I take over"));
  const test1 = runtime({
    primary: "api/m",
    fallbacks: ["claude-cli/opus-4.6"],
    cliBackends: { "claude-cli": { command: claude.path } },
  });
  await test1.turn("my name is Ada");
  server.enqueue({ status: 429, message: "Rate limit reached" });
  const result = await test1.turn("who am I?");
  expect(result).toMatchObject({ status: "ok", provider: "claude-cli", texts: ["I take over"] });
  const prompt = claude.calls()[0]?.args.at(-1) ?? "";
  expect(prompt).toContain("my name is Ada");
  expect(prompt).toMatch(/who am I\?$/);
  expect(prompt.match(/who am I\?/g)).toHaveLength(1);
});

test.each([
  ["its words on standard error", `process.stderr.write("Rate limit exceeded"); process.exitCode = 1;`, "rate_limit"],
  ["a failure nobody knows", `process.stderr.write("segfault or so"); process.exitCode = 3;`, "unknown"],
  ["an error it reports in its answer", `say({ is_error: true, result: "Invalid API key" });`, "auth"],
])("a program that fails is left for the next model: %s", async (_, script, reason) => {
  const claude = program("claude", script);
  const test1 = runtime({
    primary: "claude-cli/opus-4.6",
    fallbacks: ["api/m"],
    cliBackends: { "claude-cli": { command: claude.path } },
  });
  const result = await test1.turn("hello");
  expect(result).toMatchObject({ status: "ok", provider: "api" });
  expect(claude.calls()).toHaveLength(1);
  const change = result.events.find(({ data }) => Object(data).phase === "fallback");
  expect(change?.data).toMatchObject({ from: "claude-cli/opus-4.6", to: "api/m", reason });
});

test("a session the program has lost is begun anew, once", async () => {
  const claude = program(
    "claude",
    `if (call.args.includes("--resume")) { process.stderr.write("No conversation found with session ID: claude-1"); process.exitCode = 1; }
else say({ result: "anew", session_id: "claude-" + times });`,
  );
  const test1 = runtime({ primary: "claude-cli/opus-4.6", cliBackends: { "claude-cli": { command: claude.path } } });
  await test1.turn("one");
  const result = await test1.turn("two");
  expect(result).toMatchObject({ status: "ok", texts: ["anew"] });
  expect(claude.calls()).toHaveLength(3);
  expect(claude.calls()[2]?.args.at(-1)).toContain("one");
  expect(test1.sessions.get(mainKey)?.cliSessionIds).toEqual({ "claude-cli": "claude-3" });
});

test("a program that is stopped is killed with everything it has started", async () => {
  const claude = program(
    "claude",
    `const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
fs.writeFileSync("pids", process.pid + " " + child.pid);
fs.renameSync("pids", "pids.ready");
setInterval(() => {}, 1000);`,
  );
  const test1 = runtime({ primary: "claude-cli/opus-4.6", cliBackends: { "claude-cli": { command: claude.path } } });
  const handle = test1.start("hang");
  await expect.poll(() => existsSync(join(test1.workspace, "pids.ready")), { timeout: 10_000 }).toBe(true);
  const pids = readFileSync(join(test1.workspace, "pids.ready"), "utf8").split(" ").map(Number);
  handle.abort("stop");
  expect((await handle.done).status).toBe("aborted");
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});

test("a program of one's own is called as it is described", async () => {
  const mine = program("mine", `say({ content: [{ text: "a" }, { text: "b" }], sid: "s-1" });`);
  const test1 = runtime({
    primary: "mine/s",
    cliBackends: {
      mine: {
        command: mine.path,
        args: ["--json"],
        input: "stdin",
        modelArg: "-m",
        modelAliases: { s: "small" },
        sessionArgs: ["--sid", "{sessionId}"],
        sessionMode: "existing",
        sessionIdFields: ["sid"],
        systemPromptArg: "--sys",
        systemPromptWhen: "always",
      },
    },
  });
  expect(await test1.turn("--version")).toMatchObject({ status: "ok", texts: ["ab"] });
  await test1.turn("again");
  const [first, second] = mine.calls();
  expect(first?.args.slice(0, 4)).toEqual(["--json", "-m", "small", "--sys"]);
  expect(first?.args).toHaveLength(5);
  expect(first?.stdin).toMatch(/--version$/);
  expect(second?.args.slice(5)).toEqual(["--sid", "s-1"]);
});

test("Claude Code's own system prompt is replaced where that is wanted; a program without a flag for it keeps its own", async () => {
  const claude = program("claude", claudeSays("hello"));
  const codex = program("codex", `say({ item: { type: "agent_message", text: "hello" } });`);
  const own = program("own", claudeSays("hello"));
  const log = createTestLog();
  const replacing = (command: string) => ({ command, systemPromptMode: "replace" as const });
  const cliBackends = {
    "claude-cli": replacing(claude.path),
    "codex-cli": replacing(codex.path),
    own: { ...replacing(own.path), systemPromptArg: "--sys" },
  };
  const test1 = runtime({ primary: "claude-cli/opus-4.6", cliBackends, log });
  await test1.turn("hi");
  expect(claude.calls()[0]?.args[6]).toBe("--system-prompt");
  await test1.turn("hi", { model: { provider: "own", model: "x" } });
  expect(own.calls()[0]?.args[0]).toBe("--sys");
  expect(log.lines.join()).not.toContain("systemPromptMode");
  const unchanged = await test1.turn("hi", { model: { provider: "codex-cli", model: "gpt-5.3-codex" } });
  expect(unchanged.texts).toEqual(["hello"]);
  expect(log.lines.filter((line) => line.includes("systemPromptMode"))).toEqual([
    expect.stringMatching(
      /^agents\.defaults\.cliBackends\.codex-cli\.systemPromptMode is "replace".*set systemPromptArg/,
    ),
  ]);
});

test("programs of one backend run one after the other", async () => {
  const claude = program(
    "claude",
    `fs.writeFileSync("running-" + process.pid, "");
const others = fs.readdirSync(".").filter((name) => name.startsWith("running-")).length;
setTimeout(() => { fs.rmSync("running-" + process.pid); say({ result: String(others) }); }, 50);`,
  );
  const test1 = runtime({ primary: "claude-cli/opus-4.6", cliBackends: { "claude-cli": { command: claude.path } } });
  const results = await Promise.all([
    test1.turn("one", { sessionKey: "agent:main:one" }),
    test1.turn("two", { sessionKey: "agent:main:two" }),
  ]);
  expect(results.map(({ texts }) => texts)).toEqual([["1"], ["1"]]);
});

test("the models of declared programs can be chosen, and those of others only where the configuration names them", async () => {
  const config = {
    agents: {
      defaults: {
        model: { primary: "codex-cli/gpt-5.2-codex" },
        cliBackends: { "claude-cli": {}, mine: { command: "mine", modelAliases: { small: "s", "big*": "b" } } },
      },
    },
  };
  const models = createModels({ config: () => config, env: {}, log: silentLog });
  const listed = (await models.list({ all: true })).filter(({ api }) => api === "cli");
  expect(listed.map(({ provider, id }) => `${provider}/${id}`)).toEqual([
    "claude-cli/opus-4.6",
    "claude-cli/sonnet-4.5",
    "codex-cli/gpt-5.2-codex",
    "mine/small",
  ]);
});

test("a backend nobody has declared is named", async () => {
  const test1 = runtime({ primary: "other-cli/x" });
  const result = await test1.turn("hello");
  expect(result.error).toContain("Unknown CLI backend: other-cli");
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A process that has ended but was not yet fetched by its parent is not alive.
    return !/^State:\s+Z/m.test(statusOf(pid));
  } catch {
    return false;
  }
}

function statusOf(pid: number): string {
  const path = `/proc/${pid}/status`;
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, "utf8") : "";
}
