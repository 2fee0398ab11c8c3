import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { manualTimers } from "../../agent-runtime/src/testing/manual-timers.ts";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";
import { connectTestNode, nodeResult, type TestNodeOptions } from "../src/testing/test-node.ts";

let gateway: TestGateway;
let client: RawClient;
let sent = 0;
afterEach(() => gateway.close());

type SkillFiles = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
const put = (root: string, skills: SkillFiles) => {
  for (const [name, fields] of Object.entries(skills)) {
    const lines = Object.entries({ name, description: `About ${name}`, ...fields }).map(
      ([key, value]) => `${key}: ${JSON.stringify(value)}`,
    );
    fs.mkdirSync(path.join(root, name), { recursive: true });
    fs.writeFileSync(path.join(root, name, "SKILL.md"), `---\n${lines.join("\n")}\n---\nBody\n`);
  }
};
const start = async (skills: SkillFiles, { config, ...options }: TestGatewayOptions = {}) => {
  gateway = await startTestGateway({
    config: { skills: { load: { watchDebounceMs: 0 } }, ...(config as Json) },
    prepare: ({ workspace }) => put(path.join(workspace, "skills"), skills),
    ...options,
  });
  client = await gateway.connect({ protocol: 4 });
};
const say = async (message: string, sessionKey = "main"): Promise<string> => {
  const idempotencyKey = `m${++sent}`;
  await client.request("chat.send", { sessionKey, message, idempotencyKey });
  const end = await client.event("chat", ({ runId, state }) => runId === idempotencyKey && state !== "delta");
  const content = (end.message as Json | undefined)?.content as Json[] | undefined;
  return end.state === "error" ? `error: ${end.errorMessage}` : String(content?.[0]?.text ?? "");
};
const messages = () => gateway.model.lastRequest().body.messages as { role: string; content: string }[];
const systemPrompt = () => messages()[0]?.content ?? "";
const asked = () => (messages().at(-1)?.content ?? "").replace(/\n\[message_id: \S+\]$/, "");
const location = (name: string) => path.join(gateway.workspace, "skills", name, "SKILL.md");

