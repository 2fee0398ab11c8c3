import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createFakeWhatsApp, message, selfJid } from "./fake-whatsapp.ts";
import { startDevice } from "./running-device.ts";

const group = "120363000000000001@g.us";
const person = (id: string) => ({ id });
const groups = {
  [group]: { id: group, subject: "Tea", participants: [person("15551234567@s.whatsapp.net"), person(selfJid)] },
};
const quoting = (text: string, participant: string, quoted: object = { conversation: "before" }) => ({
  extendedTextMessage: { text, contextInfo: { stanzaId: "Q1", participant, quotedMessage: quoted } },
});

describe("what comes in", () => {
  it("a private message is known by the number of its sender", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake, { section: { allowFrom: ["+15551234567"] } });
    fake.write(message("hello", { id: "M1", at: 1_770_000_000_000 }));
    expect(await device.next()).toMatchObject({
      id: "M1",
      at: 1_770_000_000_000,
      text: "hello",
      chat: { kind: "direct", id: "+15551234567" },
      sender: { id: "+15551234567", e164: "+15551234567", name: "Ada" },
    });
  });

  it("an address that hides its number is looked up; without a number the message is dropped", async () => {
    const fake = createFakeWhatsApp({ lids: { "777@lid": "+15551234567" } });
    await using device = await startDevice(fake);
    fake.write(message("nobody", { jid: "888@lid" }));
    fake.write(message("hello", { jid: "777:3@lid" }));
    expect(await device.next()).toMatchObject({ text: "hello", chat: { id: "+15551234567" } });
    fake.write(message("hosted", { jid: "15551234567:99@hosted" }));
    expect(await device.next()).toMatchObject({ text: "hosted", chat: { id: "+15551234567" } });
    expect(device.received).toHaveLength(2);
  });

  it("status posts, broadcasts, empty messages and what the owner writes to others are not taken", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    fake.write(message("status", { jid: "status@broadcast" }));
    fake.write(message("list", { jid: "123@broadcast" }));
    fake.write(message("", { message: { protocolMessage: {} } }));
    fake.write(message("to a friend", { fromMe: true }));
    fake.write(message("last"));
    expect(await device.next()).toMatchObject({ text: "last" });
    expect(device.received).toHaveLength(1);
  });

  it("a message to oneself is the owner's own chat; the assistant's own words in it are not", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake, { section: { allowFrom: ["+15550000000"] } });
    const { messageId = "" } = await device.send({ to: "+15550000000", text: "mine" });
    fake.write(message("mine", { jid: selfJid, fromMe: true, id: messageId }));
    await device.send({ to: "+15550000000", text: "mine too" });
    fake.write(message("mine too", { jid: selfJid, fromMe: true, id: "OTHER" }));
    fake.write(message("note", { jid: selfJid, fromMe: true }));
    expect(await device.next()).toMatchObject({
      text: "note",
      chat: { isSelf: true, id: "+15550000000" },
      sender: { isSelf: true },
    });
    expect(device.received).toHaveLength(1);
  });

  it("what was written more than 30 s before the connection is marked, and history never runs", async () => {
    const now = Date.parse("2026-02-10T12:00:00Z");
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake, { now: () => now });
    fake.write(message("late", { at: now - 31_000 }));
    expect(await device.next()).toMatchObject({ stale: true });
    fake.write(message("fresh", { at: now - 29_000 }));
    expect(await device.next()).not.toHaveProperty("stale");
    fake.write(message("old", { at: now }), "append");
    expect(await device.next()).toMatchObject({ historic: true });
  });

  it("wrappers are taken off, and contacts, places and files are shown", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    fake.write(
      message("", {
        message: { ephemeralMessage: { message: { viewOnceMessageV2: { message: { conversation: "secret" } } } } },
      }),
    );
    expect((await device.next()).text).toBe("secret");
    const vcard = "BEGIN:VCARD\nFN:Bob\nTEL;waid=4915112345:+49 151 12345\nTEL:+1 555 1\nEND:VCARD";
    fake.write(message("", { message: { contactMessage: { displayName: "Bob", vcard } } }));
    expect((await device.next()).text).toBe("<contact: Bob, +4915112345 (+1 more)>");
    const contacts = Array.from({ length: 5 }, (_each, index) => ({ displayName: `P${index}`, vcard: "" }));
    fake.write(message("", { message: { contactsArrayMessage: { contacts } } }));
    expect((await device.next()).text).toBe("<contacts: P0, P1, P2 +2 more>");
    fake.write(
      message("", { message: { locationMessage: { degreesLatitude: 1.5, degreesLongitude: 2.5, name: "Home" } } }),
    );
    expect(await device.next()).toMatchObject({ text: "", location: { latitude: 1.5, longitude: 2.5, name: "Home" } });
    fake.write(
      message("", {
        message: {
          documentWithCaptionMessage: {
            message: { documentMessage: { mimetype: "application/pdf", fileName: "a.pdf", caption: "read" } },
          },
        },
      }),
    );
    expect(await device.next()).toMatchObject({
      text: "read",
      attachments: [{ kind: "document", mimeType: "application/pdf", fileName: "a.pdf" }],
    });
  });

  it("a quoted message comes along, as what it holds where it has no text", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    fake.write(message("", { message: quoting("and?", "15551112222@s.whatsapp.net") }));
    expect((await device.next()).replyTo).toEqual({
      id: "Q1",
      text: "before",
      sender: "+15551112222",
      senderId: "+15551112222",
    });
    fake.write(message("", { message: quoting("this?", selfJid, { imageMessage: {} }) }));
    expect((await device.next()).replyTo).toMatchObject({ text: "<media:image>" });
  });

  it("a message of a group has the participant as its sender, and the group's name and members", async () => {
    const fake = createFakeWhatsApp({ groups });
    await using device = await startDevice(fake);
    fake.write(message("hi", { group, from: "15551112222", name: "Bob" }));
    expect(await device.next()).toMatchObject({
      chat: { kind: "group", id: group, title: "Tea", members: ["+15551234567", "+15550000000", "Bob (+15551112222)"] },
      sender: { id: "15551112222@s.whatsapp.net", e164: "+15551112222", name: "Bob" },
      mentions: { me: false, any: false, implicit: false },
    });
    fake.write(message("again", { group }));
    await device.next();
    expect(fake.calls.filter(({ name }) => name === "group")).toHaveLength(1);
    fake.current().emit("group-participants.update", { id: group });
    fake.write(message("once more", { group }));
    await device.next();
    expect(fake.calls.filter(({ name }) => name === "group")).toHaveLength(2);
  });

  it("the assistant is mentioned by its address, its number in the text, or an answer to it", async () => {
    const fake = createFakeWhatsApp({ groups });
    await using device = await startDevice(fake);
    const mentioning = (text: string, jids: string[]) => ({
      extendedTextMessage: { text, contextInfo: { mentionedJid: jids } },
    });
    fake.write(message("", { group, message: mentioning("@x hi", [selfJid]) }));
    expect((await device.next()).mentions).toMatchObject({ me: true, any: true });
    fake.write(message("", { group, message: mentioning("@y 15550000000", ["15559999999@s.whatsapp.net"]) }));
    expect((await device.next()).mentions).toMatchObject({ me: false, any: true, nativeOnly: true });
    fake.write(message("ask +1 555-000-0000", { group }));
    expect((await device.next()).mentions).toMatchObject({ me: true, any: false });
    fake.write(message("", { group, message: quoting("why?", selfJid) }));
    expect((await device.next()).mentions).toMatchObject({ me: false, implicit: true });
  });

  it("on the owner's own number mentions of the service do not count", async () => {
    const fake = createFakeWhatsApp({ groups });
    await using device = await startDevice(fake, { section: { allowFrom: ["+1 555 000 0000"] } });
    const contextInfo = { mentionedJid: [selfJid] };
    fake.write(message("", { group, message: { extendedTextMessage: { text: "@me hi", contextInfo } } }));
    expect((await device.next()).mentions).toEqual({ me: false, any: false, implicit: false });
  });

  it("a prefix stands in front of messages: the configured one, or the name while nobody is listed", async () => {
    const prefixOf = async (section: Record<string, unknown>, assistantName?: string) => {
      const fake = createFakeWhatsApp();
      await using device = await startDevice(fake, { section, ...(assistantName ? { assistantName } : {}) });
      fake.write(message("hi"));
      return (await device.next()).shownPrefix;
    };
    expect(await prefixOf({})).toBe("[openclaw]");
    expect(await prefixOf({}, "Claw")).toBe("[Claw]");
    expect(await prefixOf({ allowFrom: ["+15551234567"] })).toBeUndefined();
    expect(await prefixOf({ allowFrom: ["+15551234567"], messagePrefix: "[in]" })).toBe("[in]");
  });

  it("a file is fetched from a message that is kept on disk, also after a restart, and within its limit", async () => {
    const fake = createFakeWhatsApp();
    const data = new Uint8Array(3000).fill(7);
    const imageMessage = { mimetype: "image/png", mediaKey: new Uint8Array([1, 2, 3]), caption: "look" };
    let stateDir = "";
    let ref = "";
    {
      await using device = await startDevice(fake, { stateDir: fs.mkdtempSync("/tmp/openclaw-whatsapp-") });
      stateDir = device.stateDir;
      fake.files.set("P1", data);
      fake.write(message("", { id: "P1", message: { imageMessage } }));
      const { attachments } = await device.next();
      ref = attachments?.[0]?.ref ?? "";
      expect(ref).not.toContain("P1");
      const dir = path.join(stateDir, "whatsapp", "default", "media");
      expect(fs.statSync(path.join(dir, `${ref}.json`)).mode & 0o777).toBe(0o600);
    }
    await using device = await startDevice(fake, { stateDir });
    const signal = AbortSignal.timeout(5000);
    const fetchMedia = (maxBytes: number) => device.running.fetchMedia?.(ref, { maxBytes, signal });
    await expect(fetchMedia(2000)).rejects.toMatchObject({ code: "media_too_large" });
    const file = await fetchMedia(4000);
    expect(file).toMatchObject({ mimeType: "image/png" });
    expect(Buffer.from(file?.body instanceof Uint8Array ? file.body : [])).toEqual(Buffer.from(data));
    await expect(fetchMedia(4000)).rejects.toMatchObject({ code: "refused" });
    fs.rmSync(stateDir, { recursive: true, force: true });
  });

  it("a message that cannot be read does not keep the next from coming", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    const broken = message("x");
    Object.defineProperty(broken, "message", {
      get: () => {
        throw new Error("malformed");
      },
    });
    fake.write(broken);
    fake.write(message("fine"));
    expect((await device.next()).text).toBe("fine");
    expect(device.lines.join("\n")).toContain("a message could not be taken");
  });
});
