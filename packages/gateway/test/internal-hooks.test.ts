import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

/** A Gateway with these hooks switched on and the others off. */
async function started(
  entries: Json,
  options: TestGatewayOptions & { config?: Json } = {},
): Promise<{ gateway: TestGateway; client: RawClient }> {
  const off = Object.fromEntries(
    ["session-memory", "command-logger", "boot-md", "soul-evil"].map((name) => [name, { enabled: false }]),
  );
  const internal = { enabled: true, entries: { ...off, ...entries } };
  gateway = await startTestGateway({ ...options, config: { ...options.config, hooks: { internal } } });
  return { gateway, client: await gateway.connect() };
}

let keys = 0;
async function say(client: RawClient, message: string): Promise<void> {
  const idempotencyKey = `say-${++keys}`;
  await client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
  await client.event("chat", (event) => event.runId === idempotencyKey && event.state === "final");
}

function writeHook(dir: string, name: string, events: string, code: string): void {
  const folder = path.join(dir, name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, "HOOK.md"),
    `---\nname: ${name}\ndescription: A test\nmetadata: { "openclaw": { "events": ["${events}"] } }\n---\n`,
  );
  fs.writeFileSync(path.join(folder, "handler.ts"), code);
}

const commandLog = ({ stateDir }: TestGateway) => path.join(stateDir, "logs", "commands.log");

describe("command-logger", () => {
  it("writes a line for the command of somebody who may use commands, and none for anybody else's", async () => {
    const channel = createTestChannel("telegram");
    const { gateway, client } = await started(
      { "command-logger": { enabled: true } },
      {
        channels: [channel],
        config: {
          channels: { telegram: { botToken: "t", dmPolicy: "open", allowFrom: ["*"] } },
          commands: { ownerAllowFrom: ["telegram:1"] },
        },
      },
    );
    await channel.write("/new");
    await channel.write("hello");
    await say(client, "/new");
    await expect.poll(() => fs.existsSync(commandLog(gateway))).toBe(true);
    const lines = () => fs.readFileSync(commandLog(gateway), "utf8").trim().split("\n");
    expect(lines().map((line) => JSON.parse(line) as Json)).toMatchObject([
      { action: "new", sessionKey: "agent:main:main", source: "webchat", senderId: expect.any(String) },
    ]);
    expect(fs.statSync(commandLog(gateway)).mode & 0o777).toBe(0o600);
  });
});

describe("session-memory", () => {
  it("keeps what was said in a file of its own for each conversation, also within one minute", async () => {
    const { gateway, client } = await started({ "session-memory": { enabled: true } });
    const dir = path.join(gateway.workspace, "memory");
    const files = () => (fs.existsSync(dir) ? fs.readdirSync(dir).sort() : []);
    for (const [round, words] of [["lunch"], ["lunch"]].entries()) {
      await say(client, `Let us talk about ${words.join(" ")} ${round}`);
      // The greeting of the new session and the name of the old one are asked for at once.
      gateway.model.enqueue({ words: ["Lunch", "plans!"] }, { words: ["Lunch", "plans!"] });
      await say(client, "/new");
      await expect.poll(() => files().length).toBe(round + 1);
    }
    const [first, second] = files();
    expect(first).toMatch(/^\d{4}-\d\d-\d\d-lunch-plans-2\.md$|^\d{4}-\d\d-\d\d-lunch-plans\.md$/);
    expect(second).not.toBe(first);
    const texts = files().map((name) => fs.readFileSync(path.join(dir, name), "utf8"));
    for (const text of texts) {
      expect(text).toMatch(
        /^# Session: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\n\n- \*\*Session Key\*\*: agent:main:main\n/,
      );
      expect(text).toContain("## Conversation Summary\n\n");
      expect(text).not.toContain("/new");
    }
    expect(texts.join()).toContain("user: Let us talk about lunch 0\nassistant: ");
    expect(texts.join()).toContain("user: Let us talk about lunch 1\nassistant: ");
  });
});

