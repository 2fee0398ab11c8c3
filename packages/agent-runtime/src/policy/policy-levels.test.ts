import { silentLog } from "@openclaw/log";
import { type Tool, textResult } from "@openclaw/plugin-sdk";
import { describe, expect, test } from "vitest";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { RunProgram } from "../sandbox/run-program.ts";
import { answerText, callTools, scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime } from "../testing/test-runtime.ts";
import { coreToolOrder, subagentDenied } from "./tool-groups.ts";

const child = "agent:main:subagent:1";
const group = "agent:main:telegram:group:-1";

/** A docker that agrees to everything: its commands are not what is looked at. */
const agreeable: RunProgram = async (_file, args) => ({
  code: args[0] === "inspect" ? 1 : 0,
  stdout: "",
  stderr: args[0] === "inspect" ? "Error: No such object" : "",
});

const named = (name: string): Tool => ({
  name,
  description: name,
  parameters: { type: "object", properties: {} },
  execute: async () => textResult(`${name} ran`),
});

const builtIn = ["read", "edit", "write", "exec", "process"];
const furtherTools = coreToolOrder.filter((name) => !builtIn.includes(name)).map(named);

/** What a run offers its model, what the log says of it, and what the model is told when it calls `tts`. */
async function run(config: RuntimeConfig, sessionKey = "agent:main:main") {
  const model = scriptedModel([callTools(["1", "tts", {}]), answerText("done")]);
  const warnings: string[] = [];
  const runtime = createTestRuntime(model, {
    config: { ...config, agents: { ...config.agents, defaults: { skipBootstrap: true, ...config.agents?.defaults } } },
    info: { provider: "openai", id: "gpt-5.2" },
    runProgram: agreeable,
    tools: () => furtherTools,
    log: { ...silentLog, warn: (text: string) => void warnings.push(text) },
  });
  try {
    runtime.sessions.ensure(sessionKey);
    if (sessionKey === child) runtime.sessions.update(child, () => ({ spawnedBy: group }));
    await runtime.turn("look", { sessionKey });
    const results = model.requests[1]?.prompt.filter(({ role }) => role === "tool");
    return {
      offered: model.requests[0]?.tools?.map((tool) => tool.name) ?? [],
      warnings: warnings.filter((text) => text.includes("allowlist")),
      called: JSON.stringify(results),
    };
  } finally {
    await runtime.close();
  }
}

describe("the levels of the tool policy", () => {
  const levels = [
    "profile",
    "provider profile",
    "global",
    "global by provider",
    "agent",
    "agent by provider",
    "group",
    "sandbox",
    "subagent",
  ] as const;

  /** Each level allows everything, but for one, which takes `tts` away. The run is subject to all of them. */
  function without(taking: (typeof levels)[number] | undefined): RuntimeConfig {
    const at = (level: (typeof levels)[number]) => ({ allow: ["*"], deny: taking === level ? ["tts"] : [] });
    const profile = (level: (typeof levels)[number]) => (taking === level ? ("coding" as const) : ("full" as const));
    return {
      tools: {
        profile: profile("profile"),
        ...at("global"),
        byProvider: { openai: { profile: profile("provider profile"), ...at("global by provider") } },
        sandbox: { tools: at("sandbox") },
        subagents: { tools: at("subagent") },
      },
      agents: {
        defaults: { sandbox: { mode: "all" } },
        list: [{ id: "main", tools: { ...at("agent"), byProvider: { "openai/gpt-5.2": at("agent by provider") } } }],
      },
      channels: { telegram: { groups: { "-1": { tools: at("group") } } } },
    };
  }

  test("together let a tool through that none of them takes away", async () => {
    const { offered, called } = await run(without(undefined), child);
    expect(offered).toEqual(coreToolOrder.filter((name) => !subagentDenied.includes(name)));
    expect(called).toContain("tts ran");
  });

  test.each(levels)("%s takes a tool away that all others allow, and it is not run either", async (level) => {
    const { offered, called } = await run(without(level), child);
    expect(offered).not.toContain("tts");
    expect(offered).toContain("read");
    expect(called).not.toContain("tts ran");
    if (level === "sandbox") expect(called).toContain('Tool \\"tts\\" blocked by sandbox tool policy (mode=all).');
    else expect(called).toContain("Tool tts not found");
  });

  test("are gone through in their order: profiles, global, agent, group; sandbox and subagent lists are exact", async () => {
    const listed = (level: string) => ({ allow: ["read", `x-${level}`] });
    const { offered, warnings } = await run(
      {
        tools: {
          profile: "coding",
          alsoAllow: ["x-1"],
          ...listed("3"),
          byProvider: { openai: { profile: "coding", alsoAllow: ["x-2"], ...listed("4") } },
          sandbox: { tools: listed("8") },
          subagents: { tools: listed("9") },
        },
        agents: {
          defaults: { sandbox: { mode: "all" } },
          list: [{ id: "main", tools: { ...listed("5"), byProvider: { "openai/gpt-5.2": listed("6") } } }],
        },
        channels: { telegram: { groups: { "-1": { tools: listed("7") } } } },
      },
      child,
    );
    expect(offered).toEqual(["read"]);
    expect(
      warnings.map((text) => /^tools: (.*) allowlist contains unknown entries \((.*)\)\./.exec(text)?.slice(1)),
    ).toEqual([
      ["tools.profile", "x-1"],
      ["tools.byProvider.profile", "x-2"],
      ["tools", "x-3"],
      ["tools.byProvider", "x-4"],
      ["agents.list[].tools", "x-5"],
      ["agents.list[].tools.byProvider", "x-6"],
      ["group tools", "x-7"],
    ]);
  });
});

describe("what a model gets", () => {
  test("of the coding profile without its commands are files, sessions, memory and images", async () => {
    const { offered } = await run({ tools: { profile: "coding", deny: ["group:runtime"] } });
    expect(offered).toEqual([
      ...["read", "edit", "write", "apply_patch"],
      ...["sessions_list", "sessions_history", "sessions_send", "sessions_spawn", "session_status"],
      ...["image", "memory_search", "memory_get"],
    ]);
  });

  test("is decided by the exact model's entry of byProvider alone, when there is one", async () => {
    const openai = { profile: "minimal" as const };
    const exact = await run({ tools: { byProvider: { "openai/gpt-5.2": { allow: ["group:fs"] }, openai } } });
    expect(exact.offered).toEqual(["read", "edit", "write", "apply_patch"]);
    const other = await run({ tools: { byProvider: { "openai/gpt-4": { allow: ["group:fs"] }, openai } } });
    expect(other.offered).toEqual(["session_status"]);
  });

  test("are all core tools when an agent's list names none of them, and the log says why", async () => {
    const { offered, warnings } = await run({ agents: { list: [{ id: "main", tools: { allow: ["slack"] } }] } });
    expect(offered).toEqual([...coreToolOrder]);
    expect(warnings).toEqual([
      "tools: agents.list[].tools allowlist contains unknown entries (slack). Ignoring allowlist so core tools remain available. Use tools.alsoAllow for additive plugin tool enablement.",
    ]);
  });

  test("in a subagent are never the tools that subagents do without, even if its list names them", async () => {
    const { offered } = await run({ tools: { subagents: { tools: { allow: ["*", ...subagentDenied] } } } }, child);
    expect(offered.filter((name) => subagentDenied.includes(name))).toEqual([]);
    expect(offered).toContain("exec");
  });
});
