/// <reference lib="dom" />
// Answers that are spoken, in a real browser: they can be played, also after a reload, and no directive is ever seen.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FakeService, startFakeService } from "../../packages/media/src/testing/fake-service.ts";
import { missingSystemPackages as missing } from "./chromium.ts";
import { openWebChat, type WebChat } from "./open-web-chat.ts";

let chat: WebChat;
let speaker: FakeService;

beforeAll(async () => {
  if (missing) return;
  speaker = await startFakeService(() => ({ body: twoSecondsOfSilence() }));
  chat = await openWebChat({
    config: { messages: { tts: { auto: "always", provider: "openai", edge: { enabled: false } } } },
    env: { OPENAI_API_KEY: "sk-speech-0123456789", OPENAI_TTS_BASE_URL: speaker.url },
  });
});
afterAll(async () => {
  await chat?.[Symbol.asyncDispose]();
  await speaker?.[Symbol.asyncDispose]();
});

describe.skipIf(missing !== "")(`a spoken answer${missing ? ` (skipped: needs ${missing})` : ""}`, () => {
  it("can be played to its end, also from the middle and after a reload, and shows no directive", async () => {
    chat.gateway.model.enqueue({ words: ["[[tts:voice=nova]] The train", "leaves at noon."] });
    await chat.say("when does it leave?");
    await chat.untilText(/The train leaves at noon\./);
    expect(await lengthOfSound()).toBe(2);
    await chat.picture("spoken-answer");
    await chat.reload();
    await chat.untilText(/The train leaves at noon\./);
    expect(await lengthOfSound()).toBe(2);
    expect(await playedFrom(1.5)).toBe(2);
    expect(await chat.text()).not.toContain("tts");
    expect(chat.problems).toEqual([]);
  });
});

/** Seconds, as soon as the page knows. */
async function lengthOfSound(): Promise<number> {
  await chat.page.waitForFunction(() => (document.querySelector("audio")?.readyState ?? 0) >= 1, { timeout: 8000 });
  return chat.page.evaluate(() => document.querySelector("audio")?.duration ?? 0);
}

/** Where the sound stands when it has been played from a place. */
async function playedFrom(seconds: number): Promise<number> {
  await chat.page.evaluate(async (from) => {
    const audio = document.querySelector("audio");
    if (audio === null) throw new Error("no sound on the page");
    audio.muted = true;
    audio.currentTime = from;
    await audio.play();
  }, seconds);
  await chat.page.waitForFunction(() => document.querySelector("audio")?.ended === true, { timeout: 8000 });
  return chat.page.evaluate(() => document.querySelector("audio")?.currentTime ?? 0);
}

/** A WAV file, 8,000 samples of 8 bits a second: every browser can play it, whatever codecs it lacks. */
function twoSecondsOfSilence(): Buffer {
  const samples = Buffer.alloc(16_000, 128);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(8000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
