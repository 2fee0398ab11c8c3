import { chmodSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { silentLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { createGuardedFetch, type GuardedFetch } from "@openclaw/net";
import { expect, onTestFinished, test } from "vitest";
import { startScriptedModelServer } from "../../../models/src/testing/scripted-model-server.ts";
import type { CredentialFor, NoteUse } from "../provider-access.ts";
import { type FakeService, startFakeService } from "../testing/fake-service.ts";
import { decisionParts } from "./decision.ts";
import { createUnderstandMedia, type UnderstandRequest } from "./understand-media.ts";
import type { UnderstandingConfig } from "./understanding-config.ts";

const ogg = Buffer.concat([Buffer.from("OggS"), Buffer.alloc(60)]);
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

interface Setup {
  env?: NodeJS.ProcessEnv;
  credentialFor?: CredentialFor;
  modelUrl?: string;
  guardedFetch?: GuardedFetch;
  noteUse?: NoteUse;
}

function setUp(config: UnderstandingConfig, more: Setup = {}) {
  const dir = mkdtempSync(path.join(os.tmpdir(), "openclaw-understand-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const lines: string[] = [];
  const provider = (id: string, input: ("text" | "image")[]) => ({
    baseUrl: more.modelUrl ?? "http://127.0.0.1:9/v1",
    apiKey: "secret-key",
    api: "openai-completions",
    models: [{ id, input }],
  });
  const models = createModels({
    config: () => ({
      models: { providers: { eyes: provider("sees", ["text", "image"]), blind: provider("b", ["text"]) } },
    }),
    env: {},
    log: silentLog,
  });
  const understand = createUnderstandMedia({
    config: () => config,
    models,
    credentialFor: more.credentialFor ?? (async () => ({ apiKey: "secret-key" })),
    ...(more.noteUse === undefined ? {} : { noteUse: more.noteUse }),
    fitImage: async (bytes) => ({ image: { data: Buffer.from(bytes).toString("base64"), mimeType: "image/png" } }),
    fetch: onThisMachine,
    guardedFetch: more.guardedFetch ?? createGuardedFetch(),
    env: more.env ?? { PATH: "/nowhere" },
    tempDir: dir,
    log: { ...silentLog, warn: (message) => lines.push(message) },
  });
  const file = (name: string, bytes: Buffer) => {
    const at = path.join(dir, name);
    writeFileSync(at, bytes);
    return at;
  };
  const program = (name: string, script: string) => {
    const at = path.join(dir, name);
    writeFileSync(at, `#!/bin/sh\n${script}\n`);
    chmodSync(at, 0o755);
    return at;
  };
  const ask = (over: Partial<UnderstandRequest> = {}) =>
    understand({
      attachments: [{ path: file("note.ogg", ogg), mimeType: "audio/ogg" }],
      text: "",
      place: { channel: "telegram", chatType: "direct", sessionKey: "agent:main:telegram:direct:7" },
      activeModel: { provider: "blind", seesImages: false },
      signal: new AbortController().signal,
      ...over,
    });
  return { ask, file, program, lines, dir };
}

/** Tests reach nothing but this machine. */
const onThisMachine: typeof fetch = (input, init) => {
  if (new URL(String(input)).hostname !== "127.0.0.1") throw new Error(`a test asked ${String(input)}`);
  return fetch(input, init);
};

const transcripts = (service: FakeService): UnderstandingConfig => ({
  audio: { models: [{ provider: "openai", baseUrl: `${service.url}/v1/`, language: "en" }] },
});

test("a voice note becomes its transcript, over the provider that is configured", async () => {
  await using service = await startFakeService(() => ({ body: { text: " /status " } }));
  const { ask } = setUp(transcripts(service));
  const result = await ask({ text: "<media:audio>" });
  expect(result).toMatchObject({
    body: "[Audio]\nTranscript:\n/status",
    transcript: "/status",
    commandText: "/status",
  });
  expect(decisionParts(result.decisions)).toEqual([
    "image none",
    "audio ok (openai/gpt-4o-mini-transcribe)",
    "video none",
  ]);
  const [request] = service.requests;
  expect(request).toMatchObject({ method: "POST", path: "/v1/audio/transcriptions" });
  expect(request?.headers.authorization).toBe("Bearer secret-key");
  const form = String(request?.body);
  for (const part of [
    'name="file"; filename="note.ogg"',
    'name="model"',
    "gpt-4o-mini-transcribe",
    'name="language"',
    "Transcribe the audio.",
  ]) {
    expect(form).toContain(part);
  }
});

test("Deepgram gets the bytes and its options in the query, Gemini the bytes in base64", async () => {
  await using service = await startFakeService(({ path: at }) => ({
    body: at.includes("listen")
      ? { results: { channels: [{ alternatives: [{ transcript: "deep" }] }] } }
      : { candidates: [{ content: { parts: [{ text: "a film " }, { text: "of a cat" }] } }] },
  }));
  const { ask, file } = setUp({
    audio: {
      deepgram: { smartFormat: true, punctuate: false },
      models: [{ provider: "deepgram", baseUrl: service.url, providerOptions: { deepgram: { punctuate: true } } }],
    },
    video: { models: [{ provider: "gemini", baseUrl: service.url, headers: { "x-team": "7" } }] },
  });
  const mp4 = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from("ftypmp42"), Buffer.alloc(40)]);
  const result = await ask({
    attachments: [{ path: file("film.mp4", mp4) }, { path: file("note.ogg", ogg) }],
    text: "what is this?",
  });
  expect(result.body).toBe(
    "User text:\nwhat is this?\n\n[Audio]\nTranscript:\ndeep\n\n[Video]\nDescription:\na film of a cat",
  );
  expect(result.commandText).toBe("what is this?");
  const [deepgram, google] = service.requests.toSorted((a) => (a.path === "/listen" ? -1 : 1));
  expect(deepgram?.headers).toMatchObject({ authorization: "Token secret-key", "content-type": "audio/ogg" });
  expect(Object.fromEntries(deepgram?.query ?? [])).toEqual({
    model: "nova-3",
    smart_format: "true",
    punctuate: "true",
  });
  expect(deepgram?.body).toEqual(ogg);
  expect(google?.path).toBe("/models/gemini-3-flash-preview:generateContent");
  expect(google?.headers).toMatchObject({ "x-goog-api-key": "secret-key", "x-team": "7" });
  expect(JSON.parse(String(google?.body)).contents[0].parts).toEqual([
    { text: "Describe the video. Respond in at most 500 characters." },
    { inline_data: { mime_type: "video/mp4", data: mp4.toString("base64") } },
  ]);
});

test("a picture is described for a model that cannot see, and left to one that can", async () => {
  const server = await startScriptedModelServer();
  onTestFinished(() => server.close());
  const config: UnderstandingConfig = { image: { models: [{ provider: "eyes", model: "sees" }] } };
  const { ask, file } = setUp(config, { modelUrl: server.openaiUrl });
  server.enqueue({ words: ["A", "red", "square."] });
  const attachments = [{ path: file("a.png", png), mimeType: "image/png" }];
  const described = await ask({ attachments, text: "look" });
  expect(described.body).toBe("[Image]\nUser text:\nlook\nDescription:\nA red square.");
  expect(server.lastRequest().body).toMatchObject({ max_completion_tokens: 512 });
  expect(JSON.stringify(server.lastRequest().body)).toContain("Respond in at most 500 characters");

  const native = await ask({ attachments, activeModel: { provider: "eyes", seesImages: true } });
  expect(native.body).toBeUndefined();
  expect(decisionParts(native.decisions)[0]).toBe("image skipped (primary model supports vision natively)");
  expect(server.requests).toHaveLength(1);
});

test("MiniMax is asked at its own address for pictures", async () => {
  await using service = await startFakeService(() => ({ body: { content: "a dot", base_resp: { status_code: 0 } } }));
  const { ask, file } = setUp(
    { models: [{ provider: "minimax" }] },
    { credentialFor: async () => ({ apiKey: "mm", baseUrl: `${service.url}/anthropic` }) },
  );
  const { body } = await ask({ attachments: [{ path: file("a.png", png) }] });
  expect(body).toContain("a dot");
  expect(service.requests[0]?.path).toBe("/v1/coding_plan/vlm");
  expect(JSON.parse(String(service.requests[0]?.body)).image_url).toBe(
    `data:image/png;base64,${png.toString("base64")}`,
  );
});

test("two sounds have numbered blocks after the user's own words", async () => {
  await using service = await startFakeService(({ body }) => ({
    body: { text: body.includes("one.ogg") ? "1st" : "2nd" },
  }));
  const { ask, file } = setUp({
    audio: { ...transcripts(service).audio, attachments: { mode: "all", maxAttachments: 2 } },
  });
  const attachments = ["one.ogg", "two.ogg", "three.ogg"].map((name) => ({ path: file(name, ogg) }));
  const result = await ask({ attachments, text: "<media:audio> listen" });
  expect(result.body).toBe("User text:\nlisten\n\n[Audio 1/2]\nTranscript:\n1st\n\n[Audio 2/2]\nTranscript:\n2nd");
  expect(result.transcript).toBe("Audio 1:\n1st\n\nAudio 2:\n2nd");
  expect(decisionParts(result.decisions)[1]).toMatch(/^audio x2 ok/);
});

test("of several attachments the preferred one is taken", async () => {
  await using service = await startFakeService(({ body }) => ({
    body: { text: /filename="(\w+)/.exec(String(body))?.[1] },
  }));
  const chosen = async (prefer: "first" | "last" | "path") => {
    const { ask, file } = setUp({ audio: { ...transcripts(service).audio, attachments: { prefer } } });
    const attachments = ["one.ogg", "two.ogg"].map((name) => ({ path: file(name, ogg) }));
    return (await ask({ attachments: [{ url: "https://example.com/zero.ogg" }, ...attachments] })).transcript;
  };
  expect(await chosen("last")).toBe("two");
  expect(await chosen("path")).toBe("one");
});

test("a scope lets direct chats in and groups not", async () => {
  await using service = await startFakeService(() => ({ body: { text: "spoken" } }));
  const scope = { default: "deny", rules: [{ action: "allow", match: { chatType: "dm" } }] } as const;
  const { ask } = setUp({ audio: { ...transcripts(service).audio, scope } });
  const group = await ask({
    place: { channel: "telegram", chatType: "group", sessionKey: "agent:main:telegram:group:1" },
  });
  expect(group.body).toBeUndefined();
  expect(decisionParts(group.decisions)).toEqual(["image none", "audio denied", "video none"]);
  expect((await ask()).transcript).toBe("spoken");
});

test("an entry that fails gives way to the next; when all fail, the message stays and the reasons are logged", async () => {
  const { program, dir } = setUp({});
  const bad = { command: program("bad", "echo broken >&2; exit 1") };
  const good = { command: program("good", 'printf "%s|%s" "$1" "$2"'), args: ["{{ MediaPath }}", "{{Nothing}}x y"] };
  const config: UnderstandingConfig = { audio: { models: [bad, good] } };
  const { ask: withBoth } = setUp(config);
  const attachments = [{ path: path.join(dir, "note.ogg") }];
  writeFileSync(attachments[0]?.path ?? "", ogg);
  expect((await withBoth({ attachments })).transcript).toBe(`${attachments[0]?.path}|x y`);

  const { ask: withBad, lines: told } = setUp({ audio: { models: [bad] } });
  const failed = await withBad({ attachments, text: "hi" });
  expect(failed).toMatchObject({ outputs: [], body: undefined, commandText: undefined });
  expect(decisionParts(failed.decisions)).toContain("audio failed");
  expect(told).toEqual([`audio was not understood by bad: ${bad.command} exited with 1: broken`]);
});

test("a program that takes too long is ended with everything it has started", async () => {
  const first = setUp({});
  const slow = first.program("slow", `sleep 60 & echo $! > ${first.dir}/pid; wait`);
  const { ask } = setUp({ audio: { models: [{ command: slow, timeoutSeconds: 1 }] } });
  const result = await ask();
  expect(decisionParts(result.decisions)).toContain("audio failed");
  const { readFileSync } = await import("node:fs");
  const pid = Number(readFileSync(path.join(first.dir, "pid"), "utf8"));
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test("what programs write is their result where that is known, and nothing of it is left", async () => {
  const { program, dir } = setUp({});
  const whisper = program(
    "whisper",
    'while [ "$1" != "--output_dir" ]; do shift; done; echo " said " > "$2/note.txt"; echo noise',
  );
  const gemini = program("gemini", `echo 'warming up'; echo '{"response":"seen","stats":{}}'`);
  const args = ["--output_dir", "{{OutputDir}}"];
  const { ask, dir: temp } = setUp({ audio: { models: [{ command: whisper, args }] } });
  expect((await ask()).transcript).toBe("said");
  expect(readdirSync(temp)).toEqual(["note.ogg"]);
  const other = setUp({ audio: { models: [{ command: gemini }] } });
  expect((await other.ask()).transcript).toBe("seen");
  expect(dir).not.toBe(temp);
});

test("a file over the limit is skipped and its message survives", async () => {
  const { ask, file } = setUp({ video: { models: [{ provider: "google", baseUrl: "http://127.0.0.1:9" }] } });
  const film = file("film.mp4", Buffer.from("x"));
  truncateSync(film, 60 * 1024 * 1024);
  const result = await ask({ attachments: [{ path: film, mimeType: "video/mp4" }], text: "watch" });
  expect(result.body).toBeUndefined();
  expect(decisionParts(result.decisions)).toContain("video skipped (maxBytes)");
});

test("a shared program without capabilities is never used, a shared provider for what it can", async () => {
  await using service = await startFakeService(() => ({ body: { text: "shared" } }));
  const { program } = setUp({});
  const models = [{ command: program("any", "echo wrong") }, { provider: "groq", baseUrl: service.url }];
  const { ask } = setUp({ models });
  const result = await ask();
  expect(result.transcript).toBe("shared");
  expect(decisionParts(result.decisions)[1]).toBe("audio ok (groq/whisper-large-v3-turbo)");
  const only = setUp({ models: models.slice(0, 1) }, { credentialFor: async () => undefined });
  expect((await only.ask()).body).toBeUndefined();
});

test("nothing is asked where a capability is switched off", async () => {
  await using service = await startFakeService();
  const { ask } = setUp({ audio: { ...transcripts(service).audio, enabled: false } });
  expect(decisionParts((await ask()).decisions)).toContain("audio off");
  expect(service.requests).toHaveLength(0);
});

test("without entries, the model's own provider, then programs, then keys are used", async () => {
  const asked: string[] = [];
  const credentialFor: CredentialFor = async (provider) => {
    asked.push(provider);
    return provider === "deepgram" ? { apiKey: "k", baseUrl: "http://127.0.0.1:9" } : undefined;
  };
  const { ask, lines } = setUp({}, { credentialFor });
  await ask({ activeModel: { provider: "groq", seesImages: false } });
  expect(asked).toEqual(["groq", "openai", "groq", "deepgram", "deepgram"]);
  expect(lines[0]).toContain("deepgram/nova-3");

  const { program, dir } = setUp({});
  program("whisper", 'echo "from whisper"');
  const local = setUp({}, { env: { PATH: `${dir}:/usr/bin:/bin` }, credentialFor: async () => undefined });
  expect((await local.ask()).transcript).toBe("from whisper");
});

test.each([
  ["audio", "openai", "openai/gpt-4o-mini-transcribe"],
  ["audio", "groq", "groq/whisper-large-v3-turbo"],
  ["audio", "deepgram", "deepgram/nova-3"],
  ["audio", "google", "google/gemini-3-flash-preview"],
  ["video", "google", "google/gemini-3-flash-preview"],
])("without entries and programs, %s is understood with a key of %s by %s", async (kind, provider, label) => {
  await using service = await startFakeService(({ path: at }) => ({
    body: at.endsWith("/listen")
      ? { results: { channels: [{ alternatives: [{ transcript: "heard" }] }] } }
      : at.endsWith(":generateContent")
        ? { candidates: [{ content: { parts: [{ text: "heard" }] } }] }
        : { text: "heard" },
  }));
  const credentialFor: CredentialFor = async (asked) =>
    asked === provider ? { apiKey: "k", baseUrl: service.url } : undefined;
  const { ask, file } = setUp({}, { credentialFor });
  const attachments = kind === "audio" ? undefined : [{ path: file("a.mp4", Buffer.from("film")) }];
  const result = await ask(attachments === undefined ? {} : { attachments });
  expect(result.outputs).toEqual([{ capability: kind, attachment: 0, text: "heard" }]);
  expect(decisionParts(result.decisions)).toContain(`${kind} ok (${label})`);
});

test("a profile whose request is refused gives way to the next one, and how each was used is told", async () => {
  await using service = await startFakeService(({ headers }) =>
    headers.authorization === "Bearer first" ? { status: 429, body: "slow down" } : { body: { text: "heard" } },
  );
  const resting = new Set<string>();
  const told: string[] = [];
  const credentialFor: CredentialFor = async () => {
    const profile = resting.has("first") ? "second" : "first";
    return { apiKey: profile, profile };
  };
  const noteUse: NoteUse = ({ profile, provider, model, error }) => {
    told.push(`${provider}/${model} ${profile} ${error === undefined ? "answered" : String(error)}`);
    if (error !== undefined) resting.add(profile);
    return error !== undefined;
  };
  const { ask } = setUp(transcripts(service), { credentialFor, noteUse });
  expect((await ask()).transcript).toBe("heard");
  expect(told).toEqual([
    "openai/gpt-4o-mini-transcribe first MediaRequestError: Audio transcription failed (HTTP 429): slow down",
    "openai/gpt-4o-mini-transcribe second answered",
  ]);
});

test("a profile that fails and is the only one is asked once", async () => {
  await using service = await startFakeService(() => ({ status: 429 }));
  const credentialFor: CredentialFor = async () => ({ apiKey: "k", profile: "only" });
  const { ask } = setUp(transcripts(service), { credentialFor, noteUse: () => true });
  expect((await ask()).body).toBeUndefined();
  expect(service.requests).toHaveLength(1);
});

test("the Gemini program is used only when its trial succeeds, which is done once", async () => {
  const { program, dir } = setUp({});
  program("gemini", `echo x >> ${dir}/calls; [ -e ${dir}/broken ] && exit 1; echo '{"response":"ok"}'`);
  const working = setUp({}, { env: { PATH: `${dir}:/usr/bin:/bin` }, credentialFor: async () => undefined });
  expect((await working.ask()).transcript).toBe("ok");
  expect((await working.ask()).transcript).toBe("ok");
  const { readFileSync } = await import("node:fs");
  expect(readFileSync(path.join(dir, "calls"), "utf8")).toBe("x\nx\nx\n");
  writeFileSync(path.join(dir, "broken"), "");
  const broken = setUp({}, { env: { PATH: `${dir}:/usr/bin:/bin` }, credentialFor: async () => undefined });
  expect(decisionParts((await broken.ask()).decisions)).toEqual([]);
});

test("a file on the web is fetched from public addresses alone", async () => {
  await using service = await startFakeService(() => ({ body: { text: "fetched" } }));
  const { ask, lines } = setUp(transcripts(service));
  const result = await ask({ attachments: [{ url: `${service.url}/secret.ogg`, mimeType: "audio/ogg" }] });
  expect(result.body).toBeUndefined();
  expect(lines[0]).toMatch(/Blocked/);
  expect(service.requests).toHaveLength(0);
});

test("a failure names status and the beginning of the answer, and never the key", async () => {
  await using service = await startFakeService(() => ({ status: 401, body: "x".repeat(400) }));
  const { ask, lines } = setUp(transcripts(service));
  await ask();
  expect(lines[0]).toContain(`Audio transcription failed (HTTP 401): ${"x".repeat(300)}`);
  expect(lines[0]).not.toContain("x".repeat(301));
  expect(lines.join()).not.toContain("secret-key");
});

test("an empty answer counts as none, a long one is cut", async () => {
  let text = "";
  await using service = await startFakeService(() => ({ body: { text } }));
  const { ask } = setUp({ audio: { ...transcripts(service).audio, maxChars: 4 } });
  expect((await ask()).body).toBeUndefined();
  text = "abcdefgh";
  expect((await ask()).transcript).toBe("abcd");
});

test("a run that is stopped stops the request", async () => {
  const stop = new AbortController();
  await using service = await startFakeService(() => {
    stop.abort(new Error("stopped"));
    return { hang: true };
  });
  const { ask } = setUp(transcripts(service));
  await expect(ask({ signal: stop.signal })).rejects.toThrow("stopped");
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
