import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { closedWith, createFakeWhatsApp, message, tempDir } from "./fake-whatsapp.ts";
import { startDevice } from "./running-device.ts";

const jid = "15551234567@s.whatsapp.net";
const png = Buffer.from("\x89PNG\r\n\x1a\n--------", "latin1");

function files(): { dir: string; file(name: string, data?: Buffer): string } {
  const dir = tempDir();
  return {
    dir,
    file(name, data = png) {
      fs.writeFileSync(path.join(dir, name), data);
      return path.join(dir, name);
    },
  };
}

describe("what goes out", () => {
  it("a text follows the sign that somebody writes, and is named by the service's id", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    expect(await device.send({ text: "*hello*" })).toMatchObject({ messageId: "OUT1", chatId: "+15551234567" });
    expect(fake.calls.slice(1)).toEqual([
      { name: "presence", what: "composing", jid },
      { name: "sendMessage", jid, content: { text: "*hello*" } },
    ]);
  });

  it("files go out by their type, the first with the text beside it", async () => {
    const { dir, file } = files();
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    const mediaUrls = [file("a.png"), file("b.mp4"), file("c.pdf"), file("d.ogg")];
    await device.send({ text: "look", mediaUrls, gifPlayback: true });
    expect(fake.sends().map(({ content }) => content)).toEqual([
      { image: { url: mediaUrls[0] }, mimetype: "image/png", caption: "look" },
      { video: { url: mediaUrls[1] }, mimetype: "video/mp4", gifPlayback: true },
      { document: { url: mediaUrls[2] }, mimetype: "application/pdf", fileName: "c.pdf" },
      { audio: { url: mediaUrls[3] }, ptt: true, mimetype: "audio/ogg; codecs=opus" },
    ]);
    fs.rmSync(dir, { recursive: true });
  });

  it("sound takes no text: it follows", async () => {
    const { dir, file } = files();
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    await device.send({ text: "listen", mediaUrls: [file("a.mp3")] });
    expect(fake.sends().map(({ content }) => content)).toEqual([
      { audio: { url: path.join(dir, "a.mp3") }, ptt: true, mimetype: "audio/mpeg" },
      { text: "listen" },
    ]);
    fs.rmSync(dir, { recursive: true });
  });

  it("when the first file fails, the text says so and the others are still tried", async () => {
    const { dir, file } = files();
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    fake.fail(new Error("Media upload failed on all hosts"));
    await device.send({ text: "look", mediaUrls: [file("a.png"), path.join(dir, "gone.png"), file("c.png")] });
    expect(fake.sends().map(({ content }) => content)).toEqual([
      { text: "look\n⚠️ Media failed: Media upload failed on all hosts" },
      { image: { url: path.join(dir, "c.png") }, mimetype: "image/png" },
    ]);
    expect(device.lines.filter((line) => line.startsWith("warn a file could not be sent"))).toHaveLength(2);
    fs.rmSync(dir, { recursive: true });
  });

  it("a file behind an address is fetched", async () => {
    const fake = createFakeWhatsApp();
    const fetchFile = async () => new Response(png, { headers: { "content-type": "image/png" } });
    await using device = await startDevice(fake, { fetch: fetchFile });
    await device.send({ mediaUrls: ["https://example.com/a/pic.png"] });
    expect(fake.sends()[0]?.content).toEqual({ image: png, mimetype: "image/png" });
  });

  it("what the service does not take is told, to be tried again", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    fake.fail(closedWith(408, "Timed Out"));
    await expect(device.send({ text: "hello" })).rejects.toThrow("Timed Out");
  });

  it("a poll has a question, options, and how many may be chosen", async () => {
    const fake = createFakeWhatsApp();
    await using device = await startDevice(fake);
    await device.send({ poll: { question: "Tea?", options: ["yes", "no"], maxSelections: 2 } });
    expect(fake.sends()[0]?.content).toEqual({ poll: { name: "Tea?", values: ["yes", "no"], selectableCount: 2 } });
  });

  it("a reaction and a receipt name the message as it came, with the participant in groups", async () => {
    const fake = createFakeWhatsApp({ lids: { "777@lid": "+15551234567" } });
    await using device = await startDevice(fake, { section: { allowFrom: ["+15551234567"] } });
    fake.write(message("hi", { jid: "777@lid", id: "M1" }));
    await device.next();
    const ref = { to: "+15551234567", messageId: "M1" };
    await device.running.markRead?.(ref);
    await device.running.react?.(ref, { emoji: "👍" });
    expect(fake.calls.slice(1)).toMatchObject([
      { name: "read", keys: [{ remoteJid: "777@lid", id: "M1" }] },
      { name: "sendMessage", jid: "777@lid", content: { react: { text: "👍", key: { id: "M1" } } } },
    ]);
    const inGroup = { to: "1203@g.us", messageId: "G1", participant: "15551112222@s.whatsapp.net", fromMe: false };
    await device.running.react?.(inGroup, { emoji: "👍", remove: true });
    expect(fake.sends().at(-1)).toMatchObject({
      jid: "1203@g.us",
      content: {
        react: { text: "", key: { remoteJid: "1203@g.us", id: "G1", fromMe: false, participant: inGroup.participant } },
      },
    });
  });

  it("nothing is marked as read where that is switched off, nor on the owner's own number", async () => {
    for (const section of [{ sendReadReceipts: false }, { selfChatMode: true }, { allowFrom: ["+15550000000"] }]) {
      const fake = createFakeWhatsApp();
      await using device = await startDevice(fake, { section });
      await device.running.markRead?.({ to: "+15551234567", messageId: "M1" });
      expect(fake.calls.filter(({ name }) => name === "read")).toEqual([]);
    }
  });

  it("switches of `actions` keep things from being done", async () => {
    const fake = createFakeWhatsApp();
    const actions = { sendMessage: true, polls: false, reactions: false };
    await using device = await startDevice(fake, { section: { actions } });
    const poll = { question: "?", options: ["a", "b"], maxSelections: 1 };
    await expect(device.send({ poll })).rejects.toMatchObject({
      permanent: true,
      message: expect.stringContaining("actions.polls"),
    });
    expect(device.channel.actions?.(device.account)).toEqual([]);
    await using silent = await startDevice(createFakeWhatsApp(), { section: { actions: { sendMessage: false } } });
    await expect(silent.send({ text: "x" })).rejects.toMatchObject({
      message: expect.stringContaining("actions.sendMessage"),
    });
    expect(silent.channel.actions?.(silent.account)).toEqual(["react"]);
  });
});
