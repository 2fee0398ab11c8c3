import fs from "node:fs";
import path from "node:path";
import type { Clock } from "@openclaw/storage";
import { afterEach, expect, test } from "vitest";
import { type FakeEdge, startFakeEdge } from "../../media/src/testing/fake-edge.ts";
import { startFakeService } from "../../media/src/testing/fake-service.ts";
import { chatService } from "../src/testing/chat-service.ts";
import type { Json } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

const running: AsyncDisposable[] = [];
afterEach(async () => {
  for (const each of running.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

async function setUp(
  tts: Json,
  more: { env?: NodeJS.ProcessEnv; edge?: FakeEdge; channel?: string; config?: Json; clock?: Clock } = {},
) {
  const edge = more.edge ?? (await startFakeEdge());
  running.push(edge);
  const id = more.channel ?? "telegram";
  const chat = chatService(id);
  const gateway = await startTestGateway({
    config: {
      channels: { [id]: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } },
      messages: { tts },
      // Nothing listens there: sounds that come in are not transcribed.
      tools: { media: { audio: { enabled: false } } },
      ...more.config,
    },
    env: more.env ?? {},
    channels: [chat.channel],
    edgeSpeechUrl: edge.url,
    ...(more.clock === undefined ? {} : { clock: more.clock }),
  });
  running.push(gateway);
  const note = path.join(gateway.home, "note.ogg");
  fs.writeFileSync(note, "OggS");
  const prefs = path.join(gateway.stateDir, "settings", "tts.json");
  return { gateway, chat, edge, prefs, attachments: [{ path: note, mimeType: "audio/ogg" }] };
}

const long = (count: number) => ({ words: Array.from({ length: count }, (_, index) => `word${index}`) });
const opus = Buffer.from("opus sound");

test("with inbound, only answers to voice messages are spoken", async () => {
  const { chat, edge, attachments } = await setUp({ auto: "inbound" });
  await chat.tell("hello there");
  expect((await chat.sent()).mediaUrls).toBeUndefined();
  await chat.tell("hello there", { attachments });
  const spoken = await chat.sent();
  expect(spoken.text).toMatch(/^You said:/);
  expect(spoken.mediaUrls).toHaveLength(1);
  expect(edge.requests).toHaveLength(1);
});

test("with tagged, only answers with a directive are spoken, and no directive is ever shown", async () => {
  const { gateway, chat } = await setUp({ auto: "tagged" });
  await chat.tell("hello there");
  expect((await chat.sent()).mediaUrls).toBeUndefined();
  gateway.model.enqueue({ words: ["This one is", "to be heard. [[tts]]"] });
  await chat.tell("again");
  expect(await chat.sent()).toMatchObject({ text: "This one is to be heard.", mediaUrls: [expect.any(String)] });

  const quiet = await setUp({});
  quiet.gateway.model.enqueue({ words: ["Not spoken[[tts:voice=nova]]", "at all."] });
  await quiet.chat.tell("again");
  expect(await quiet.chat.sent()).toEqual(expect.not.objectContaining({ mediaUrls: expect.anything() }));
  expect(quiet.chat.untaken).toEqual([]);
});

test("Telegram gets opus as a voice note, others get mp3 as a file", async () => {
  const service = await startFakeService(() => ({ body: opus }));
  running.push(service);
  const env = { OPENAI_API_KEY: "sk-speech-0123456789", OPENAI_TTS_BASE_URL: service.url };
  const { chat } = await setUp({ auto: "always" }, { env });
  await chat.tell("hello there");
  const note = await chat.sent();
  expect(note).toMatchObject({ asVoice: true, mediaUrls: [expect.stringMatching(/voice-\d+\.opus$/)] });
  const other = await setUp({ auto: "always" }, { env, channel: "signal" });
  await other.chat.tell("hello there");
  const file = await other.chat.sent();
  expect(file.mediaUrls).toEqual([expect.stringMatching(/voice-\d+\.mp3$/)]);
  expect(file.asVoice).toBeUndefined();
});

test("a directive chooses provider and voice; what is not valid is left out, and the tag is not shown", async () => {
  const service = await startFakeService(() => ({ body: opus }));
  running.push(service);
  const env = { OPENAI_API_KEY: "sk-speech-0123456789", OPENAI_TTS_BASE_URL: service.url };
  const { gateway, chat, edge } = await setUp({ auto: "always", provider: "edge" }, { env });
  gateway.model.enqueue({ words: ["[[tts:provider=openai voice=nova seed=-1]]Hi there,", "friend"] });
  await chat.tell("hello");
  expect(await chat.sent()).toMatchObject({ text: "Hi there, friend", asVoice: true });
  expect(JSON.parse(String(service.requests[0]?.body))).toMatchObject({ voice: "nova", input: "Hi there, friend" });
  expect(edge.requests).toHaveLength(0);
  expect(gateway.log()).toMatch(/speech directive seed has no valid value/);
});

test("words that are only to be spoken are shown where nothing is spoken", async () => {
  const { gateway, chat, edge } = await setUp({});
  const words = ["[[tts:text]]Good morning", "to you[[/tts:text]]"];
  gateway.model.enqueue({ words });
  await chat.tell("hello");
  expect(await chat.sent()).toMatchObject({ text: "Good morning to you" });
  expect(edge.requests).toHaveLength(0);
  const client = await gateway.connect();
  gateway.model.enqueue({ words });
  await client.request("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "w1" });
  const end = await client.event("chat", ({ runId, state }) => runId === "w1" && state === "final");
  expect(JSON.stringify(end.message)).toContain("Good morning to you");
});

test("when one provider fails another speaks; when all fail the text arrives alone", async () => {
  const service = await startFakeService(() => ({ status: 500, body: "down" }));
  running.push(service);
  const env = { OPENAI_API_KEY: "sk-speech-0123456789", OPENAI_TTS_BASE_URL: service.url };
  const { chat, edge } = await setUp({ auto: "always" }, { env });
  await chat.tell("hello there");
  expect(await chat.sent()).toMatchObject({ mediaUrls: [expect.stringMatching(/\.mp3$/)] });
  expect(edge.requests).toHaveLength(1);

  const alone = await setUp({ auto: "always", edge: { enabled: false } }, { env });
  await alone.chat.tell("hello there");
  expect((await alone.chat.sent()).mediaUrls).toBeUndefined();
  expect(alone.gateway.log()).toContain("TTS conversion failed: openai: HTTP 500: down");
  expect(alone.gateway.log()).not.toContain("sk-speech");
});

test("a long answer is shown whole and spoken as a summary, or cut where summaries are off", async () => {
  const { gateway, chat, edge } = await setUp({ auto: "always" });
  const answer = long(400).words.join(" ");
  gateway.model.enqueue(long(400), { words: ["In short:", "many words."] });
  await chat.tell("tell me everything");
  expect((await chat.sent()).text).toBe(answer);
  expect(edge.requests[0]?.ssml).toContain(">In short: many words.<");
  const [, summary] = gateway.model.requests;
  expect(summary?.body).toMatchObject({ temperature: 0.3 });
  expect(JSON.stringify(summary?.body)).toMatch(/"max_(completion_)?tokens":750/);

  await chat.tell("/tts summary off");
  expect((await chat.sent()).text).toBe("❌ TTS auto-summary disabled.");
  gateway.model.enqueue(long(400));
  await chat.tell("again");
  expect((await chat.sent()).text).toBe(answer);
  expect(edge.requests[1]?.ssml).toContain(`>${answer.slice(0, 1497)}...<`);
});

test("/tts off holds for its session alone, and /tts limit refuses what is out of range", async () => {
  const { chat, prefs } = await setUp({ auto: "always" }, { config: { session: { dmScope: "per-peer" } } });
  const other = { chat: { kind: "direct", id: "8" }, sender: { id: "8" } } as const;
  await chat.tell("/tts off");
  expect((await chat.sent()).text).toBe("🔇 TTS disabled.");
  await chat.tell("hello there");
  expect((await chat.sent()).mediaUrls).toBeUndefined();
  await chat.tell("hello there", other);
  expect((await chat.sent()).mediaUrls).toHaveLength(1);
  await chat.tell("/tts limit 50");
  expect((await chat.sent()).text).toBe("❌ Limit must be between 100 and 4096 characters.");
  expect(fs.existsSync(prefs)).toBe(false);
  await chat.tell("/tts limit 500");
  await chat.sent();
  expect(JSON.parse(fs.readFileSync(prefs, "utf8"))).toEqual({ tts: { maxLength: 500 } });
  await chat.tell("/status", other);
  expect((await chat.sent()).text).toContain("🔊 Voice: always · provider=edge · limit=500 · summary=on");
});

test("/tts audio speaks once, whatever the mode is; command answers are not spoken", async () => {
  const { chat, edge } = await setUp({ auto: "always" });
  await chat.tell("/tts audio Read this");
  const { text, mediaUrls } = await chat.sent();
  expect(text).toBeUndefined();
  expect(mediaUrls).toHaveLength(1);
  expect(edge.requests[0]?.ssml).toContain("Read this");
  await chat.tell("/tts status");
  const status = await chat.sent();
  expect(status.mediaUrls).toBeUndefined();
  expect(status.text).toMatch(/^📊 TTS status\nState: ✅ enabled \(always\)\nProvider: edge \(✅ configured\)/);
  expect(status.text).toMatch(/Last attempt \(\d+s ago\): ✅\nText: 9 chars\nProvider: edge\nLatency: \d+ms$/);
});

test("an answer that was sent in blocks has one sound at the end, of all it said", async () => {
  const { gateway, chat, edge } = await setUp(
    { auto: "always" },
    {
      config: {
        channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"], blockStreaming: true } },
        agents: {
          defaults: { blockStreamingChunk: { minChars: 10, maxChars: 40 }, blockStreamingCoalesce: { idleMs: 1 } },
        },
      },
    },
  );
  const words = "One paragraph is here. \n\n Another one is there.".split(" ");
  gateway.model.enqueue({ words });
  await chat.tell("go");
  let last = await chat.sent();
  while (last.mediaUrls === undefined) last = await chat.sent();
  expect(last.text).toBeUndefined();
  expect(edge.requests).toHaveLength(1);
  expect(edge.requests[0]?.ssml).toMatch(/One paragraph is here\.\s+Another one is there\./);
});

test("the model is told how answers are spoken, where they are", async () => {
  const { gateway, chat } = await setUp({ auto: "always" });
  const system = () => JSON.stringify(gateway.model.lastRequest().body.messages);
  await chat.tell("hello there");
  await chat.sent();
  expect(system()).toMatch(/## Voice \(TTS\)[^#]*1500 characters[^#]*\[\[tts:key=value/);
  await chat.tell("/tts off");
  await chat.sent();
  await chat.tell("hello there");
  await chat.sent();
  expect(system()).not.toContain("## Voice (TTS)");
});

test("the tool speaks, and its sound is sent once", async () => {
  const { gateway, chat, edge } = await setUp({});
  gateway.model.enqueue(
    { tools: [{ name: "tts", args: JSON.stringify({ text: "Good morning to you" }) }] },
    { words: ["NO_REPLY"] },
  );
  await chat.tell("say good morning");
  const { text, mediaUrls } = await chat.sent();
  expect(text).toBeUndefined();
  expect(mediaUrls).toHaveLength(1);
  expect(edge.requests[0]?.ssml).toContain("Good morning to you");
  expect(JSON.stringify(gateway.model.lastRequest().body)).toContain("MEDIA:");
});

test("tts.* tell and change the preferences, and speak", async () => {
  const { gateway, prefs } = await setUp({});
  const client = await gateway.connect({ protocol: 3 });
  expect((await client.request("tts.status", {})).payload).toEqual({
    enabled: false,
    auto: "off",
    provider: "edge",
    fallbackProvider: null,
    fallbackProviders: [],
    prefsPath: prefs,
    hasOpenAIKey: false,
    hasElevenLabsKey: false,
    edgeEnabled: true,
  });
  expect((await client.request("tts.enable", {})).payload).toEqual({ enabled: true });
  expect((await client.request("tts.setProvider", { provider: "elevenlabs" })).payload).toEqual({
    provider: "elevenlabs",
  });
  expect((await client.request("tts.setProvider", { provider: "robot" })).error).toMatchObject({
    code: "INVALID_REQUEST",
    message: "Invalid provider. Use openai, elevenlabs, or edge.",
  });
  const { payload } = await (await gateway.connect({ protocol: 4 })).request("tts.status", {});
  expect(payload).toMatchObject({
    enabled: true,
    auto: "always",
    provider: "elevenlabs",
    fallbackProvider: "edge",
    personas: [],
  });
  expect(payload.providerStates).toContainEqual({ id: "edge", label: "Edge TTS", configured: true });
  expect((await client.request("tts.providers", {})).payload).toMatchObject({
    active: "elevenlabs",
    providers: [
      { id: "openai", models: ["gpt-4o-mini-tts", "tts-1", "tts-1-hd"] },
      { id: "elevenlabs" },
      { id: "edge" },
    ],
  });
  const sound = await client.request("tts.convert", { text: "hello", channel: "telegram" });
  expect(sound.payload).toMatchObject({
    provider: "edge",
    outputFormat: "audio-24khz-48kbitrate-mono-mp3",
    voiceCompatible: false,
  });
  expect(fs.readFileSync(String(sound.payload.audioPath), "utf8")).toBe("sound:audio-24khz-48kbitrate-mono-mp3");
  expect((await client.request("tts.convert", { text: " " })).error).toMatchObject({
    message: "tts.convert requires text",
  });
  expect((await client.request("tts.disable", {})).payload).toEqual({ enabled: false });
});

test("tts.convert says what each provider said", async () => {
  const { gateway } = await setUp({ edge: { enabled: false } });
  const client = await gateway.connect();
  expect((await client.request("tts.convert", { text: "hello" })).error).toMatchObject({
    code: "UNAVAILABLE",
    message: "TTS conversion failed: edge: it is switched off",
  });
});

test("the history shows answers as they were shown when they came: without directives and tags, except in code", async () => {
  const { gateway } = await setUp({});
  const client = await gateway.connect();
  const say = async (idempotencyKey: string, words: string[]) => {
    gateway.model.enqueue({ words });
    await client.request("chat.send", { sessionKey: "main", message: "hello", idempotencyKey });
    const end = await client.event("chat", ({ runId, state }) => runId === idempotencyKey && state === "final");
    return (end.message as { content: { text: string }[] }).content[0]?.text;
  };
  const live = [
    await say("h1", ["[[reply_to_current]] Hello [[tts:voice=nova]]", "you. [[tts]]"]),
    await say("h2", ["[[tts:text]]Good morning", "to you[[/tts:text]]"]),
    await say("h3", ["Write", "`[[tts]]`", "and [[audio_as_voice]]", "done."]),
  ];
  const { payload } = await client.request("chat.history", { sessionKey: "main" });
  const messages = payload?.messages as { role: string; content: { text: string }[] }[];
  const shown = messages.filter(({ role }) => role === "assistant").map(({ content }) => content[0]?.text);
  expect(shown).toEqual(["Hello you.", "Good morning to you", "Write `[[tts]]` and done."]);
  expect(shown).toEqual(live);
});

/** What the last message of the main session can be heard as, as the history tells it. */
async function soundsOf(
  client: Awaited<ReturnType<TestGateway["connect"]>>,
): Promise<{ url: string; mimeType: string }[]> {
  const { payload } = await client.request("chat.history", { sessionKey: "main" });
  const { messages } = payload as { messages: { __openclaw?: { sounds?: { url: string; mimeType: string }[] } }[] };
  return messages.at(-1)?.__openclaw?.sounds ?? [];
}

async function askedOnPage(tts: Json, config: Json = {}, clock?: Clock) {
  const { gateway, edge } = await setUp(tts, { config, ...(clock === undefined ? {} : { clock }) });
  const client = await gateway.connect();
  const ask = async (idempotencyKey: string) => {
    await client.request("chat.send", { sessionKey: "main", message: "hello there", idempotencyKey });
    const end = await client.event("chat", ({ runId, state }) => runId === idempotencyKey && state === "final");
    return end.message as { __openclaw?: { sounds?: { url: string; mimeType: string }[] } };
  };
  return { gateway, edge, client, ask };
}

test("an answer in the web chat is spoken as well, and can be played whole and in parts for as long as it is kept", async () => {
  let now = Date.now();
  const { gateway, edge, client, ask } = await askedOnPage({ auto: "always" }, {}, { now: () => now });
  const sounds = (await ask("w1")).__openclaw?.sounds ?? [];
  expect(sounds).toEqual([
    { url: expect.stringMatching(/^\/__openclaw__\/media\/[\w-]{43}$/), mimeType: "audio/mpeg" },
  ]);
  expect(await soundsOf(client)).toEqual(sounds);
  expect(edge.requests).toHaveLength(1);

  const url = `${gateway.httpUrl}${sounds[0]?.url}`;
  const whole = await fetch(url);
  expect(whole.status).toBe(200);
  expect(Object.fromEntries(whole.headers)).toMatchObject({
    "content-type": "audio/mpeg",
    "accept-ranges": "bytes",
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
  });
  const bytes = Buffer.from(await whole.arrayBuffer());
  expect(bytes.length).toBeGreaterThan(4);
  const part = async (range: string) => {
    const answer = await fetch(url, { headers: { range } });
    return [answer.status, answer.headers.get("content-range"), Buffer.from(await answer.arrayBuffer())];
  };
  const { length } = bytes;
  expect(await part("bytes=1-2")).toEqual([206, `bytes 1-2/${length}`, bytes.subarray(1, 3)]);
  expect(await part("bytes=2-")).toEqual([206, `bytes 2-${length - 1}/${length}`, bytes.subarray(2)]);
  expect(await part("bytes=-3")).toEqual([206, `bytes ${length - 3}-${length - 1}/${length}`, bytes.subarray(-3)]);
  expect(await part("bytes=0-99999999")).toEqual([206, `bytes 0-${length - 1}/${length}`, bytes]);
  expect((await part(`bytes=${length}-`)).slice(0, 2)).toEqual([416, `bytes */${length}`]);
  expect((await part("bytes=0-0,2-2"))[0]).toBe(200);
  const head = await fetch(url, { method: "HEAD" });
  expect([head.status, head.headers.get("content-length")]).toEqual([200, String(length)]);
  expect((await fetch(url, { method: "POST" })).status).toBe(405);

  now += 61 * 60_000;
  expect((await fetch(url)).status).toBe(404);
  expect(await soundsOf(client)).toEqual([]);
});

test("nobody can play what was not offered, or what no longer is the file that was", async () => {
  const { gateway, ask } = await askedOnPage({ auto: "always" });
  const [sound] = (await ask("w1")).__openclaw?.sounds ?? [];
  for (const path of ["AAAA", `${"A".repeat(43)}`, "..%2f..%2fopenclaw.json", ""])
    expect((await fetch(`${gateway.httpUrl}/__openclaw__/media/${path}`)).status).toBe(404);
  const outbound = path.join(gateway.stateDir, "media", "outbound");
  const [folder = ""] = fs.readdirSync(outbound);
  const [name = ""] = fs.readdirSync(path.join(outbound, folder));
  const file = path.join(outbound, folder, name);
  fs.rmSync(file);
  fs.symlinkSync(gateway.configPath, file);
  expect((await fetch(`${gateway.httpUrl}${sound?.url}`)).status).toBe(404);
});

test("an answer in the web chat that is not to be spoken has no sound", async () => {
  const { client, ask, edge } = await askedOnPage({ auto: "inbound" });
  expect((await ask("w1")).__openclaw).toBeUndefined();
  expect(await soundsOf(client)).toEqual([]);
  expect(edge.requests).toHaveLength(0);
});
