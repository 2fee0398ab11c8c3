import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../../gateway/src/testing/test-gateway.ts";
import { createWhatsAppChannel } from "../src/index.ts";
import { type Call, closedWith, createFakeWhatsApp, type Fake, message, selfJid, writeCreds } from "./fake-whatsapp.ts";

// The way through a whole Gateway where the provider server lacks a step: groups, the own number, files, polls, the QR.

const owner = "+15551234567";
const ownerJid = "15551234567@s.whatsapp.net";
const group = "120363000000000001@g.us";
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(
  whatsapp: Record<string, unknown>,
  options: {
    linked?: boolean;
    config?: Record<string, unknown>;
    fake?: Fake;
    gateway?: Partial<TestGatewayOptions>;
  } = {},
) {
  const fake =
    options.fake ??
    createFakeWhatsApp({ groups: { [group]: { id: group, subject: "Tea", participants: [{ id: ownerJid }] } } });
  const gateway = await startTestGateway({
    channels: [createWhatsAppChannel({ open: fake.open })],
    config: { ...options.config, channels: { whatsapp } },
    prepare({ stateDir }) {
      if (options.linked !== false) writeCreds(path.join(stateDir, "credentials", "whatsapp", "default"));
    },
    ...options.gateway,
  });
  closing.push(() => gateway.close());
  if (options.linked !== false) await fake.until(() => fake.sockets.at(-1)?.live);
  const taken = new Set<Call>();
  /** The next message that was sent; reactions are none. */
  const sent = async (): Promise<{ jid: string; text: string }> => {
    const call = await fake.until(() =>
      fake.sends().find((each) => !taken.has(each) && each.content !== undefined && !("react" in each.content)),
    );
    taken.add(call);
    return { jid: call.jid ?? "", text: call.content && "text" in call.content ? call.content.text : "" };
  };
  return { fake, gateway, sent };
}

const prompt = (gateway: TestGateway, index = 0) => JSON.stringify(gateway.model.requests[index]?.body.messages);
const mentioning = (text: string, jids: string[]) => ({
  extendedTextMessage: { text, contextInfo: { mentionedJid: jids } },
});

