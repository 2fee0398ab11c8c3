import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startTelegramServer } from "@openclaw/crabline";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../../gateway/src/testing/test-gateway.ts";
import { createTelegramChannel } from "../src/index.ts";

// The whole way through a real Gateway, against a provider server that is not ours.

const owner = 100001;
const stranger = 100002;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Call {
  method: string;
  body: Record<string, unknown>;
}

async function startService() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-crabline-"));
  const calls: Call[] = [];
  const looks = new Set<() => void>();
  const server = await startTelegramServer({
    recorderPath: path.join(folder, "telegram.jsonl"),
    onEvent(event) {
      const method = /\/bot[^/]*\/(\w+)$/.exec(event.path)?.[1];
      if (method === undefined) return;
      const body: unknown = event.body;
      calls.push({ method, body: typeof body === "object" && body !== null ? { ...body } : {} });
      for (const look of looks) look();
    },
  });
  closing.push(async () => {
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const { manifest } = server;
  return {
    section: { botToken: manifest.botToken, apiRoot: manifest.endpoints.apiRoot },
    token: manifest.botToken,
    calls,
    /** Takes the next call of a method. */
    take: (method: string) =>
      new Promise<Record<string, unknown>>((resolve) => {
        const look = () => {
          const at = calls.findIndex((call) => call.method === method);
          if (at < 0) return;
          looks.delete(look);
          resolve(calls.splice(at, 1)[0]?.body ?? {});
        };
        looks.add(look);
        look();
      }),
    async write(message: Record<string, unknown>) {
      const response = await fetch(manifest.endpoints.adminInboundUrl, {
        method: "POST",
        headers: { "content-type": "application/json", "x-crabline-admin-token": manifest.adminToken },
        body: JSON.stringify(message),
      });
      expect(response.status, await response.clone().text()).toBe(200);
    },
  };
}

async function start(telegram: Record<string, unknown>, options: Partial<TestGatewayOptions> = {}) {
  const service = await startService();
  const gateway = await startTestGateway({
    ...options,
    channels: [createTelegramChannel()],
    config: {
      channels: { telegram: { ...service.section, ...telegram } },
      ...(typeof options.config === "object" ? options.config : {}),
    },
  });
  closing.push(() => gateway.close());
  return { service, gateway };
}

const direct = (fromId: number, text: string) => ({ chatId: fromId, fromId, fromName: "P", text });
const inGroup = (text: string, more: Record<string, unknown> = {}) => ({
  chatId: -1001,
  chatType: "supergroup",
  fromId: owner,
  fromName: "Ada",
  text,
  ...more,
});
const prompts = (gateway: TestGateway): string[] =>
  gateway.model.requests.map(({ body }) => JSON.stringify(body.messages));

describe("Telegram through a Gateway", () => {
  it("a stranger gets a pairing code once, and is answered as HTML once approved", async () => {
    const { service, gateway } = await start({ dmPolicy: "pairing" });
    await service.write(direct(stranger, "hello"));
    const reply = await service.take("sendMessage");
    expect(reply.chat_id).toBe(stranger);
    expect(reply.text).toContain(`Your Telegram user id: ${stranger}`);
    expect(reply.text).toContain("openclaw pairing approve telegram &lt;code&gt;");
    expect(gateway.model.requests).toEqual([]);

    const credentials = path.join(gateway.stateDir, "credentials");
    const pending = JSON.parse(fs.readFileSync(path.join(credentials, "telegram-pairing.json"), "utf8"));
    expect(pending.requests).toMatchObject([{ id: String(stranger) }]);
    const approved = JSON.stringify({ version: 1, allowFrom: [String(stranger)] });
    fs.writeFileSync(path.join(credentials, "telegram-allowFrom.json"), approved);
    gateway.model.enqueue({ words: ["Hello", "**you**"] });
    await service.write(direct(stranger, "hello again"));
    expect(await service.take("sendMessage")).toMatchObject({
      chat_id: stranger,
      text: "Hello <b>you</b>",
      parse_mode: "HTML",
    });
    expect(service.calls.filter(({ method }) => method === "sendMessage")).toEqual([]);
  });

  it("/status is answered to somebody who is allowed, and refused to a stranger", async () => {
    const { service, gateway } = await start({ dmPolicy: "allowlist", allowFrom: [owner] });
    await service.write(direct(stranger, "/status"));
    expect(await service.take("sendMessage")).toMatchObject({
      chat_id: stranger,
      text: "You are not authorized to use this command.",
    });
    await service.write(direct(stranger, "hello?"));
    await service.write(direct(owner, "/status"));
    const reply = await service.take("sendMessage");
    expect(reply.chat_id).toBe(owner);
    expect(reply.text).toContain("fake");
    await service.write(direct(owner, "bye"));
    expect((await service.take("sendMessage")).chat_id).toBe(owner);
    expect(gateway.model.requests).toHaveLength(1);
  });

  it("a group is answered when the bot is mentioned, and what was said before is told then", async () => {
    const { service, gateway } = await start({ allowFrom: [owner], groups: { "-1001": {} } });
    gateway.model.enqueue({ words: ["At", "five."] });
    await service.write(inGroup("we meet at five"));
    await service.write(inGroup("@crabline_bot when?"));
    await service.take("sendMessage");
    await service.write(inGroup("@Crabline_Bot and now?"));
    await service.take("sendMessage");
    expect(gateway.model.requests).toHaveLength(2);
    const [first = "", second = ""] = prompts(gateway);
    expect(first).toContain("[Chat messages since your last reply - for context]");
    expect(first).toContain("we meet at five");
    // That of the first message, which is part of the session now.
    expect(second.split("[Current message")).toHaveLength(2);
  });

  it("a topic has a session of its own, and answers go into it; General is named in signs only", async () => {
    const { service, gateway } = await start({ allowFrom: [owner], groups: { "-1001": { requireMention: false } } });
    const forum = { isForum: true };
    await service.write(inGroup("in the topic", { ...forum, messageThreadId: 42 }));
    expect(await service.take("sendMessage")).toMatchObject({ chat_id: -1001, message_thread_id: 42 });
    await service.write(inGroup("in general", forum));
    const general = await service.take("sendMessage");
    expect(general.message_thread_id).toBeUndefined();
    const typing = service.calls.filter(({ method }) => method === "sendChatAction").map(({ body }) => body);
    expect(typing.map(({ message_thread_id }) => message_thread_id)).toEqual(expect.arrayContaining([42, 1]));
    const client = await gateway.connect();
    const listed = await client.request("sessions.list", {});
    const keys = JSON.stringify(listed);
    expect(keys).toContain("telegram:group:-1001:topic:42");
    expect(keys).toContain("telegram:group:-1001:topic:1");
  });

  it("a long answer comes in pieces the service accepts", async () => {
    const { service, gateway } = await start({ allowFrom: [owner], dmPolicy: "allowlist" });
    const lines = Array.from({ length: 300 }, (_, index) => `line ${index} of a long answer <with signs>`);
    gateway.model.enqueue({ words: ["Begin:\n\n```ts\n", lines.join("\n"), "\n```\n\nEnd."] });
    await service.write(direct(owner, "tell me all"));
    const pieces: string[] = [];
    do pieces.push(String((await service.take("sendMessage")).text));
    while (!pieces.at(-1)?.includes("End."));
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces) expect(piece.match(/<pre>/g)?.length).toBe(piece.match(/<\/pre>/g)?.length);
    for (const index of lines.keys()) expect(pieces.some((piece) => piece.includes(`line ${index} of`))).toBe(true);
  });

  it("a text the service cut in two is one message to the agent", async () => {
    const { service, gateway } = await start({ allowFrom: [owner], dmPolicy: "allowlist" });
    await service.write({ ...direct(owner, "a".repeat(4096)), messageId: 60 });
    await service.write({ ...direct(owner, "and the rest"), messageId: 61 });
    await service.take("sendMessage");
    expect(gateway.model.requests).toHaveLength(1);
    expect(prompts(gateway)[0]).toContain(`${"a".repeat(50)}and the rest`);
  });

  it("/stop is heard while an answer is written", async () => {
    const { service, gateway } = await start({ allowFrom: [owner], dmPolicy: "allowlist" });
    await service.write(direct(owner, "hold:1 please"));
    const request = await gateway.model.request(1);
    await service.write(direct(owner, "/stop"));
    await request.aborted;
    expect((await service.take("sendMessage")).text).toContain("aborted");
  });

  it("nothing is answered twice after a restart", async () => {
    const { service, gateway } = await start({ allowFrom: [owner], dmPolicy: "allowlist" });
    await service.write(direct(owner, "one"));
    await service.take("sendMessage");
    await gateway.restart();
    await service.write(direct(owner, "two"));
    expect((await service.take("sendMessage")).text).toContain("two");
    expect(gateway.model.requests).toHaveLength(2);
  });

  it("takes its token from the environment", async () => {
    const service = await startService();
    const gateway = await startTestGateway({
      channels: [
        { meta: createTelegramChannel().meta, env: ["TELEGRAM_BOT_TOKEN"], load: async () => createTelegramChannel() },
      ],
      env: { TELEGRAM_BOT_TOKEN: service.token },
      config: { channels: { telegram: { apiRoot: service.section.apiRoot, dmPolicy: "open", allowFrom: ["*"] } } },
    });
    closing.push(() => gateway.close());
    await service.write(direct(stranger, "hello"));
    expect((await service.take("sendMessage")).chat_id).toBe(stranger);
  });
});
