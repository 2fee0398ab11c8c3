import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { createWhatsAppChannel } from "../src/index.ts";
import { type Call, createFakeWhatsApp, message, writeCreds } from "./fake-whatsapp.ts";

const owner = "+15551234567";
const group = "120363000000000001@g.us";
const otherGroup = "120363000000000002@g.us";
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(
  whatsapp: Record<string, unknown>,
  accounts: readonly string[] = ["default"],
  config: Record<string, unknown> = {},
) {
  const fake = createFakeWhatsApp();
  const gateway = await startTestGateway({
    channels: [createWhatsAppChannel({ open: fake.open })],
    config: { ...config, channels: { whatsapp } },
    prepare({ stateDir }) {
      for (const id of accounts) writeCreds(path.join(stateDir, "credentials", "whatsapp", id));
    },
  });
  closing.push(() => gateway.close());
  const taken = new Set<Call>();
  const sent = async (): Promise<{ jid: string; text: string }> => {
    const call = await fake.until(() => fake.sends().find((each) => !taken.has(each)));
    taken.add(call);
    return { jid: call.jid ?? "", text: call.content && "text" in call.content ? call.content.text : "" };
  };
  const connected = () => fake.until(() => fake.sockets.at(-1)?.live);
  return { fake, gateway, sent, connected };
}

const prompt = (body: unknown) => JSON.stringify(body);

