import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { chatService } from "../src/testing/chat-service.ts";
import type { ConnectOptions, Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let client: RawClient;
let sent = 0;
const start = async (options: TestGatewayOptions = {}, connect: ConnectOptions = {}) => {
  gateway = await startTestGateway(options);
  client = await gateway.connect(connect);
};
afterEach(() => gateway.close());

const textOf = (payload: Json) =>
  String(((payload.message as Json | undefined)?.content as Json[] | undefined)?.[0]?.text ?? "");
const ended = (runId: string) =>
  client.event("chat", (payload) => payload.runId === runId && payload.state !== "delta");
const say = async (message: string): Promise<string> => {
  const runId = `m${++sent}`;
  const answer = await client.request("chat.send", { sessionKey: "main", message, idempotencyKey: runId });
  if (!answer.ok) return `refused: ${answer.error?.message}`;
  const end = await ended(runId);
  return end.state === "error" ? `error: ${end.errorMessage}` : textOf(end);
};
const lastPrompt = () => JSON.stringify((gateway.model.lastRequest().body.messages as Json[]).at(-1));

describe("commands that tell", () => {
  it("/help, /commands and /whoami answer from the registry, without the model", async () => {
    await start();
    const help = await say("/help");
    expect(help).toMatch(
      /^ℹ️ Help\n\nSession\n {2}\/new \| \/reset \| \/compact \[instructions\] \| \/stop\n\nOptions\n/,
    );
    expect(help).toMatch(/More: \/commands for full list$/);
    const list = await say("/commands");
    expect(list).toMatch(/^ℹ️ Slash commands\n\nSession\n {2}\/new - /);
    expect(list).toContain("  /think (/thinking, /t) - How long");
    expect(list).not.toMatch(/\/bash|\/config/);
    expect(await say("/id")).toMatch(/^🧭 Identity\nChannel: webchat\nUser id: \S+\nAllowFrom: \S+$/);
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("/compact says that there is nothing to compact yet, and /subagents that there are none", async () => {
    await start();
    await say("hello");
    expect(await say("/compact")).toMatch(/^⚙️ Compaction skipped: .+ • Context \S+\/128k \(\d+%\)$/);
    expect(await say("/subagents")).toBe("🧭 Subagents: none for this session.");
    expect(await say("/subagents info 3")).toMatch(/^⚠️ /);
  });

  it("/status is the whole card, with what the last run used", async () => {
    await start();
    await say("hello");
    await say("/think low /queue steer");
    const card = (await say("/status")).split("\n");
    expect(card[0]).toBe("🦞 OpenClaw 2026.1.1");
    expect(card[1]).toBe("🧠 Model: fake/fake-1 · 🔑 api-key (config)");
    expect(card[2]).toMatch(/^🧮 Tokens: \S+ in \/ \S+ out$/);
    expect(card[3]).toMatch(/^📚 Context: \S+\/128k \(\d+%\) · 🧹 Compactions: 0$/);
    expect(card[4]).toBe("🧵 Session: agent:main:main • updated just now");
    expect(card[5]).toBe("⚙️ Runtime: direct · Think: low");
    expect(card[6]).toBe("🪢 Queue: steer (depth 0 · debounce 1s · cap 20 · drop summarize)");
  });

  it("/status names the sandbox of the session, and whether it applies to it", async () => {
    const sandboxed = (mode: string) => ({ agents: { defaults: { sandbox: { mode, backend: "bwrap" } } } });
    await start({ config: sandboxed("all") });
    expect(await say("/status")).toContain("\n⚙️ Runtime: bwrap/all · Think: off");
    await gateway.close();
    await start({ config: sandboxed("non-main") });
    expect(await say("/status")).toContain("\n⚙️ Runtime: direct/non-main · Think: off");
  });

  it("/context says what fills the prompt, and that a long file was cut", async () => {
    await start({
      prepare: ({ workspace }) => fs.writeFileSync(`${workspace}/AGENTS.md`, "x".repeat(30_000)),
    });
    expect(await say("/context")).toMatch(/^🧠 \/context\n/);
    expect(await say("/context list")).toContain("🧠 Context breakdown (estimate)");
    await say("hello");
    const list = await say("/context list");
    expect(list).toMatch(/^🧠 Context breakdown\nWorkspace: /);
    expect(list).toMatch(/- AGENTS\.md: TRUNCATED \| raw 30000 chars \(~7\.5k tok\) \| injected 18\d\d\d chars/);
    expect(list).toMatch(/- SOUL\.md: MISSING/);
    expect(list).toMatch(/Tools: .*exec/);
    expect(await say("/context detail")).toMatch(/Largest tools:\n- \w+: schema \d+ chars/);
    const json = JSON.parse((await say("/context json")).replace(/^```json\n|\n```$/g, ""));
    expect(json).toMatchObject({ source: "run", provider: "fake", model: "fake-1" });
    const { payload } = await client.request("sessions.patch", { key: "main" });
    expect((payload.entry as Json).systemPromptReport).toEqual(json);
  });

  it("/usage goes round its modes, and adds up what the transcripts say", async () => {
    await start();
    expect(await say("/usage")).toBe("⚙️ Usage footer: tokens.");
    expect(await say("/usage")).toBe("⚙️ Usage footer: full.");
    expect(await say("/usage")).toBe("⚙️ Usage footer: off.");
    expect(await say("/usage tokens")).toBe("⚙️ Usage footer: tokens.");
    expect(await say("/usage what")).toBe("⚙️ Usage: /usage off|tokens|full|cost");
    await say("hello");
    expect(await say("/usage cost")).toMatch(
      /^💸 Usage cost\nSession \$0\.00 \(partial\) · \S+ tokens\nToday \$0\.00 \(partial\)\nLast 30d \$0\.00 \(partial\)$/,
    );
  });

  it("commands.list tells version 4 clients what there is", async () => {
    await start({ config: { commands: { debug: true } } }, { protocol: 4 });
    const { payload } = await client.request("commands.list", {});
    const commands = payload.commands as Json[];
    const names = commands.map(({ name }) => name);
    expect(names).toContain("debug");
    expect(names).not.toContain("config");
    expect(commands.find(({ name }) => name === "think")).toMatchObject({
      nativeName: "think",
      textAliases: ["/think", "/thinking", "/t"],
      source: "native",
      scope: "both",
      acceptsArgs: true,
      args: [{ name: "level", type: "string", choices: [{ value: "off" }, {}, {}, {}, {}, {}] }],
    });
    const native = (await client.request("commands.list", { scope: "native" })).payload.commands as Json[];
    expect(native.map(({ name }) => name)).not.toContain("allowlist");
  });
});

describe("a command", () => {
  it("inside a message is answered first and taken out; the rest goes to the model", async () => {
    await start();
    const runId = "mixed";
    await client.request("chat.send", { sessionKey: "main", message: "see /whoami and tell", idempotencyKey: runId });
    await ended(runId);
    const answer = await client.event("chat", (payload) => String(payload.runId).startsWith("mixed/whoami"));
    expect(textOf(answer)).toMatch(/^🧭 Identity/);
    expect(lastPrompt()).toContain("see and tell");
  });

  it("that nobody knows, and one that stands in a sentence, go to the model as text", async () => {
    await start();
    await say("/frobnicate now");
    expect(lastPrompt()).toContain("/frobnicate now");
    await say("/skills are a thing");
    expect(lastPrompt()).toContain("/skills are a thing");
    await say("/skill weather");
    expect(lastPrompt()).toContain("/skill weather");
    expect(await say("/skill")).toMatch(/^⚠️ No skills are installed/);
    expect(await say("/activation always")).toBe("⚙️ Group activation only applies to group chats.");
  });

  it("works where replies are forbidden, if it is one that takes this back", async () => {
    await start();
    expect(await say("/send what")).toBe("⚙️ Usage: /send on|off|inherit");
    expect(await say("/send off")).toBe("⚙️ Send policy set to off.");
    expect(await say("hello")).toBe("refused: send blocked by session policy");
    expect(await say("/think low")).toBe("refused: send blocked by session policy");
    expect(await say("/status")).toMatch(/^🦞/);
    expect(await say("/help")).toMatch(/^ℹ️/);
    expect(await say("/send inherit")).toBe("⚙️ Send policy set to inherit.");
    await say("hello");
    expect(lastPrompt()).toContain("hello");
  });
});

describe("/approve", () => {
  it("answers what waits, and says when nothing does", async () => {
    await start({ config: { tools: { exec: { host: "gateway", security: "allowlist", ask: "always" } } } });
    expect(await say("/approve 12345678 deny")).toBe("❌ Failed to submit approval: unknown approval id 12345678");
    gateway.model.enqueue({ tools: [{ name: "exec", args: JSON.stringify({ command: "echo one" }) }] });
    await client.request("chat.send", { sessionKey: "main", message: "run it", idempotencyKey: "exec" });
    const { id } = await client.event("exec.approval.requested", () => true);
    expect(await say(`/approve ${id} deny`)).toBe(`✅ Exec approval deny submitted for ${id}.`);
    expect(await client.event("exec.approval.resolved", () => true)).toMatchObject({ id, decision: "deny" });
  });

  it("needs the scope for approvals", async () => {
    await start({}, { scopes: ["operator.read", "operator.write"] });
    expect(await say("/approve 12345678 deny")).toBe("❌ /approve requires operator.approvals for gateway clients.");
  });
});

describe("/bash", () => {
  const allowed = {
    commands: { bash: true, bashForegroundMs: 20_000 },
    tools: { elevated: { allowFrom: { webchat: ["*"] } } },
  };

  it("runs a command in the workspace, without the secrets of the Gateway", async () => {
    await start({ config: allowed, env: { OPENAI_API_KEY: "sk-secret", SEEN: "yes" } });
    expect(await say("/bash pwd")).toBe(`⚙️ bash: pwd\nExit: 0\n\`\`\`txt\n${gateway.workspace}\n\`\`\``);
    expect(await say('! echo "$SEEN:$OPENAI_API_KEY"; kill -9 $$')).toBe(
      '⚙️ bash: echo "$SEEN:$OPENAI_API_KEY"; kill -9 $$\nExit: 137\n```txt\nyes:\n```',
    );
    expect(await say("!poll")).toBe("⚙️ No active bash job.");
    expect(gateway.model.requests).toHaveLength(0);
  });

  it("lets a long command run on, shows its end once, and tells the session of it", async () => {
    await start({ config: { ...allowed, commands: { bash: true, bashForegroundMs: 0 } } });
    execFileSync("mkfifo", [`${gateway.workspace}/go`]);
    const started = await say("! cat go");
    const session = /^⚙️ bash started \(session (\S+)\)\. Still running; use !poll/.exec(started)?.[1];
    expect(session).toBeDefined();
    expect(await say("! echo two")).toMatch(/^⚠️ A bash job is already running \(/);
    expect(await say("/bash poll")).toMatch(/^⚙️ bash still running \(session \S+, \d+s\)\.$/);
    fs.writeFileSync(`${gateway.workspace}/go`, "through the pipe");
    expect(JSON.stringify((await gateway.model.request(1)).body)).toMatch(/Exec completed .*through the pipe/);
    expect(await say("/bash poll")).toBe("⚙️ bash: cat go\nExit: 0\n```txt\nthrough the pipe\n```");
    expect(await say("/bash poll")).toBe("⚙️ No active bash job.");
  });

  it("stops what runs, and the next command can be started", async () => {
    await start({ config: { ...allowed, commands: { bash: true, bashForegroundMs: 0 } } });
    await say("! sleep 60");
    expect(await say("!stop")).toMatch(/^⚙️ bash stopped \(session \S+\)\.$/);
    expect(await say("!stop")).toBe("⚙️ No active bash job.");
    expect(await say("! echo next")).toMatch(/^⚙️ bash(: echo next\nExit: 0| started )/);
  });

  it("needs its switch, and a sender that may run elevated commands", async () => {
    await start();
    expect(await say("! ls")).toMatch(/^⚠️ bash is disabled\. Set commands\.bash=true to enable\. Docs: /);
    await gateway.close();
    await start({ config: { commands: { bash: true } } });
    expect(await say("! ls")).toMatch(/^elevated is not available right now/);
  });
});

describe("/config", () => {
  it("is off until it is switched on", async () => {
    await start();
    expect(await say("/config show")).toBe("⚠️ /config is disabled. Set commands.config=true to enable.");
    expect(await say("/debug show")).toBe("⚠️ /debug is disabled. Set commands.debug=true to enable.");
    expect(await say("/restart")).toBe("⚠️ /restart is disabled. Set commands.restart=true to enable.");
  });

  it("shows values without secrets, and writes single ones with the comments around them", async () => {
    await start({
      config: ({ modelUrl, workspace }) => `{
  // who may come in
  gateway: { mode: "local", auth: { mode: "token", token: "t0k" } },
  agents: { defaults: { workspace: ${JSON.stringify(workspace)}, skipBootstrap: true, model: { primary: "fake/fake-1" } } },
  models: { providers: { fake: { baseUrl: ${JSON.stringify(modelUrl)}, apiKey: "model-secret-0123456789", api: "openai-completions", models: [{ id: "fake-1", name: "Fake" }] } } },
  commands: { config: true }, // for me
}
`,
    });
    const whole = await say("/config show");
    expect(whole).toMatch(/^⚙️ Config \(raw\):\n```json\n\{/);
    expect(whole).not.toMatch(/t0k|model-secret/);
    expect(await say("/config get gateway.auth")).not.toContain("t0k");
    expect(await say("/config show commands.config")).toBe("⚙️ Config commands.config:\n```json\ntrue\n```");
    expect(await say("/config show a.b")).toBe("⚙️ No config value found for a.b.");
    expect(await say("/config show a..b")).toBe("⚠️ Invalid path. Use dot notation (e.g. foo.bar).");
    expect(await say("/config set messages.queue.cap=7")).toBe("⚙️ Config updated: messages.queue.cap=7");
    expect(await say("/queue")).toContain("cap=7,");
    expect(await say("/config set models.providers.fake.apiKey=another-secret-1")).not.toContain("another-secret-1");
    expect(await say("/config set messages.queue.cap=none")).toMatch(
      /^⚠️ Config invalid after set \(messages\.queue\.cap: .*\)\.$/,
    );
    expect(await say("/config set __proto__.x=1")).toBe("⚠️ Invalid path segment.");
    expect(await say('/config set messages.queue={"cap":')).toMatch(/^⚠️ Invalid JSON: /);
    const text = fs.readFileSync(gateway.configPath, "utf8");
    expect(text).toMatch(/\/\/ who may come in[\s\S]*\/\/ for me/);
    expect(text).toContain("another-secret-1");
    expect(await say("/config unset messages.queue.cap")).toBe("⚙️ Config updated: messages.queue.cap removed.");
    expect(fs.readFileSync(gateway.configPath, "utf8")).not.toContain("messages");
    expect(await say("/config dance")).toBe("⚠️ Usage: /config show|set|unset");
  });

  it("asks clients of the Gateway for the scope the configuration needs", async () => {
    await start(
      { config: { commands: { config: true, debug: true } } },
      { scopes: ["operator.read", "operator.write"] },
    );
    expect(await say("/config show")).toBe("❌ /config requires operator.admin for gateway clients.");
    expect(await say("/debug show")).toBe("❌ /debug requires operator.admin for gateway clients.");
    expect(await say("/status")).toMatch(/^🦞/);
  });
});

describe("/debug", () => {
  it("lays values over the configuration that really count, and the file stays as it is", async () => {
    await start({ config: { commands: { debug: true } } });
    const before = fs.readFileSync(gateway.configPath, "utf8");
    expect(await say("/debug")).toBe("⚙️ Debug overrides: (none)");
    expect(await say("/debug set messages.queue.mode=steer")).toBe('⚙️ Debug override set: messages.queue.mode="steer"');
    expect(await say("/queue")).toContain("mode=steer,");
    expect(await say("/debug set messages.queue.mode=nonsense")).toMatch(
      /^⚠️ Config invalid after set \(messages\.queue\.mode: /,
    );
    expect(await say("/debug set agents.defaults.thinkingDefault=high")).toContain("thinkingDefault");
    expect(await say("/think")).toMatch(/^Current thinking level: high\./);
    expect(await say("/debug unset messages.queue.mode")).toBe("⚙️ Debug override removed for messages.queue.mode.");
    expect(await say("/debug show")).toMatch(
      /^⚙️ Debug overrides \(memory-only\):\n```json\n[^q]*"thinkingDefault": "high"/,
    );
    expect(await say("/debug reset")).toBe("⚙️ Debug overrides cleared; using config on disk.");
    expect(await say("/think")).toMatch(/^Current thinking level: off\./);
    expect(fs.readFileSync(gateway.configPath, "utf8")).toBe(before);
  });
});

describe("/restart", () => {
  it("answers, then restarts, and is not repeated after it", async () => {
    await start({ config: { commands: { restart: true } } });
    const restarted = gateway.restarted();
    expect(await say("/restart")).toBe("⚙️ Restarting OpenClaw in-process (SIGUSR1); back in a few seconds.");
    expect((await restarted).reason).toBe("/restart");
    client = await gateway.connect();
    expect(await say("/status")).toMatch(/^🦞/);
  });
});

describe("on a channel", () => {
  const telegram = (more: Json = {}) => ({
    channels: {
      telegram: {
        enabled: true,
        dmPolicy: "allowlist",
        allowFrom: ["7"],
        groupPolicy: "open",
        groupAllowFrom: ["7"],
        ...more,
      },
    },
  });

  it("commands are answered in the chat, and leave the session's transcript alone", async () => {
    const service = chatService();
    await start({ channels: [service.channel], config: telegram() });
    await service.tell("/whoami");
    expect(await service.sent()).toMatchObject({
      to: "7",
      text: "🧭 Identity\nChannel: telegram\nUser id: 7\nUsername: @ada\nChat: 7\nAllowFrom: 7",
    });
    await service.tell("/commands 2");
    expect((await service.sent()).text).toMatch(/^ℹ️ Commands \(2\/\d\)\n\n {2}\//);
    await service.tell("/new");
    expect((await service.sent()).text).toBe("✅ New session started · model: fake/fake-1");
    await service.sent();
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("a word that stops is answered with what was stopped", async () => {
    const service = chatService();
    await start({ channels: [service.channel], config: telegram() });
    await service.tell("hold:50 a long story");
    await client.event("chat", (payload) => payload.state === "delta");
    await service.tell("stop");
    expect((await service.sent()).text).toBe("⚙️ Agent was aborted.");
  });

  it("in a group, commands of people who may not use them are dropped, and their settings are text", async () => {
    const service = chatService();
    await start({ channels: [service.channel], config: telegram() });
    const stranger = { chat: { kind: "group", id: "-1" }, sender: { id: "99" } } as const;
    const friend = { chat: { kind: "group", id: "-1" }, sender: { id: "7" } } as const;
    await service.tell("/status", stranger);
    await service.tell("/think high about it", stranger);
    expect((await service.sent()).text).toContain("/think high about it");
    await service.tell("/activation always", friend);
    expect((await service.sent()).text).toBe("⚙️ Group activation set to always.");
    await service.tell("/exec host=gateway", friend);
    expect((await service.sent()).text).toBe("⚠️ In a group, mention the assistant to use /exec.");
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("owners alone may use commands where they are named", async () => {
    const service = chatService();
    await start({
      channels: [service.channel],
      config: { ...telegram({ allowFrom: ["7", "8"] }), commands: { ownerAllowFrom: ["telegram:8", "discord:7"] } },
    });
    await service.tell("/status");
    await service.tell("/status", { chat: { kind: "direct", id: "8" }, sender: { id: "8" } });
    expect(await service.sent()).toMatchObject({ to: "8", text: expect.stringMatching(/^🦞/) });
    expect(service.untaken).toEqual([]);
  });

  it("/allowlist shows and changes who may write", async () => {
    const service = chatService();
    await start({ channels: [service.channel], config: { ...telegram(), commands: { config: true } } });
    await service.tell("/allowlist");
    expect((await service.sent()).text).toBe(
      "🧾 Allowlist\nChannel: telegram (account default)\nDM policy: allowlist · Group policy: open\n" +
        "DM allowFrom (config): 7\nGroup allowFrom (config): 7",
    );
    await service.tell("/allowlist add 7 dm");
    expect((await service.sent()).text).toBe("✅ Already allowlisted.");
    await service.tell("/allowlist remove 5 group");
    expect((await service.sent()).text).toBe("⚠️ Entry not found.");
    expect(await say("/allowlist list")).toBe("⚠️ Unknown channel. Add channel=<id> to the command.");
  });

  it("/dock moves the replies of a session to where its user is linked, and back", async () => {
    const service = chatService();
    await start({
      channels: [service.channel],
      config: { ...telegram(), session: { identityLinks: { ada: ["telegram:7", "discord:70"] } } },
    });
    expect(await say("/dock_telegram")).toBe("✅ Replies now go to telegram.");
    await say("hello");
    expect(await service.sent()).toMatchObject({
      channel: "telegram",
      to: "7",
      text: expect.stringContaining("hello"),
    });
    expect(await say("/dock-webchat")).toBe("✅ Replies now go to webchat.");
    await say("and back");
    expect(service.untaken).toEqual([]);
  });
});
