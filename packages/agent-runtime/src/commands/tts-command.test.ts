import { expect, test } from "vitest";
import { commandRequest, commandServices } from "../testing/command-services.ts";
import { answerCommand } from "./answer-command.ts";
import { createCommandRegistry } from "./command-registry.ts";
import type { SpeechAttempt, SpeechControl, SpokenProvider } from "./tts-command.ts";

const registry = createCommandRegistry({ providers: new Set(["speech"] as const) });

function setUp(last?: SpeechAttempt) {
  const stored: Record<string, string | undefined> = {};
  const set = { provider: "edge" as SpokenProvider, limit: 1500, summary: true };
  const speech: SpeechControl = {
    mode: (sessionMode) => sessionMode ?? "off",
    provider: () => set.provider,
    isConfigured: (provider) => provider !== "openai",
    limit: () => set.limit,
    summarizes: () => set.summary,
    lastAttempt: () => last,
    setProvider: (provider) => {
      set.provider = provider;
    },
    setLimit: (chars) => {
      set.limit = chars;
    },
    setSummarizes: (on) => {
      set.summary = on;
    },
    async speak(text, channel) {
      if (text === "too long") throw new Error("Text too long (8 chars, max 4)");
      return { path: `/state/${text}.${channel}`, voiceCompatible: channel === "telegram" };
    },
  };
  const base = commandServices({ speech: async () => speech });
  const services = {
    ...base,
    now: () => 10_000,
    session: {
      get: (key: string) => ({ sessionId: "s", updatedAt: 0, ...(stored[key] ? { ttsAuto: stored[key] } : {}) }),
      inheritedModel: () => undefined,
      patch: (key: string, patch: { ttsAuto?: string | undefined }) => {
        stored[key] = patch.ttsAuto;
      },
    },
  };
  const answer = async (text: string, sessionKey = "agent:main:a") => {
    const recognised = registry.recognise(text);
    if (!recognised) throw new Error(`${text} is no command`);
    return answerCommand(recognised, commandRequest("", { sessionKey }), services);
  };
  return { answer, stored, set };
}

test("on, off and the modes hold for the session alone", async () => {
  const { answer, stored } = setUp();
  expect(await answer("/tts on")).toEqual({ text: "🔊 TTS enabled." });
  expect(await answer("/tts off", "agent:main:b")).toEqual({ text: "🔇 TTS disabled." });
  expect(stored).toEqual({ "agent:main:a": "always", "agent:main:b": "off" });
  expect(await answer("/tts Inbound")).toEqual({ text: "🔊 TTS auto: inbound." });
  expect(stored["agent:main:a"]).toBe("inbound");
});

test("the status says what is set, and what came of the last attempt", async () => {
  const plain = ["Provider: edge (✅ configured)", "Text limit: 1500 chars", "Auto-summary: on"];
  const { answer } = setUp({ at: 7000, ok: true, chars: 30, summarized: true, provider: "edge", latencyMs: 12 });
  expect((await setUp().answer("/tts"))?.text?.split("\n")).toEqual(["📊 TTS status", "State: ❌ disabled", ...plain]);
  await answer("/tts always");
  expect((await answer("/tts status"))?.text?.split("\n")).toEqual([
    "📊 TTS status",
    "State: ✅ enabled (always)",
    ...plain,
    "Last attempt (3s ago): ✅",
    "Text: 30 chars (summarized)",
    "Provider: edge",
    "Latency: 12ms",
  ]);
  const failed = setUp({ at: 0, ok: false, chars: 3, summarized: false, error: "edge: gone" });
  expect((await failed.answer("/tts"))?.text).toMatch(
    /Last attempt \(10s ago\): ❌\nText: 3 chars\nError: edge: gone$/,
  );
});

test("limit, provider and summary are shown and changed; what is out of range changes nothing", async () => {
  const { answer, set } = setUp();
  for (const value of ["50", "4097", "ten", "-200"]) {
    expect(await answer(`/tts limit ${value}`)).toEqual({ text: "❌ Limit must be between 100 and 4096 characters." });
  }
  expect(set.limit).toBe(1500);
  expect(await answer("/tts limit 200")).toEqual({ text: "✅ TTS limit set to 200 characters." });
  expect((await answer("/tts limit"))?.text).toContain("200");
  expect(await answer("/tts provider OpenAI")).toEqual({ text: "✅ TTS provider set to openai." });
  expect((await answer("/tts provider"))?.text?.split("\n").slice(0, 5)).toEqual([
    "🎙️ TTS provider",
    "Primary: openai",
    "OpenAI key: ❌",
    "ElevenLabs key: ✅",
    "Edge enabled: ✅",
  ]);
  expect(await answer("/tts summary off")).toEqual({ text: "❌ TTS auto-summary disabled." });
  expect(await answer("/tts summary on")).toEqual({ text: "✅ TTS auto-summary enabled." });
  expect(set).toEqual({ provider: "openai", limit: 200, summary: true });
});

test("a text is spoken once, and why it was not is said", async () => {
  const { answer } = setUp();
  expect(await answer("/tts audio Hello  you")).toEqual({ mediaUrls: ["/state/Hello  you.webchat"] });
  expect(await answer("/tts audio too long")).toEqual({
    text: "❌ Error generating audio: Text too long (8 chars, max 4)",
  });
  expect((await answer("/tts audio"))?.text).toContain("/tts audio <text>");
});

test("anything else is answered with the list of what there is", async () => {
  const { answer } = setUp();
  for (const text of ["/tts help", "/tts louder", "/tts summary perhaps", "/tts provider robot"]) {
    expect((await answer(text))?.text).toMatch(/\/tts provider[\s\S]*\/tts limit[\s\S]*\/tts audio/);
  }
});