describe("the configuration of WhatsApp", () => {
  it("an account overrides the channel, has a name, and does not start when it is switched off", async () => {
    const { fake, gateway, connected } = await start(
      { allowFrom: [owner], accounts: { work: { name: "Work", dmPolicy: "disabled" }, home: { enabled: false } } },
      ["work", "home"],
    );
    await connected();
    const client = await gateway.connect();
    const { payload } = await client.request("channels.status", {});
    expect(payload).toMatchObject({
      channelAccounts: {
        whatsapp: [
          { accountId: "home", enabled: false, running: false },
          { accountId: "work", name: "Work", running: true, dmPolicy: "disabled", allowFrom: [owner] },
        ],
      },
    });
    expect(fake.sockets.map(({ authDir }) => path.basename(authDir))).toEqual(["work"]);
  });

  it("two accounts answer each over its own connection", async () => {
    const { fake, sent } = await start({ allowFrom: [owner], accounts: { one: {}, two: {} } }, ["one", "two"]);
    await fake.until(() => fake.sockets.length === 2 && fake.sockets.every(({ live }) => live));
    const two = fake.sockets.find(({ authDir }) => path.basename(authDir) === "two");
    two?.emit("messages.upsert", { messages: [message("hello two")], type: "notify" });
    expect((await sent()).text).toContain("hello two");
  });

  it("textChunkLimit and chunkMode cut answers, and responsePrefix stands in front", async () => {
    const { fake, gateway, sent, connected } = await start({
      allowFrom: [owner],
      textChunkLimit: 60,
      chunkMode: "newline",
      responsePrefix: "[bot]",
    });
    await connected();
    gateway.model.enqueue({ words: ["first\n\n", "second ", "x".repeat(80)] });
    fake.write(message("tell me"));
    expect((await sent()).text).toBe("[bot] first");
    expect((await sent()).text).toBe("second");
    expect((await sent()).text).toBe("x".repeat(60));
  });

  it("groupPolicy, groupAllowFrom and groups decide who is heard in groups, and whether a mention is needed", async () => {
    const { fake, gateway, sent, connected } = await start({
      allowFrom: [owner],
      groupPolicy: "allowlist",
      groupAllowFrom: ["+15550001111"],
      groups: { [group]: { requireMention: false } },
    });
    await connected();
    fake.write(message("from the owner", { group }));
    fake.write(message("elsewhere", { group: otherGroup, from: "15550001111" }));
    fake.write(message("listed", { group, from: "15550001111" }));
    expect((await sent()).jid).toBe(group);
    expect(gateway.model.requests).toHaveLength(1);
    expect(prompt(gateway.model.requests[0]?.body)).toContain("listed");
  });

  it("historyLimit keeps so many messages of a group until it is asked", async () => {
    const { fake, gateway, sent, connected } = await start({
      allowFrom: [owner],
      historyLimit: 1,
      groups: { "*": {} },
    });
    await connected();
    for (const text of ["one first", "two second", "@15550000000 well?"]) fake.write(message(text, { group }));
    await sent();
    expect(prompt(gateway.model.requests[0]?.body)).toContain("two second");
    expect(prompt(gateway.model.requests[0]?.body)).not.toContain("one first");
  });

  it("dmHistoryLimit, and dms for one number, keep so many turns of a private chat", async () => {
    const other = "+15550001111";
    const { fake, gateway, sent, connected } = await start(
      { allowFrom: [owner, other], dmHistoryLimit: 1, dms: { [other]: { historyLimit: 5 } } },
      ["default"],
      { session: { dmScope: "per-channel-peer" } },
    );
    await connected();
    const talk = async (from: string) => {
      for (const text of ["one apple", "two pears", "three plums"]) {
        fake.write(message(text, { from }));
        await sent();
      }
    };
    await talk("15551234567");
    expect(prompt(gateway.model.requests[2]?.body)).not.toContain("one apple");
    await talk("15550001111");
    expect(prompt(gateway.model.requests[5]?.body)).toContain("one apple");
  });

  it("capabilities stand in the line about where the agent runs", async () => {
    const { fake, gateway, sent, connected } = await start({ allowFrom: [owner], capabilities: ["polls", "stickers"] });
    await connected();
    fake.write(message("hello"));
    await sent();
    expect(prompt(gateway.model.requests[0]?.body)).toContain("channel=whatsapp | capabilities=polls,stickers");
  });

  it("a group's tools and toolsBySender decide which tools there are, by number too", async () => {
    const { fake, gateway, sent, connected } = await start({
      groupPolicy: "open",
      groups: {
        [group]: {
          requireMention: false,
          tools: { deny: ["exec"] },
          toolsBySender: { "+15550001111": { deny: ["write"] } },
        },
        [otherGroup]: {
          requireMention: false,
          tools: { allow: ["read"] },
          toolsBySender: { "+15550001111": { allow: ["edit"] } },
        },
      },
    });
    await connected();
    const ask = async (more: { group: string; from?: string }) => {
      fake.write(message("hello", more));
      await sent();
      const { tools } = gateway.model.lastRequest().body;
      return (tools as { function: { name: string } }[]).map((tool) => tool.function.name);
    };
    const all = await ask({ group });
    expect([all.includes("exec"), all.includes("write")]).toEqual([false, true]);
    const one = await ask({ group, from: "15550001111" });
    expect([one.includes("exec"), one.includes("write")]).toEqual([true, false]);
    expect(await ask({ group: otherGroup })).toEqual(["read"]);
    expect(await ask({ group: otherGroup, from: "15550001111" })).toEqual(["edit"]);
  });

  it("configWrites keeps chats from changing the configuration", async () => {
    const { fake, sent, connected } = await start({ allowFrom: [owner], configWrites: false }, ["default"], {
      commands: { config: true },
    });
    await connected();
    fake.write(message('/config set messages.responsePrefix="hi"'));
    expect((await sent()).text).toContain("Set channels.whatsapp.configWrites=true to enable.");
  });

  it("blockStreaming sends blocks while the answer is written, joined as it says", async () => {
    const { fake, gateway, sent, connected } = await start(
      { allowFrom: [owner], blockStreaming: true, blockStreamingCoalesce: { minChars: 1, idleMs: 1 } },
      ["default"],
      { agents: { defaults: { blockStreamingChunk: { minChars: 5, maxChars: 40 } } } },
    );
    await connected();
    gateway.model.enqueue({ words: ["A first paragraph.\n\n", "A second one that is not finished"], holds: true });
    fake.write(message("go"));
    expect((await sent()).text).toContain("A first paragraph.");
    gateway.model.release();
    await sent();
  });

  it("blocks are no longer than blockStreamingCoalesce.maxChars", async () => {
    const { fake, gateway, sent, connected } = await start(
      {
        allowFrom: [owner],
        blockStreaming: true,
        blockStreamingCoalesce: { minChars: 500, maxChars: 60, idleMs: 60_000 },
      },
      ["default"],
      { agents: { defaults: { blockStreamingChunk: { minChars: 5, maxChars: 40 } } } },
    );
    await connected();
    gateway.model.enqueue({ words: ["One one one.\n\n", "Two two two.\n\n", "three ".repeat(10)] });
    fake.write(message("go"));
    const { text } = await sent();
    expect(text).toContain("One one one.");
    expect(text).toContain("Two two two.");
    expect(text.length).toBeLessThanOrEqual(60);
  });

  it("debounceMs joins texts that follow each other", async () => {
    const { fake, gateway, sent, connected } = await start({ allowFrom: [owner], debounceMs: 1000 });
    await connected();
    fake.write(message("part one"));
    fake.write(message("part two"));
    await sent();
    expect(gateway.model.requests).toHaveLength(1);
    expect(prompt(gateway.model.requests[0]?.body)).toContain("part one\\npart two");
  });

  it("mediaMaxMb bounds the files that are taken in; the message stays", async () => {
    const { fake, gateway, sent, connected } = await start({ allowFrom: [owner], mediaMaxMb: 1 });
    await connected();
    fake.files.set("B1", new Uint8Array(2 * 1024 * 1024));
    const imageMessage = { mimetype: "image/png", caption: "too big", fileLength: 2 * 1024 * 1024 };
    fake.write(message("", { id: "B1", message: { imageMessage } }));
    await sent();
    expect(prompt(gateway.model.requests[0]?.body)).toContain("too big");
  });

  it.each([
    [{ emoji: "👀", direct: false, group: "always" }, [group]],
    [{ emoji: "👀", group: "never" }, ["15551234567@s.whatsapp.net"]],
  ])("ackReaction is set in private chats and groups as it says: %j", async (ackReaction, expected) => {
    const { fake, connected } = await start({
      allowFrom: [owner],
      ackReaction,
      groups: { "*": { requireMention: false } },
    });
    await connected();
    const answers = (jid: string) =>
      fake.sends().find((call) => call.jid === jid && call.content && "text" in call.content);
    fake.write(message("in private"));
    await fake.until(() => answers("15551234567@s.whatsapp.net"));
    fake.write(message("in the group", { group }));
    await fake.until(() => answers(group));
    const acks = fake.sends().filter(({ content }) => content && "react" in content);
    expect(acks.map(({ jid }) => jid)).toEqual(expected);
  });

  it("a picture over agents.defaults.mediaMaxMb is made smaller before it is sent", async () => {
    const { fake, gateway, connected } = await start({ allowFrom: [owner] });
    await connected();
    const big = noisePng(1500);
    expect(big.length).toBeGreaterThan(6 * 1024 * 1024);
    fs.writeFileSync(path.join(gateway.workspace, "big.png"), big);
    gateway.model.enqueue({ words: ["Here it is.\nMEDIA:", "./big.png"] });
    fake.write(message("a picture please"));
    const { content } = await fake.until(() => fake.sends()[0]);
    if (content === undefined || !("image" in content)) throw new Error("no picture was sent");
    expect(content.caption).toBe("Here it is.");
    const { image } = content;
    const bytes = Buffer.isBuffer(image) ? image.length : "url" in image ? fs.statSync(image.url).size : 0;
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(5 * 1024 * 1024);
  });

  it("a text of a megabyte, of somebody who may write, is answered", async () => {
    const { fake, gateway, sent, connected } = await start({ allowFrom: [owner] });
    await connected();
    gateway.model.enqueue({ words: ["read it"] });
    fake.write(message("a".repeat(1024 * 1024)));
    expect((await sent()).text).toBe("read it");
  });

  it("without a link nothing is sent: the error says how to link", async () => {
    const { gateway } = await start({ allowFrom: [owner] }, []);
    const client = await gateway.connect();
    const { payload } = await client.request("channels.status", {});
    expect(payload).toMatchObject({ channelAccounts: { whatsapp: [{ configured: false, lastError: "not linked" }] } });
    const answer = await client.request("send", { to: owner, message: "hi", idempotencyKey: "k" });
    expect(answer).toMatchObject({ ok: false });
    expect(JSON.stringify(answer)).toContain("No active WhatsApp Web listener (account: default)");
  });
});

/** A square picture nothing can be left out of. */
function noisePng(side: number): Buffer {
  const rows = randomBytes(side * (side * 3 + 1));
  for (let row = 0; row < side; row += 1) rows[row * (side * 3 + 1)] = 0;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(data.length, 0);
    body.copy(whole, 4);
    whole.writeUInt32BE(crc32(body), body.length + 4);
    return whole;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side, 0);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const begin = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    begin,
    chunk("IHDR", head),
    chunk("IDAT", deflateSync(rows, { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
