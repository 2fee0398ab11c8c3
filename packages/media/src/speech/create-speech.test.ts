import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { silentLog } from "@openclaw/log";
import { expect, onTestFinished, test } from "vitest";
import { startFakeEdge } from "../testing/fake-edge.ts";
import { startFakeService } from "../testing/fake-service.ts";
import { createSpeech, type SpokenReply } from "./create-speech.ts";
import type { SpeechConfig } from "./speech-config.ts";
import type { Summarize } from "./summarize.ts";

const mp3 = Buffer.from("ID3 sound");
const sentence = "Hello there, this is the answer.";

function setUp(config: SpeechConfig, more: { env?: NodeJS.ProcessEnv; summarize?: Summarize; edgeUrl?: string } = {}) {
  const stateDir = mkdtempSync(path.join(os.tmpdir(), "openclaw-speech-"));
  const lines: string[] = [];
  const note = (message: string) => lines.push(message);
  const speech = createSpeech({
    config: () => config,
    env: more.env ?? {},
    stateDir,
    summarize: more.summarize ?? (() => Promise.reject(new Error("no model"))),
    fetch(input, init) {
      if (new URL(String(input)).hostname !== "127.0.0.1") throw new Error(`a test asked ${String(input)}`);
      return fetch(input, init);
    },
    clock: { now: () => Date.now() },
    log: { ...silentLog, warn: note, error: note },
    edgeUrl: more.edgeUrl ?? "ws://127.0.0.1:9/none",
  });
  onTestFinished(() => {
    speech.close();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const reply = (over: Partial<SpokenReply> = {}) =>
    speech.forReply({
      text: sentence,
      channel: "telegram",
      sessionMode: "always",
      afterVoice: false,
      isFinal: true,
      hasMedia: false,
      signal: new AbortController().signal,
      ...over,
    });
  return { speech, reply, lines, stateDir, prefs: path.join(stateDir, "settings", "tts.json") };
}

const noEdge = { edge: { enabled: false } } satisfies SpeechConfig;

test("OpenAI is asked for opus where voice notes are shown, and for mp3 elsewhere", async () => {
  await using service = await startFakeService(() => ({ body: mp3 }));
  const env = { OPENAI_API_KEY: "sk-1", OPENAI_TTS_BASE_URL: `${service.url}/v1/` };
  const { reply } = setUp({ openai: { voice: "coral" } }, { env });
  const note = await reply();
  expect(note).toMatchObject({ provider: "openai", outputFormat: "opus", voiceCompatible: true });
  expect(note?.path).toMatch(/tts-[^/]+\/voice-\d+\.opus$/);
  expect(readFileSync(note?.path ?? "")).toEqual(mp3);
  expect(statSync(note?.path ?? "").mode & 0o777).toBe(0o600);
  const file = await reply({ channel: "discord" });
  expect(file).toMatchObject({ outputFormat: "mp3", voiceCompatible: false, path: expect.stringMatching(/\.mp3$/) });
  expect(service.requests[0]).toMatchObject({ method: "POST", path: "/v1/audio/speech" });
  expect(service.requests[0]?.headers.authorization).toBe("Bearer sk-1");
  expect(JSON.parse(String(service.requests[0]?.body))).toEqual({
    model: "gpt-4o-mini-tts",
    input: sentence,
    voice: "coral",
    response_format: "opus",
  });
});

test("ElevenLabs gets voice, model and settings, those of the answer over those of the configuration", async () => {
  await using service = await startFakeService(() => ({ body: mp3 }));
  const config: SpeechConfig = {
    ...noEdge,
    provider: "elevenlabs",
    elevenlabs: { baseUrl: service.url, languageCode: "en", voiceSettings: { stability: 0.3, speed: 1.5 } },
  };
  const { reply } = setUp(config, { env: { XI_API_KEY: "xi-1" } });
  const directives = ["voiceId=ABCDEFGHIJ0123456789 stability=0.9 seed=7 normalize=off", "model_id=eleven_v3"];
  const sound = await reply({ tags: { directives } });
  expect(sound).toMatchObject({ provider: "elevenlabs", outputFormat: "opus_48000_64" });
  const [request] = service.requests;
  expect(request?.path).toBe("/v1/text-to-speech/ABCDEFGHIJ0123456789");
  expect(request?.query.get("output_format")).toBe("opus_48000_64");
  expect(request?.headers["xi-api-key"]).toBe("xi-1");
  expect(JSON.parse(String(request?.body))).toEqual({
    text: sentence,
    model_id: "eleven_v3",
    seed: 7,
    apply_text_normalization: "off",
    language_code: "en",
    voice_settings: { stability: 0.9, similarity_boost: 0.75, style: 0, use_speaker_boost: true, speed: 1.5 },
  });
});

test("Edge speaks without a key, and falls back to its usual format when it refuses another", async () => {
  await using edge = await startFakeEdge({ refuses: (format) => format.startsWith("ogg") });
  const config: SpeechConfig = {
    edge: { outputFormat: "ogg-24khz-16bit-mono-opus", rate: "+10%", saveSubtitles: true, voice: 'a"b' },
  };
  const { reply } = setUp(config, { edgeUrl: edge.url });
  const sound = await reply({ text: "Tom & Jerry say <hello> to you all" });
  expect(edge.requests.map(({ format }) => format)).toEqual([
    "ogg-24khz-16bit-mono-opus",
    "audio-24khz-48kbitrate-mono-mp3",
  ]);
  expect(sound).toMatchObject({ provider: "edge", voiceCompatible: false, path: expect.stringMatching(/\.mp3$/) });
  expect(readFileSync(sound?.path ?? "", "utf8")).toBe("sound:audio-24khz-48kbitrate-mono-mp3");
  const { ssml = "", url } = edge.requests[1] ?? {};
  expect(ssml).toContain("Tom &amp; Jerry say &lt;hello&gt; to you all");
  expect(ssml).toContain('name="a&quot;b"');
  expect(ssml).toContain('rate="+10%"');
  expect(url?.searchParams.get("Sec-MS-GEC")).toMatch(/^[0-9A-F]{64}$/);
  expect(JSON.parse(readFileSync(`${sound?.path}.json`, "utf8"))).toEqual([{ part: "Hello", start: 100, end: 350 }]);
});

test("Edge is reached through a proxy where one is named", async () => {
  await using edge = await startFakeEdge();
  const asked: string[] = [];
  const proxy = createServer().on("connect", (request, client: Socket, head: Buffer) => {
    asked.push(request.url ?? "");
    const { port } = new URL(edge.url);
    const server = connect(Number(port), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      server.write(head);
      server.pipe(client).pipe(server);
    });
    server.on("error", () => client.destroy());
    client.on("error", () => server.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const address = proxy.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const { reply } = setUp({ edge: { proxy: `http://127.0.0.1:${port}` } }, { edgeUrl: "ws://speech.example:80/edge" });
  expect(await reply()).toMatchObject({ provider: "edge" });
  expect(asked).toEqual(["speech.example:80"]);
});

test("an Edge sound in opus is a voice note on Telegram and a file elsewhere", async () => {
  await using edge = await startFakeEdge();
  const { reply } = setUp({ edge: { outputFormat: "ogg-24khz-16bit-mono-opus" } }, { edgeUrl: edge.url });
  expect(await reply()).toMatchObject({ voiceCompatible: true, path: expect.stringMatching(/\.opus$/) });
  expect(await reply({ channel: "slack" })).toMatchObject({ voiceCompatible: false });
});

test("a provider that fails is stood in for by the next; when all fail, the log names each and no sound is made", async () => {
  await using service = await startFakeService(() => ({ status: 429, body: "slow down" }));
  await using edge = await startFakeEdge();
  const env = { OPENAI_API_KEY: "sk-1", ELEVENLABS_API_KEY: "xi-1", OPENAI_TTS_BASE_URL: service.url };
  const elevenlabs = { baseUrl: service.url };
  const { reply, speech } = setUp({ elevenlabs }, { env, edgeUrl: edge.url });
  expect(await reply()).toMatchObject({ provider: "edge" });
  expect(speech.lastAttempt).toMatchObject({ ok: true, provider: "edge", chars: sentence.length });

  const all = setUp({ elevenlabs, ...noEdge }, { env });
  expect(await all.reply()).toBeUndefined();
  expect(all.lines).toEqual(["TTS conversion failed: openai: HTTP 429: slow down; elevenlabs: HTTP 429: slow down"]);
  expect(all.lines.join()).not.toMatch(/sk-1|xi-1/);
  await expect(all.speech.convert("text", { signal: new AbortController().signal })).rejects.toThrow(
    "openai: HTTP 429: slow down; elevenlabs: HTTP 429: slow down",
  );
});

test("a service that answers nothing is given up after the time of one request", async () => {
  await using silent = await startFakeEdge({ silent: true });
  const { reply, lines } = setUp({ timeoutMs: 100 }, { edgeUrl: silent.url });
  expect(await reply()).toBeUndefined();
  expect(lines).toEqual(["TTS conversion failed: edge: it took too long"]);
});

test("the mode decides which answers are spoken: session over preferences over configuration", async () => {
  await using edge = await startFakeEdge();
  const { reply, speech, prefs } = setUp({ auto: "inbound" }, { edgeUrl: edge.url });
  expect(await reply({ sessionMode: undefined })).toBeUndefined();
  expect(await reply({ sessionMode: undefined, afterVoice: true })).toBeDefined();
  expect(await reply({ sessionMode: "tagged", afterVoice: true })).toBeUndefined();
  expect(await reply({ sessionMode: "tagged", tags: { directives: [""] } })).toBeDefined();
  expect(await reply({ sessionMode: "off", afterVoice: true })).toBeUndefined();
  mkdirSync(path.dirname(prefs), { recursive: true });
  writeFileSync(prefs, '{"tts":{"enabled":true},"other":1}');
  expect(speech.mode(undefined)).toBe("always");
  expect(speech.mode("off")).toBe("off");
  speech.preferences.set({ auto: "tagged" });
  expect(speech.mode(undefined)).toBe("tagged");
  expect(JSON.parse(readFileSync(prefs, "utf8"))).toEqual({ tts: { enabled: true, auto: "tagged" }, other: 1 });
  expect(statSync(prefs).mode & 0o777).toBe(0o600);
});

test("answers with media, short ones and those before the last are left as text", async () => {
  await using edge = await startFakeEdge();
  const { reply } = setUp({}, { edgeUrl: edge.url });
  expect(await reply({ hasMedia: true })).toBeUndefined();
  expect(await reply({ text: "Look:\nMEDIA: https://example.com/a.png" })).toBeUndefined();
  expect(await reply({ text: "**Short**" })).toBeUndefined();
  expect(await reply({ isFinal: false })).toBeUndefined();
  expect(edge.requests).toHaveLength(0);
  const all = setUp({ mode: "all" }, { edgeUrl: edge.url });
  expect(await all.reply({ isFinal: false })).toBeDefined();
});

test("preferences that cannot be read count as empty, are told, and stay until a setting is changed", () => {
  const { speech, prefs, lines } = setUp({});
  mkdirSync(path.dirname(prefs), { recursive: true });
  writeFileSync(prefs, "{nonsense");
  expect(speech.preferences.maxLength()).toBe(1500);
  expect(speech.preferences.summarize()).toBe(true);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(prefs);
  expect(readFileSync(prefs, "utf8")).toBe("{nonsense");
  speech.preferences.set({ maxLength: 200 });
  expect(JSON.parse(readFileSync(prefs, "utf8"))).toEqual({ tts: { maxLength: 200 } });
});

test("a long answer is summarised; without summaries it is cut to the limit with three dots", async () => {
  await using edge = await startFakeEdge();
  const asked: { targetChars: number }[] = [];
  const summarize: Summarize = async (request) => {
    asked.push(request);
    return "A **short** version of it.";
  };
  const { reply, speech } = setUp({}, { edgeUrl: edge.url, summarize });
  const text = "word ".repeat(600).trim();
  await reply({ text });
  expect(asked).toMatchObject([{ targetChars: 1500, text }]);
  expect(edge.requests[0]?.ssml).toContain(">A short version of it.<");
  expect(speech.lastAttempt).toMatchObject({ summarized: true });
  speech.preferences.set({ summarize: false });
  await reply({ text });
  expect(edge.requests[1]?.ssml).toContain(`>${text.slice(0, 1497)}...<`);

  const failing = setUp({}, { edgeUrl: edge.url });
  await failing.reply({ text });
  expect(edge.requests[2]?.ssml).toContain(`>${text.slice(0, 1497)}...<`);
});

test("directives choose provider and voice; what is not valid or not allowed is left out and told", async () => {
  await using service = await startFakeService(() => ({ body: mp3 }));
  await using edge = await startFakeEdge();
  const env = { OPENAI_API_KEY: "sk-1", OPENAI_TTS_BASE_URL: service.url };
  const config: SpeechConfig = { provider: "edge", modelOverrides: { allowModelId: false } };
  const { reply, lines } = setUp(config, { env, edgeUrl: edge.url });
  const tags = { directives: ["provider=openai VOICE=nova seed=-1 model=tts-1 colour=red"] };
  expect(await reply({ tags, text: "Hi there, friend" })).toMatchObject({ provider: "openai" });
  expect(JSON.parse(String(service.requests[0]?.body))).toMatchObject({
    voice: "nova",
    model: "gpt-4o-mini-tts",
    input: "Hi there, friend",
  });
  expect(lines).toHaveLength(3);
  expect(lines.join("\n")).toMatch(/seed.*-1[\s\S]*model.*not allowed[\s\S]*not known: colour/);

  const off = setUp({ provider: "edge", modelOverrides: { enabled: false } }, { env, edgeUrl: edge.url });
  expect(await off.reply({ tags: { ...tags, text: "Spoken instead of it" } })).toMatchObject({ provider: "edge" });
  expect(edge.requests.at(-1)?.ssml).toContain(sentence);
});

test("a text of its own is spoken in place of the answer", async () => {
  await using edge = await startFakeEdge();
  const { reply } = setUp({}, { edgeUrl: edge.url });
  await reply({ tags: { directives: [], text: "(laughs) Read the song once more." } });
  expect(edge.requests[0]?.ssml).toContain("(laughs) Read the song once more.");
});

test("OpenAI's own voices and models are checked before it is asked", async () => {
  const { speech } = setUp({ ...noEdge, openai: { apiKey: "sk-1", voice: "robot" } });
  await expect(speech.convert("text", { signal: new AbortController().signal })).rejects.toThrow(/unknown voice robot/);
});

test("a text over the hard limit is refused where it is to be spoken as it is", async () => {
  const { speech } = setUp({ maxTextLength: 5 });
  await expect(speech.convert("longer", { signal: new AbortController().signal })).rejects.toThrow(
    "Text too long (6 chars, max 5)",
  );
});

test("the provider is the preferred one, else the configured one, else the first with a key, else Edge", () => {
  expect(setUp({}).speech.provider()).toBe("edge");
  expect(setUp({}, { env: { ELEVENLABS_API_KEY: "k" } }).speech.provider()).toBe("elevenlabs");
  const { speech } = setUp({ provider: "edge" }, { env: { ELEVENLABS_API_KEY: "k", OPENAI_API_KEY: "k" } });
  expect(speech.provider()).toBe("edge");
  expect(speech.fallbacks()).toEqual(["openai", "elevenlabs"]);
  speech.preferences.set({ provider: "elevenlabs" });
  expect(speech.provider()).toBe("elevenlabs");
  expect(existsSync(speech.preferences.path)).toBe(true);
});
