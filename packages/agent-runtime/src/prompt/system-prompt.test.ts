import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime, mainKey, type TestRuntime, type TestRuntimeOptions } from "../testing/test-runtime.ts";
import { runtimeLine } from "./runtime-line.ts";

let test_: TestRuntime;
const setUp = (options: TestRuntimeOptions = {}) => {
  test_ = createTestRuntime(scriptedModel([]), options);
  mkdirSync(test_.workspace, { recursive: true });
  return test_;
};
const put = (name: string, content: string) => writeFileSync(join(test_.workspace, name), content);
const prompt = (sessionKey = mainKey, more = {}) =>
  test_.runtime.systemPrompt({ sessionKey, agentId: "main", ...more });
const headings = (text: string) => text.split("\n").filter((line) => /^#{1,2} /.test(line));

beforeEach(() => {
  setUp();
});
afterEach(() => test_.close());

describe("the sections", () => {
  test("of a main session stand in their order", async () => {
    put("SOUL.md", "Be brave.");
    const { text } = await prompt();
    expect(text.startsWith("You are a personal assistant running inside OpenClaw.")).toBe(true);
    expect(headings(text)).toEqual([
      "## Tooling",
      "## Tool Call Style",
      "## Safety",
      "## OpenClaw CLI Quick Reference",
      "## Model Aliases",
      "## Workspace",
      "## Current Date & Time",
      "## Workspace Files (injected)",
      "## Reply Tags",
      "## Messaging",
      "# Project Context",
      "## AGENTS.md",
      "## SOUL.md",
      "## TOOLS.md",
      "## IDENTITY.md",
      "## USER.md",
      "## HEARTBEAT.md",
      "## Silent Replies",
      "## Heartbeats",
      "## Runtime",
    ]);
    expect(text).toContain(
      "- read: show a file\n- write: create or replace a file\n- edit: change one place in a file\n- exec: run a shell command, in the background when it takes long\n- process: follow and steer commands in the background",
    );
    expect(text).toContain("- fast: scripted/scripted-1");
    expect(text).toContain(`[MISSING] Expected at: ${join(test_.workspace, "AGENTS.md")}`);
    expect(text).toContain("be that person");
  });

  test("tell how to use the message and gateway tools when they are there", async () => {
    const tool = (name: string) => ({
      name,
      description: "",
      parameters: { type: "object" },
      execute: () => Promise.reject(new Error("not called here")),
    });
    await test_.close();
    setUp({ tools: () => [tool("gateway"), tool("message"), tool("sessions_send"), tool("agents_list")] });
    const { text } = await prompt();
    expect(headings(text).slice(3, 6)).toEqual([
      "## OpenClaw CLI Quick Reference",
      "## OpenClaw Self-Update",
      "## Model Aliases",
    ]);
    expect(text).toMatch(/## Messaging\n[^#]+### message tool\n/);
    const order = ["message: ", "gateway: ", "agents_list: ", "sessions_send: "].map((name) =>
      text.indexOf(`\n- ${name}`),
    );
    expect(order.every((at) => at > 0)).toBe(true);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test("of a subagent are the small ones, with AGENTS.md and TOOLS.md alone", async () => {
    put("SOUL.md", "Be brave.");
    const { text } = await prompt("agent:main:subagent:1", { extraSystemPrompt: "Count the files." });
    expect(headings(text)).toEqual([
      "## Tooling",
      "## Tool Call Style",
      "## Safety",
      "## OpenClaw CLI Quick Reference",
      "## Workspace",
      "## Current Date & Time",
      "## Workspace Files (injected)",
      "## Subagent Context",
      "# Project Context",
      "## AGENTS.md",
      "## TOOLS.md",
      "## Runtime",
    ]);
    expect(text).toContain("## Subagent Context\nCount the files.");
  });

  test("include owners, the extra text once, and the format of providers that reason in tags", async () => {
    await test_.close();
    setUp({
      reasoningTags: true,
      config: {
        agents: { defaults: { skipBootstrap: true } },
        commands: { ownerAllowFrom: ["+1", "telegram:7", "signal:8", "*"] },
      },
    });
    const { text } = await prompt(mainKey, { channel: "telegram", extraSystemPrompt: "  Group rules.  " });
    expect(text).toContain("Owner numbers: +1, 7.");
    expect(text.split("Group rules.")).toHaveLength(2);
    expect(text).toContain("## Group Chat Context\nGroup rules.\n");
    expect(text).toContain("## Reasoning Format");
  });

  test("name the configured time zone, or the host's when it is none", async () => {
    await test_.close();
    setUp({ config: { agents: { defaults: { skipBootstrap: true, userTimezone: "Europe/Lisbon" } } } });
    expect((await prompt()).text).toContain("Time zone: Europe/Lisbon");
    await test_.close();
    setUp({ config: { agents: { defaults: { skipBootstrap: true, userTimezone: "Mars/Olympus" } } } });
    expect((await prompt()).text).toContain(`Time zone: ${Intl.DateTimeFormat().resolvedOptions().timeZone}`);
  });
});

describe("the workspace files", () => {
  test("change the prompt when they change, and only then", async () => {
    put("AGENTS.md", "rule one");
    const first = await prompt();
    expect((await prompt()).text).toBe(first.text);
    put("AGENTS.md", "rule two!");
    const second = await prompt();
    expect(second.text).toContain("rule two!");
    put("BOOTSTRAP.md", "say hello");
    expect((await prompt()).text).toContain("This workspace is new");
    rmSync(join(test_.workspace, "BOOTSTRAP.md"));
    expect((await prompt()).text).toBe(second.text);
  });

  test("that are too long keep their beginning and their end, with both marks", async () => {
    put("AGENTS.md", `${"a".repeat(15_000)}${"b".repeat(15_000)}`);
    const { text, report } = await prompt();
    expect(text).toContain(
      `${"a".repeat(14_000)}\n[...truncated, read AGENTS.md for full content...]\n…(truncated AGENTS.md: kept 14000+4000 chars of 30000)…\n${"b".repeat(4000)}\n`,
    );
    expect(text).not.toContain("a".repeat(14_001));
    expect(report.injectedWorkspaceFiles[0]).toMatchObject({
      name: "AGENTS.md",
      rawChars: 30_000,
      truncated: true,
      missing: false,
    });
  });

  test("that are blank are left out; long-term memory is for private conversations", async () => {
    put("USER.md", "  \n");
    put("MEMORY.md", "the secret");
    expect(headings((await prompt()).text)).not.toContain("## USER.md");
    expect((await prompt()).text).toContain("the secret");
    expect((await prompt("agent:main:telegram:direct:5")).text).toContain("the secret");
    for (const key of ["agent:main:telegram:group:5", "agent:main:hook:7", "agent:main:subagent:1"]) {
      expect((await prompt(key)).text).not.toContain("the secret");
    }
  });

  test("that are one file under two names count once", async () => {
    put("MEMORY.md", "the secret");
    linkSync(join(test_.workspace, "MEMORY.md"), join(test_.workspace, "memory.md"));
    expect((await prompt()).text.split("the secret")).toHaveLength(2);
  });
});

test("the report adds up", async () => {
  put("SOUL.md", "Be brave.");
  const { text, report } = await prompt();
  expect(report.systemPrompt.chars).toBe(text.length);
  expect(report.systemPrompt.projectContextChars + report.systemPrompt.nonProjectContextChars).toBe(text.length);
  expect(report.tools.entries.map(({ name }) => name)).toEqual([
    "read",
    "edit",
    "write",
    "exec",
    "process",
    "web_fetch",
  ]);
  expect(report.tools.schemaChars).toBe(report.tools.entries.reduce((sum, entry) => sum + entry.schemaChars, 0));
});

test("the runtime line names what is known", () => {
  const host = { host: "h", os: "Linux 6 (x64)", node: "v24.0.0", shell: "zsh" };
  expect(
    runtimeLine({
      agentId: "main",
      host,
      model: "p/m",
      defaultModel: "p/d",
      channel: "telegram",
      thinking: "low",
      repoRoot: "/r",
    }),
  ).toBe(
    "Runtime: agent=main | host=h | repo=/r | os=Linux 6 (x64) | node=v24.0.0 | model=p/m | default_model=p/d | shell=zsh | channel=telegram | capabilities=none | thinking=low",
  );
});
