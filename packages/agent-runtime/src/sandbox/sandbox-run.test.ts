import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { type Tool, textResult } from "@openclaw/plugin-sdk";
import { afterEach, describe, expect, test } from "vitest";
import type { RuntimeConfig, ToolsConfig } from "../run/runtime-config.ts";
import { answerText, callTools, type ScriptedAnswer, scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime, type TestRuntime, type TestRuntimeOptions } from "../testing/test-runtime.ts";
import { type RunProgram, systemRunProgram } from "./run-program.ts";
import type { SandboxConfig } from "./sandbox-config.ts";

const probe = ["--unshare-all", "--unshare-user", "--ro-bind", "/", "/", "true"];
const missing = spawnSync("bwrap", probe).status === 0 ? "" : "bubblewrap with user namespaces";

let open: TestRuntime | undefined;
let dirs = 0;
afterEach(() => open?.close());

const group = { sessionKey: "agent:main:telegram:group:1" };

/** A model that is offered `apply_patch` where it may be. */
const knowsPatches = {
  info: { provider: "openai", id: "gpt-5.2" },
  toolConfig: { exec: { applyPatch: { enabled: true } } },
} as const;

/** A docker that agrees to everything, so that only what the runtime makes of it is looked at. */
const agreeable: RunProgram = async (_file, args) => ({
  code: args[0] === "inspect" ? 1 : 0,
  stdout: "",
  stderr: args[0] === "inspect" ? "Error: No such object" : "",
});

function start(
  answers: readonly ScriptedAnswer[],
  sandbox: SandboxConfig,
  more: Partial<TestRuntimeOptions> & { toolConfig?: ToolsConfig; elevatedDefault?: string } = {},
) {
  const { toolConfig, elevatedDefault, ...options } = more;
  const dir = join(tmpdir(), `openclaw-sbx-run-${process.pid}-${dirs++}`);
  rmSync(dir, { recursive: true, force: true });
  const workspace = join(dir, "workspace");
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(workspace, "AGENTS.md"), "Be kind.");
  writeFileSync(join(dir, "secret"), "do not show");
  const config: RuntimeConfig = {
    agents: {
      defaults: {
        workspace,
        skipBootstrap: true,
        sandbox: { mode: "non-main", ...sandbox },
        ...(elevatedDefault === undefined ? {} : { elevatedDefault }),
      },
    },
    ...(toolConfig === undefined ? {} : { tools: toolConfig }),
  };
  const model = scriptedModel(answers);
  open = createTestRuntime(model, { runProgram: agreeable, dir, ...options, config });
  return { ...open, dir, workspace, model, copy: join(dir, "sandboxes", "agent-main-0d71ad7a") };
}

const toolNames = (request: LanguageModelV4CallOptions | undefined) => request?.tools?.map((tool) => tool.name);
const promptText = (request: LanguageModelV4CallOptions | undefined) => JSON.stringify(request?.prompt);
const systemText = (request: LanguageModelV4CallOptions | undefined) => {
  const [first] = request?.prompt ?? [];
  return first?.role === "system" ? first.content : "";
};

describe.skipIf(missing !== "")(`a turn with bubblewrap${missing ? ` (skipped: needs ${missing})` : ""}`, () => {
  const bwrap: SandboxConfig = { backend: "bwrap" };

  test("commands in the background stay inside, and process sees no others", async () => {
    const answers: ScriptedAnswer[] = [
      callTools(["a", "exec", { command: "sleep 60", background: true }]),
      answerText("outside"),
      callTools(
        ["b", "exec", { command: "cat; echo inside $PWD", background: true }],
        ["c", "process", { action: "list" }],
      ),
      answerText("inside"),
    ];
    const { turn, model, runtime } = start(answers, bwrap, { runProgram: systemRunProgram });
    await turn("go");
    await turn("go", group);
    const results = promptText(model.requests[3]);
    expect(results).toContain(":: cat;");
    expect(results).not.toContain("sleep 60");
    await runtime.stop({ drainMs: 0 });
  });

  test("runs commands and file tools inside, and says what it may not reach", async () => {
    const answers = [
      callTools(
        ["a", "exec", { command: "pwd; cat AGENTS.md; ls ../secret; echo made > file.txt" }],
        ["b", "read", { path: "/workspace/file.txt" }],
        ["c", "read", { path: "/etc/passwd" }],
        ["d", "write", { path: "new.txt", content: "new" }],
        ["e", "exec", { command: "cat new.txt", workdir: "/etc" }],
      ),
      answerText("done"),
    ];
    const real = start(answers, bwrap, { runProgram: systemRunProgram });
    const result = await real.runtime.start({ runId: "r", agentId: "main", ...group, prompt: { text: "go" } }).done;
    expect(result.status).toBe("ok");
    const results = promptText(real.model.requests[1]);
    expect(results).toContain("/workspace\\nBe kind.");
    expect(results).toContain("cannot access '../secret'");
    expect(results).toContain("made");
    expect(results).toMatch(/Path escapes sandbox root \([^)]*agent-main-0d71ad7a\): \/etc\/passwd/);
    expect(results).toContain('Warning: workdir \\"/etc\\" is unavailable; using \\"/workspace\\".\\nnew');
    expect(results).not.toContain("do not show");
    expect(readFileSync(join(real.copy, "new.txt"), "utf8")).toBe("new");
    expect(existsSync(join(real.workspace, "new.txt"))).toBe(false);
  });
});