describe("boot-md", () => {
  it("lets the agent follow BOOT.md once the Gateway has started", async () => {
    const { gateway } = await started(
      { "boot-md": { enabled: true } },
      { prepare: ({ workspace }) => fs.writeFileSync(path.join(workspace, "BOOT.md"), "Say hello to Ada.") },
    );
    const { body } = await gateway.model.request(1);
    expect(JSON.stringify(body.messages)).toContain("Say hello to Ada.");
    expect(JSON.stringify(body.messages)).toContain("NO_REPLY");
  });
});

describe("soul-evil", () => {
  it("replaces the SOUL.md the model sees, and no file", async () => {
    const { gateway, client } = await started(
      { "soul-evil": { enabled: true, chance: 1 } },
      {
        prepare({ workspace }) {
          fs.writeFileSync(path.join(workspace, "SOUL.md"), "You are kind.");
          fs.writeFileSync(path.join(workspace, "SOUL_EVIL.md"), "You are mean.");
        },
      },
    );
    await say(client, "Hi");
    const prompt = JSON.stringify(gateway.model.lastRequest().body.messages);
    expect(prompt).toContain("You are mean.");
    expect(prompt).not.toContain("You are kind.");
    expect(fs.readFileSync(path.join(gateway.workspace, "SOUL.md"), "utf8")).toBe("You are kind.");
  });
});

describe("a hook of one's own", () => {
  it("is found in the workspace, runs as TypeScript, and may tell the user something", async () => {
    const channel = createTestChannel("telegram");
    const { client } = await started(
      {},
      {
        channels: [channel],
        config: { channels: { telegram: { botToken: "t", dmPolicy: "open", allowFrom: ["*"] } } },
        prepare: ({ workspace }) =>
          writeHook(
            path.join(workspace, "hooks"),
            "greeter",
            "command:new",
            `export default function greet(event: { messages: string[]; context: { commandSource: string } }): void {
               event.messages.push("Goodbye from " + event.context.commandSource);
             }`,
          ),
      },
    );
    expect((await client.request("health", {})).ok).toBe(true);
    await channel.write("/new");
    await expect.poll(() => channel.sent.map(({ text }) => text)).toContain("Goodbye from telegram");
  });

  it("that throws, has no handler or cannot be loaded keeps none of the others from running, and the command is answered", async () => {
    const { gateway, client } = await started(
      { "command-logger": { enabled: true } },
      {
        prepare({ workspace, stateDir }) {
          const dir = path.join(workspace, "hooks");
          writeHook(dir, "a-thrower", "command:new", 'export default () => { throw new Error("boom"); };');
          writeHook(dir, "broken", "command:new", "export default 1;");
          writeHook(
            dir,
            "z-writer",
            "command:new",
            `import fs from "node:fs"; export default () => fs.writeFileSync(${JSON.stringify(path.join(stateDir, "z-ran"))}, "x");`,
          );
          fs.mkdirSync(path.join(dir, "empty"));
          fs.writeFileSync(path.join(dir, "empty", "HOOK.md"), "---\nname: empty\n---\n");
        },
      },
    );
    await say(client, "/new");
    await expect.poll(() => fs.existsSync(path.join(gateway.stateDir, "z-ran"))).toBe(true);
    const log = gateway.log();
    expect(log).toContain("Hook error [command:new]: boom");
    expect(log).toMatch(/Hook \\"broken\\" could not be loaded: .*is not a function/);
    expect(log).toContain("has HOOK.md but no handler file in");
    expect(fs.existsSync(commandLog(gateway))).toBe(true);
  });

  it("is not loaded while internal hooks are off", async () => {
    gateway = await startTestGateway({
      prepare: ({ workspace, stateDir }) =>
        writeHook(
          path.join(workspace, "hooks"),
          "x",
          "command",
          `import fs from "node:fs"; fs.writeFileSync(${JSON.stringify(path.join(stateDir, "loaded"))}, "");`,
        ),
    });
    await say(await gateway.connect(), "/new");
    expect(fs.existsSync(path.join(gateway.stateDir, "loaded"))).toBe(false);
  });
});