describe("WhatsApp through a Gateway", () => {
  it("a stranger who wrote before the connection gets no pairing code; one who writes now does", async () => {
    const { fake, sent } = await start({ dmPolicy: "pairing" });
    fake.write(message("old", { from: "15550001111", at: Date.now() - 60_000 }));
    fake.write(message("new", { from: "15550002222" }));
    const { jid, text } = await sent();
    expect(jid).toBe("15550002222@s.whatsapp.net");
    expect(text).toContain("Your WhatsApp phone number: +15550002222");
    expect(fake.calls.filter(({ name }) => name === "read")).toEqual([]);
    expect(fake.sends()).toHaveLength(1);
  });

  it("a message to oneself is answered with a prefix and no receipt; what goes to others is not for the assistant", async () => {
    const { fake, sent, gateway } = await start({ allowFrom: ["+15550000000"] });
    fake.write(message("to a friend", { fromMe: true }));
    fake.write(message("remind me", { jid: selfJid, fromMe: true }));
    const { jid, text } = await sent();
    expect(jid).toBe(selfJid);
    expect(text).toMatch(/^\[openclaw\] /);
    expect(gateway.model.requests).toHaveLength(1);
    expect(prompt(gateway)).toContain("remind me");
    expect(fake.calls.filter(({ name }) => name === "read")).toEqual([]);
  });

  it("an empty response prefix leaves answers to oneself as they are", async () => {
    const { fake, sent } = await start({ allowFrom: ["+15550000000"], responsePrefix: "" });
    fake.write(message("remind me", { jid: selfJid, fromMe: true }));
    expect((await sent()).text).not.toContain("[openclaw]");
  });

  it("a prefix stands in front of messages in the prompt, and commands are read without it", async () => {
    const { fake, sent, gateway } = await start({ allowFrom: [owner], messagePrefix: "[mine]" });
    fake.write(message("/status"));
    await sent();
    expect(gateway.model.requests).toEqual([]);
    fake.write(message("hello"));
    await sent();
    expect(prompt(gateway)).toContain("[mine] hello");
  });

  it("a group is answered when it mentions the assistant, with what was said before", async () => {
    const { fake, sent, gateway } = await start({ allowFrom: [owner], groups: { [group]: {} } });
    fake.write(message("we meet at five", { group, id: "G1" }));
    fake.write(message("", { group, id: "G2", message: mentioning("@claw when?", [selfJid]) }));
    expect((await sent()).jid).toBe(group);
    expect(gateway.model.requests).toHaveLength(1);
    expect(prompt(gateway)).toContain("we meet at five");
    expect(prompt(gateway)).toContain("[message_id: G1]");
    const read = await fake.until(() => fake.calls.find(({ keys }) => keys?.[0]?.id === "G2"));
    expect(read.keys).toMatchObject([{ remoteJid: group, participant: ownerJid }]);
  });

  it("a mention of others outweighs a pattern, except on the owner's own number", async () => {
    const config = { messages: { groupChat: { mentionPatterns: ["\\bclaw\\b"] } } };
    const rules = { groupPolicy: "open", groups: { "*": {} } };
    const others = mentioning("@x claw, are you there?", ["15559999999@s.whatsapp.net"]);
    const one = await start({ ...rules, allowFrom: [owner] }, { config });
    one.fake.write(message("", { group, message: others }));
    one.fake.write(message("claw, now", { group }));
    await one.sent();
    expect(one.gateway.model.requests).toHaveLength(1);
    expect(prompt(one.gateway)).toContain("claw, now");
    const two = await start({ ...rules, allowFrom: [owner, "+15550000000"] }, { config });
    two.fake.write(message("", { group, message: others }));
    await two.sent();
    expect(prompt(two.gateway)).toContain("are you there?");
  });

  it("/activation of somebody who is no owner changes nothing and is part of the talk", async () => {
    const { fake, sent, gateway } = await start({ allowFrom: [owner], groupPolicy: "open", groups: { "*": {} } });
    fake.write(message("/activation always", { group, from: "15557654321" }));
    fake.write(message("not for you", { group }));
    fake.write(message("", { group, message: mentioning("@claw hi", [selfJid]) }));
    await sent();
    expect(gateway.model.requests).toHaveLength(1);
    expect(prompt(gateway)).toContain("/activation always");
  });

  it("its own ack is set before the answer, in groups for mentions alone", async () => {
    const { fake, sent } = await start({ allowFrom: [owner], groups: { "*": {} }, ackReaction: { emoji: "👀" } });
    fake.write(message("just talk", { group }));
    fake.write(message("", { group, id: "G9", message: mentioning("@claw hi", [selfJid]) }));
    await sent();
    expect(fake.sends()[0]).toMatchObject({ jid: group, content: { react: { text: "👀", key: { id: "G9" } } } });
    expect(fake.sends()).toHaveLength(2);
  });

  it("a picture comes to the agent as a file on disk", async () => {
    const { fake, sent, gateway } = await start({ allowFrom: [owner] });
    const data = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    fake.files.set("P1", data);
    fake.write(
      message("", { id: "P1", message: { imageMessage: { mimetype: "image/png", caption: "what is this?" } } }),
    );
    await sent();
    expect(prompt(gateway)).toContain("what is this?");
    const inbound = path.join(gateway.stateDir, "media", "inbound");
    const [file = ""] = fs.readdirSync(inbound);
    expect(fs.readFileSync(path.join(inbound, file))).toEqual(data);
    expect(fs.readdirSync(path.join(gateway.stateDir, "whatsapp", "default", "media"))).toEqual([]);
  });

  it.each([
    [{}, /^(?!.*---)/s],
    [{ markdown: { tables: "code" } }, /^```\n\| Day/],
    [{ markdown: { tables: "off" } }, /^\| Day.*\n ?\| --- \|/],
  ])("tables are sent as bullets, or as markdown.tables says: %j", async (section, look) => {
    const { fake, sent, gateway } = await start({ allowFrom: [owner], ...section });
    gateway.model.enqueue({ words: ["| Day | Tea |\n", "| --- | --- |\n", "| Mon | green |\n"] });
    fake.write(message("table please"));
    const { text } = await sent();
    expect(text).toMatch(look);
    expect(text).toContain("green");
  });

  it("send, react and poll go over RPC; a poll has at most 12 options", async () => {
    const { fake, gateway } = await start({ allowFrom: [owner] });
    const client = await gateway.connect();
    const sentTo = await client.request("send", { to: owner, message: "hi", idempotencyKey: "k1" });
    expect(sentTo).toMatchObject({ ok: true });
    const act = (action: string, params: object, key: string) =>
      client.request("message.action", { action, channel: "whatsapp", params, idempotencyKey: key });
    const poll = (count: number) => ({
      target: owner,
      pollQuestion: "Tea?",
      pollOption: Array.from({ length: count }, (_each, index) => `o${index}`),
    });
    expect(await act("poll", poll(3), "k2")).toMatchObject({ ok: true });
    expect(JSON.stringify(await act("poll", poll(13), "k3"))).toContain("Poll supports at most 12 options");
    expect(await act("react", { target: owner, messageId: "M1", emoji: "👍" }, "k4")).toMatchObject({ ok: true });
    expect(fake.sends().map(({ content }) => content)).toMatchObject([
      { text: "hi" },
      { poll: { name: "Tea?", values: ["o0", "o1", "o2"], selectableCount: 1 } },
      { react: { text: "👍", key: { id: "M1", remoteJid: ownerJid, fromMe: false } } },
    ]);
    expect(JSON.stringify(await act("pin", { target: owner, messageId: "M1" }, "k5"))).toContain("not supported");
  });

  it("status shows the link, and what is wrong once the telephone has logged it out", async () => {
    const { fake, gateway } = await start({ allowFrom: [owner] });
    const client = await gateway.connect();
    const before = await client.request("channels.status", {});
    expect(before.payload).toMatchObject({
      channels: { whatsapp: { linked: true, connected: true, self: { e164: "+15550000000" } } },
      channelAccounts: { whatsapp: [{ accountId: "default", running: true, dmPolicy: "pairing", allowFrom: [owner] }] },
    });
    fake.close(401, "logged out");
    await new Promise((resolve) => setImmediate(resolve));
    const after = await client.request("channels.status", {});
    expect(after.payload).toMatchObject({
      channelAccounts: {
        whatsapp: [
          {
            running: false,
            connected: false,
            lastDisconnect: { status: 401, loggedOut: true },
            lastError: expect.stringContaining("Not linked"),
          },
        ],
      },
    });
    expect(fake.sockets).toHaveLength(1);
  });

  it("a device is linked by QR over RPC: the same picture within three minutes, then the account starts", async () => {
    const fake = createFakeWhatsApp({ opens: false });
    const { gateway } = await start({ allowFrom: [owner] }, { linked: false, fake });
    const client = await gateway.connect();
    const begin = client.request("web.login.start", {});
    await fake.connection(1);
    fake.later(() => fake.current().update({ qr: "one" }));
    const first = (await begin).payload;
    expect(first).toMatchObject({ qrDataUrl: expect.stringMatching(/^data:image\/png;base64,/) });
    const second = (await client.request("web.login.start", {})).payload;
    expect(second).toMatchObject({
      qrDataUrl: first?.qrDataUrl,
      message: "QR already active. Scan it in WhatsApp → Linked Devices.",
    });
    expect(fake.sockets).toHaveLength(1);
    const wait = client.request("web.login.wait", {});
    writeCreds(fake.current().authDir);
    fake.later(() => fake.close(515));
    await fake.connection(2);
    fake.later(() => fake.current().update({ connection: "open" }));
    await fake.connection(3);
    fake.later(() => fake.current().update({ connection: "open" }));
    expect((await wait).payload).toEqual({ connected: true, message: "✅ Linked! WhatsApp is ready." });
    const linked = await client.request("web.login.start", {});
    expect(linked.payload).toMatchObject({
      message: "WhatsApp is already linked (+15550000000). Say “relink” if you want a fresh QR.",
    });
    const logout = await client.request("channels.logout", { channel: "whatsapp" });
    expect(logout.payload).toMatchObject({ cleared: true, loggedOut: true });
    expect(fs.existsSync(path.join(gateway.stateDir, "credentials", "whatsapp", "default"))).toBe(false);
  });

  it("what could not be sent while the connection was away goes out when it is back", async () => {
    const { fake, sent, gateway } = await start(
      { allowFrom: [owner] },
      { config: { web: { reconnect: { initialMs: 250, factor: 1.1, jitter: 0 } } } },
    );
    gateway.model.enqueue({ words: ["late", "answer"] });
    fake.fail(closedWith(428, "Connection Closed"));
    fake.write(message("hello"));
    expect((await sent()).text).toContain("late");
  });
});