test("a sandbox that cannot be had fails the turn with its reason; the model is not asked and nothing runs", async () => {
  const programs: string[][] = [];
  const down: RunProgram = async (file, args) => {
    programs.push([file, ...args.slice(0, 2)]);
    return { code: 1, stdout: "", stderr: "Cannot connect to the Docker daemon." };
  };
  const { turn, model } = start([answerText("never")], {}, { runProgram: down });
  const result = await turn("go", group);
  expect(result).toMatchObject({
    status: "error",
    error: "⚠️ Failed to inspect sandbox image: Cannot connect to the Docker daemon.",
    errorKind: "sandbox",
  });
  expect(model.requests).toEqual([]);
  expect(programs).toEqual([
    ["docker", "inspect", "-f"],
    ["docker", "image", "inspect"],
  ]);
});

test("stopping a run does not wait for a sandbox that takes long to be made; its message is kept", async () => {
  let begun = () => {};
  const started = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow: RunProgram = () => {
    begun();
    return new Promise(() => {});
  };
  const { start: begin, sessions } = start([answerText("never")], {}, { runProgram: slow });
  const run = begin("hello there", group);
  await started;
  run.abort("stop");
  expect(await run.done).toMatchObject({ status: "aborted", stopReason: "stop" });
  expect(readFileSync(sessions.transcriptPath(group.sessionKey) ?? "", "utf8")).toContain("hello there");
});

test("a Gateway that stops does not wait for one either, and the run goes on later", async () => {
  const stuck: RunProgram = () => new Promise(() => {});
  const { start: begin, runtime } = start([answerText("never")], {}, { runProgram: stuck });
  const run = begin("hello there", group);
  await runtime.stop({ drainMs: 0 });
  expect(await run.done).toMatchObject({ status: "interrupted" });
});

test("the main session is not sandboxed by mode non-main", async () => {
  const refuse: RunProgram = () => Promise.reject(new Error("nothing may run"));
  const { turn, model } = start([answerText("hello")], {}, { runProgram: refuse });
  expect((await turn("go")).status).toBe("ok");
  expect(systemText(model.requests[0])).not.toContain("## Sandbox");
});

test("the prompt speaks of the sandbox as its tools see it", async () => {
  const { turn, model, runtime } = start([answerText("hello")], { workspaceAccess: "ro" });
  const result = await turn("go", group);
  const system = systemText(model.requests[0]);
  expect(system).toContain("## Sandbox");
  expect(system).toContain("(Docker)");
  expect(system).toContain("Your working directory is /workspace");
  expect(system).toContain("mounted at /agent");
  expect(result.systemPromptReport).toMatchObject({ sandbox: { mode: "non-main", sandboxed: true } });
  const { report } = await runtime.systemPrompt({ sessionKey: "agent:main:main", agentId: "main" });
  expect(report.sandbox).toEqual({ mode: "non-main", sandboxed: false });
});

test("access ro offers neither write nor edit nor apply_patch", async () => {
  const { turn, model } = start([answerText("hello")], { workspaceAccess: "ro" }, knowsPatches);
  await turn("go", group);
  expect(toolNames(model.requests[0])).toEqual(["read", "exec", "process"]);
});

test("a patch of a sandboxed run changes the files of its sandbox, and no others", async () => {
  const patch = (...lines: string[]) => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
  const inside = ["*** Add File: sub/new.txt", "+begun", "*** Update File: /workspace/sub/new.txt", "-begun", "+made"];
  const answers = [
    callTools(
      ["a", "apply_patch", { input: patch(...inside) }],
      ["b", "apply_patch", { input: patch("*** Add File: ../out.txt", "+made") }],
    ),
    answerText("done"),
  ];
  const { turn, model, copy, dir } = start(answers, {}, knowsPatches);
  await turn("go", group);
  expect(toolNames(model.requests[0])).toContain("apply_patch");
  expect(readFileSync(join(copy, "sub", "new.txt"), "utf8")).toBe("made\n");
  expect(promptText(model.requests[1])).toMatch(/Path escapes sandbox root \([^)]*\): \.\.\/out\.txt/);
  expect([existsSync(join(dir, "workspace", "sub")), existsSync(join(dir, "sandboxes", "out.txt"))]).toEqual([
    false,
    false,
  ]);
});

test("further tools are absent unless the sandbox's list names them", async () => {
  const tool = (name: string): Tool => ({
    name,
    description: name,
    parameters: { type: "object", properties: {} },
    execute: async () => textResult("ran"),
  });
  const tools = () => [tool("message"), tool("weather"), tool("cron")];
  const without = start([answerText("a")], {}, { tools });
  await without.turn("go", group);
  expect(toolNames(without.model.requests[0])).toEqual(["read", "edit", "write", "exec", "process"]);
  await without.close();
  const named = start(
    [answerText("a")],
    {},
    { tools, toolConfig: { sandbox: { tools: { allow: ["weather", "read"] } } } },
  );
  await named.turn("go", group);
  expect(toolNames(named.model.requests[0])).toEqual(["read", "weather"]);
});

