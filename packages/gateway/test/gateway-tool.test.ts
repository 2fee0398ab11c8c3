import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createTestChannel } from "../src/testing/test-channel.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const sentinel = () => path.join(gateway.stateDir, "restart-sentinel.json");
const callGateway = (args: Json) => ({ tools: [{ name: "gateway", args: JSON.stringify(args) }] });
const lastTool = () => {
  const messages = gateway.model.lastRequest().body.messages as { role: string; content: unknown }[];
  return JSON.stringify(messages.findLast(({ role }) => role === "tool")?.content);
};
/** Lets the model call the tool in the web chat; resolves with what it was told. */
async function ask(client: RawClient, args: Json): Promise<string> {
  gateway.model.enqueue(callGateway(args), { words: ["ok"] });
  const idempotencyKey = crypto.randomUUID();
  await client.request("chat.send", { sessionKey: "main", message: "go", idempotencyKey });
  await client.event("chat", (payload) => payload.runId === idempotencyKey && payload.state === "final");
  return lastTool();
}

it("restarts only where that is allowed", async () => {
  gateway = await startTestGateway();
  const client = await gateway.connect();
  expect(await ask(client, { action: "restart" })).toContain(
    "Gateway restart is disabled. Set commands.restart=true to enable.",
  );
  expect(fs.existsSync(sentinel())).toBe(false);
  expect(await ask(client, { action: "update.run" })).toContain("Invalid argument action");
});

it("shows the configuration without its secrets", async () => {
  gateway = await startTestGateway();
  const answer = await ask(await gateway.connect(), { action: "config.get" });
  expect(answer).toContain("__OPENCLAW_REDACTED__");
  expect(answer).not.toContain("model-secret-0123456789");
});

it("tells the chat that asked for the restart once that it has happened", async () => {
  const telegram = createTestChannel("telegram");
  gateway = await startTestGateway({
    channels: [telegram],
    config: {
      commands: { restart: true },
      channels: { telegram: { enabled: true, botToken: "1:t", dmPolicy: "allowlist", allowFrom: ["7"] } },
    },
  });
  const restarted = gateway.restarted();
  gateway.model.enqueue(callGateway({ action: "restart", delayMs: 300, note: "new plugin" }), {
    words: ["Restarting."],
  });
  await telegram.write("restart please");
  expect((await restarted).reason).toBe("gateway.restart");
  await vi.waitFor(() => expect(telegram.sent).toHaveLength(2), { timeout: 5000 });
  const prompt = JSON.stringify(gateway.model.lastRequest().body.messages);
  expect(prompt).toContain("GatewayRestart:");
  expect(prompt).toContain("new plugin");
  expect(telegram.sent[1]).toMatchObject({ channel: "telegram", to: "7" });
  expect(fs.existsSync(sentinel())).toBe(false);
  const asked = gateway.model.requests.length;
  await gateway.restart();
  expect(gateway.model.requests).toHaveLength(asked);
});

it("changes the configuration for the owner, and the session hears of it with its next turn", async () => {
  gateway = await startTestGateway();
  const client = await gateway.connect();
  const restarted = gateway.restarted();
  const patch = { action: "config.patch", raw: `{messages:{ackReaction:"x"}}`, restartDelayMs: 300, note: "as asked" };
  expect(await ask(client, patch)).toContain("SIGUSR1");
  await restarted;
  await vi.waitFor(() => expect(fs.existsSync(sentinel())).toBe(false));
  expect(fs.readFileSync(gateway.configPath, "utf8")).toContain("ackReaction");
  await ask(await gateway.connect(), { action: "config.get" });
  expect(JSON.stringify(gateway.model.lastRequest().body.messages)).toContain("GatewayRestart:");
});

it("refuses changes of anybody but the owner", async () => {
  const telegram = createTestChannel("telegram");
  gateway = await startTestGateway({
    channels: [telegram],
    config: {
      commands: { ownerAllowFrom: ["telegram:1"] },
      channels: { telegram: { enabled: true, botToken: "1:t", dmPolicy: "allowlist", allowFrom: ["7"] } },
    },
  });
  gateway.model.enqueue(callGateway({ action: "config.patch", raw: `{messages:{ackReaction:"x"}}` }), {
    words: ["no"],
  });
  await telegram.write("change it");
  await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
  expect(lastTool()).toContain("Tool restricted to owner senders.");
  expect(fs.readFileSync(gateway.configPath, "utf8")).not.toContain("ackReaction");
});

it("does not take people for owners because a group names them, unless their channel says so", async () => {
  const ask = async (more: object) => {
    const telegram = Object.assign(createTestChannel("telegram"), more);
    gateway = await startTestGateway({
      channels: [telegram],
      config: {
        channels: { telegram: { botToken: "1:t", allowFrom: ["9"], groups: { "-5": { allowFrom: ["1"] } } } },
      },
    });
    gateway.model.enqueue(callGateway({ action: "config.patch", raw: "not an object" }), { words: ["no"] });
    const mentions = { me: true, any: true };
    await telegram.write("change it", { chat: { kind: "group", id: "-5" }, sender: { id: "1" }, mentions });
    await vi.waitFor(() => expect(telegram.sent).toHaveLength(1));
    return lastTool();
  };
  expect(await ask({})).toContain("Tool restricted to owner senders.");
  await gateway.close();
  const group = () => ({ requireMention: true, policy: "open", senders: ["1"], sendersAreOwners: true });
  expect(await ask({ access: { group } })).not.toContain("Tool restricted to owner senders.");
});

it("starts with a sentinel that cannot be read, says so and deletes it", async () => {
  gateway = await startTestGateway({
    prepare: ({ stateDir }) => fs.writeFileSync(path.join(stateDir, "restart-sentinel.json"), "{broken"),
  });
  await vi.waitFor(() => expect(fs.existsSync(sentinel())).toBe(false));
  await vi.waitFor(() => expect(gateway.log()).toContain("cannot be read and was deleted"));
});