describe("what the model is told of skills", () => {
  it("stands in the system prompt, stays as it is, and changes with the files", async () => {
    await start({ weather: { description: "Rain & sun" } });
    await say("one");
    const first = systemPrompt();
    expect(first).toMatch(/## OpenClaw CLI Quick Reference[\s\S]*## Skills \(mandatory\)[\s\S]*## Workspace\n/);
    expect(first).toContain(
      `<description>Rain &amp; sun</description>\n    <location>${location("weather")}</location>`,
    );
    await say("two");
    expect(systemPrompt()).toBe(first);
    put(path.join(gateway.workspace, "skills"), { weather: { description: "Changed" }, more: {} });
    await say("three");
    expect(systemPrompt()).toContain("<description>Changed</description>");
    expect(systemPrompt()).toContain("<name>more</name>");
    expect(await say("/context list")).toContain("Skills: more, weather");
  });

  it("begins with the first skill that is put into a running Gateway's workspace", async () => {
    await start({});
    await say("one");
    expect(systemPrompt()).not.toContain("## Skills");
    put(path.join(gateway.workspace, "skills"), { foo: {} });
    await say("two");
    expect(systemPrompt()).toContain("<name>foo</name>");
  });

  it("is nothing for an agent that is given none, and for skills that are for people alone", async () => {
    const list = [{ id: "main" }, { id: "none", skills: [] }];
    await start({ shown: {}, quiet: { "disable-model-invocation": true } }, { config: { agents: { list } } });
    await say("hello");
    expect(systemPrompt()).toContain("<name>shown</name>");
    expect(systemPrompt()).not.toContain("quiet");
    await say("hello", "agent:none:main");
    expect(systemPrompt()).not.toContain("## Skills");
  });
});

describe("the command of a skill", () => {
  it("asks the model to use the skill, with what the user wrote behind its name", async () => {
    await start({ "my-skill": { "disable-model-invocation": true } });
    await say("/my_skill  make it\nshort");
    expect(asked()).toMatch(
      new RegExp(`Use the skill "my-skill"[^\\n]*${location("my-skill")}[^\\n]*\\n\\nUser input:\\nmake it\\nshort$`),
    );
    await say("/MY-SKILL");
    expect(asked()).toContain('Use the skill "my-skill"');
    expect(asked()).not.toContain("User input:");
    await say("/skill my skill now");
    expect(asked()).toMatch(/\n\nUser input:\nnow$/);
  });

  it("is a message like any other when there is no such skill", async () => {
    await start({ one: {} });
    await say("/skill nobody knows");
    expect(asked()).toMatch(/\/skill nobody knows$/);
    await say("/nobody knows");
    expect(asked()).toMatch(/\/nobody knows$/);
    expect(await say("/skill")).toBe("⚙️ Usage: /skill <name> [input]\nSkills: one");
  });

  it("takes no other command's name, and is listed with the others", async () => {
    await start({ status: {}, hidden: { "user-invocable": false } });
    expect(await say("/status")).toContain("🦞 OpenClaw");
    expect(await say("/commands")).toContain("/status_2 - About status");
    const listed = async (params: Json) => {
      const { payload } = await client.request("commands.list", params);
      return (payload.commands as Json[]).filter(({ source }) => source === "skill");
    };
    expect(await listed({})).toEqual([
      {
        name: "status_2",
        nativeName: "status_2",
        textAliases: ["/status_2"],
        description: "About status",
        category: "tools",
        source: "skill",
        scope: "both",
        acceptsArgs: true,
        args: [{ name: "input", description: expect.any(String), type: "string" }],
      },
    ]);
    expect(await listed({ scope: "native", provider: "telegram" })).toHaveLength(1);
    expect(await listed({ scope: "native", provider: "slack" })).toEqual([]);
    expect(await listed({ provider: "slack" })).toMatchObject([{ scope: "text" }]);
  });

  it("says that a sandboxed session cannot read it", async () => {
    await start({ one: {} }, { config: { agents: { defaults: { sandbox: { mode: "all", backend: "bwrap" } } } } });
    expect(await say("/one go")).toMatch(/^⚠️ The skill one cannot be used here: this session is sandboxed/);
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("of a stranger is dropped without a word, like other commands", async () => {
    const service = chatService();
    const telegram = {
      dmPolicy: "allowlist",
      allowFrom: ["7"],
      groupPolicy: "open",
      groups: { "*": { requireMention: false } },
    };
    await start({ one: {} }, { channels: [service.channel], config: { channels: { telegram } } });
    const chat = { kind: "group", id: "-1" } as const;
    await service.tell("/one go", { chat, sender: { id: "99" } });
    await service.tell("/skill one go", { chat, sender: { id: "99" } });
    await service.tell("/one from a friend", { chat, sender: { id: "7" } });
    await service.sent();
    expect(gateway.model.requests).toHaveLength(1);
    expect(asked()).toMatch(/Use the skill "one"[\s\S]*User input:\nfrom a friend/);
  });
});

describe("a skill that calls a tool", () => {
  const dispatch = (tool: string) => ({ "command-dispatch": "tool", "command-tool": tool });

  it("answers with what the tool says, without the model, and with the variables of skills", async () => {
    const metadata = { openclaw: { primaryEnv: "SKILL_KEY" } };
    await start(
      { sh: { ...dispatch("exec"), metadata } },
      {
        config: {
          skills: { load: { watchDebounceMs: 0 }, entries: { sh: { apiKey: "k3y" } } },
          tools: { exec: { host: "gateway", security: "full", ask: "off" } },
        },
      },
    );
    expect(await say("/sh echo said $SKILL_KEY")).toContain("said k3y");
    expect(process.env.SKILL_KEY).toBeUndefined();
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("says so when the agent has no such tool, or the tool fails", async () => {
    await start(
      { gone: dispatch("nope"), look: dispatch("read"), denied: dispatch("exec") },
      {
        config: { tools: { deny: ["exec"] } },
      },
    );
    expect(await say("/gone x")).toBe("❌ Tool not available: nope");
    expect(await say("/denied x")).toBe("❌ Tool not available: exec");
    expect(await say("/look x")).toMatch(/^❌ .*path/);
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("asks the model when it does not say which tool", async () => {
    await start({ half: { "command-dispatch": "tool" } });
    await say("/half x");
    expect(asked()).toContain('Use the skill "half"');
  });
});

describe("skills for a Mac", () => {
  const macTool = { metadata: { openclaw: { os: ["darwin"], requires: { bins: ["mactool"] } } } };
  const mac = (more: TestNodeOptions = {}) =>
    connectTestNode(gateway, { ...more, client: { platform: "macos 15.2", displayName: "My Mac" } });
  const isEligible = async () => {
    const { payload } = await client.request("skills.status", {});
    return (payload.skills as Json[]).map(({ eligible }) => eligible);
  };
  const note = "Remote macOS node available (My Mac). Run macOS-only skills via nodes.run on that node.";

  it("can be used while a Mac that has their program is connected, and the model is told on which", async () => {
    await start({ screenshots: macTool });
    expect(await isEligible()).toEqual([false]);
    const asked: unknown[] = [];
    const which = (params: Json) => {
      asked.push(params.bins);
      return nodeResult({ bins: { mactool: "/opt/mactool" } });
    };
    const node = await mac({ answers: { "system.which": which } });
    await expect.poll(isEligible).toEqual([true]);
    await say("one");
    expect(systemPrompt()).toContain(note);
    expect(systemPrompt()).toContain(location("screenshots"));

    // Another skill needs another program: the Mac is asked again.
    put(path.join(gateway.workspace, "skills"), {
      other: { metadata: { openclaw: { requires: { bins: ["nope"] } } } },
    });
    await expect.poll(isEligible).toEqual([false, true]);
    await expect.poll(() => asked).toEqual([["mactool"], ["mactool", "nope"]]);
    // Both of its answers were taken.
    await node.client.response("r2");
    await node.client.close();
    await expect.poll(isEligible).toEqual([false, false]);
    await say("two");
    expect(systemPrompt()).not.toContain("Remote macOS node");
    // What was found counts again as soon as it is back, before it has answered.
    await gateway.restart();
    client = await gateway.connect({ protocol: 4 });
    await mac({ device: node.device });
    await expect.poll(isEligible).toEqual([false, true]);
  });

  it("are looked for by a shell where the Mac has nothing else", async () => {
    await start({ screenshots: macTool });
    const run = (params: Json) => {
      expect((params.command as string[]).slice(0, 2)).toEqual(["/bin/sh", "-lc"]);
      return nodeResult({ exitCode: 0, stdout: "mactool\n" });
    };
    await mac({ commands: ["system.run"], answers: { "system.run": run } });
    await expect.poll(isEligible).toEqual([true]);
  });

  it("stay out when the Mac does not answer, of which the log warns once", async () => {
    const timers = manualTimers({ auto: 5000 });
    await start({ screenshots: macTool }, { timers });
    const node = await mac();
    await node.asked("system.which");
    timers.advance(15_000);
    const warning = "the node My Mac does not tell which programs of skills it has: node invoke timed out";
    await expect.poll(() => gateway.log().split(warning).length - 1).toBe(1);
    expect(await isEligible()).toEqual([false]);
  });

  it("are not for nodes of other systems", async () => {
    await start({ screenshots: macTool });
    const answers = { "system.which": () => nodeResult({ bins: { mactool: "/bin/mactool" } }) };
    const node = await connectTestNode(gateway, { answers, client: { platform: "linux" } });
    await client.request("node.list", {});
    expect(await isEligible()).toEqual([false]);
    expect(node.client.events("node.invoke.request")).toEqual([]);
  });
});