test("calling a tool that the sandbox takes away names the rule and the remedy", async () => {
  const { turn } = start([callTools(["a", "browser", {}]), answerText("")], {});
  const { payloads } = await turn("go", group);
  expect(payloads[0]?.text).toContain('Tool "browser" blocked by sandbox tool policy (mode=non-main).');
  expect(payloads[0]?.text).toContain(`See: openclaw sandbox explain --session ${group.sessionKey}`);
});

test("a workspace file that was made a link is not read into the prompt", async () => {
  const { turn, model, copy, dir } = start([answerText("a"), answerText("b")], {});
  await turn("go", group);
  expect(systemText(model.requests[0])).toContain("Be kind.");
  rmSync(join(copy, "AGENTS.md"));
  symlinkSync(join(dir, "secret"), join(copy, "AGENTS.md"));
  spawnSync("mkfifo", [join(copy, "SOUL.md")]);
  await turn("again", group);
  expect(systemText(model.requests[1])).not.toContain("do not show");
  expect(systemText(model.requests[1])).toContain("[MISSING] Expected at: /workspace/AGENTS.md");
});

test("attached files are copied in and named as the tools can open them", async () => {
  const { turn, model, dir, copy } = start([answerText("a")], {});
  mkdirSync(join(dir, "media", "inbound"), { recursive: true });
  writeFileSync(join(dir, "media", "inbound", "photo.png"), "png");
  await turn(`[media attached: ${dir}/media/inbound/photo.png (image/png)]\nwhat is it?`, group);
  expect(promptText(model.requests[0])).toContain("[media attached: media/inbound/photo.png (image/png)]");
  expect(readFileSync(join(copy, "media", "inbound", "photo.png"), "utf8")).toBe("png");
});

test("an image that a message names is shown from the workspace only", async () => {
  const png = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "base64",
  );
  const { turn, model, copy, dir } = start([answerText("a"), answerText("b")], {});
  await turn("hello", group);
  writeFileSync(join(copy, "inside.png"), png);
  writeFileSync(join(dir, "outside.png"), png);
  symlinkSync(join(dir, "outside.png"), join(copy, "link.png"));
  await turn(`compare ${dir}/outside.png ./link.png /workspace/inside.png`, group);
  const last = model.requests[1]?.prompt.at(-1);
  const parts = last?.role === "user" ? last.content.map((part) => part.type) : [];
  expect(parts).toEqual(["text", "file"]);
});

test("a reply attaches files by their path in the sandbox, and none from outside", async () => {
  const { turn, copy, dir } = start(
    [answerText("a"), answerText("one\nMEDIA:/workspace/out.png\nMEDIA:/workspace/link")],
    {},
  );
  await turn("go", group);
  writeFileSync(join(copy, "out.png"), "png");
  symlinkSync(join(dir, "secret"), join(copy, "link"));
  const { payloads } = await turn("go", group);
  expect(payloads.flatMap((payload) => payload.mediaUrls ?? [])).toEqual([join(copy, "out.png")]);
});

describe("elevated commands of a sandboxed session", () => {
  const elevated = (allowFrom: string[]): ToolsConfig => ({ elevated: { allowFrom: { telegram: allowFrom } } });
  const calls = (): ScriptedAnswer[] => [
    callTools(["a", "exec", { command: "pwd", elevated: true }]),
    answerText("done"),
  ];
  const request = { ...group, channel: "telegram", sender: { names: ["ann"] } };

  test("run on this machine for a listed sender at level full, and the prompt tells of it", async () => {
    const run = start(calls(), {}, { toolConfig: elevated(["ann"]), elevatedDefault: "full" });
    await run.turn("go", request);
    expect(promptText(run.model.requests[1])).toContain(run.copy);
    expect(systemText(run.model.requests[0])).toContain("elevated (current level: full)");
  });

  test("are refused for anybody else, with the gate that is shut", async () => {
    const run = start(calls(), {}, { toolConfig: elevated(["bob"]), elevatedDefault: "full" });
    await run.turn("go", request);
    const results = promptText(run.model.requests[1]);
    expect(results).toContain("elevated is not available right now (runtime=sandboxed).");
    expect(results).toContain("Failing gates: allowFrom (tools.elevated.allowFrom.telegram");
    expect(systemText(run.model.requests[0])).not.toContain("current level");
  });
});

test("a configured host other than the sandbox does not take commands out of it", async () => {
  const { turn, model } = start(
    [callTools(["a", "exec", { command: "id" }]), answerText("b")],
    {},
    {
      toolConfig: { exec: { host: "gateway", security: "full", ask: "off" } },
    },
  );
  await turn("go", group);
  expect(promptText(model.requests[1])).toContain(
    "exec host not allowed (requested gateway; configure tools.exec.host=sandbox to allow).",
  );
});
