import { type CommandHandler, type CommandReply, say } from "./command-request.ts";

const modes = ["always", "inbound", "tagged"] as const;
const providers = ["openai", "elevenlabs", "edge"] as const;
const limits = { least: 100, most: 4096 };

export type SpokenProvider = (typeof providers)[number];

/** What `/tts` works with. */
export interface SpeechControl {
  /** When the answers of a session are spoken: `off`, `always`, `inbound`, `tagged`. */
  mode(sessionMode: string | undefined): string;
  provider(): SpokenProvider;
  isConfigured(provider: SpokenProvider): boolean;
  /** Longest text that is spoken as it is, in characters. */
  limit(): number;
  summarizes(): boolean;
  lastAttempt(): SpeechAttempt | undefined;
  setProvider(provider: SpokenProvider): void;
  setLimit(chars: number): void;
  setSummarizes(on: boolean): void;
  /** Speaks a text. Rejects with the reason. */
  speak(text: string, channel: string): Promise<{ path: string; voiceCompatible: boolean }>;
}

export interface SpeechAttempt {
  at: number;
  ok: boolean;
  chars: number;
  summarized: boolean;
  provider?: string;
  latencyMs?: number;
  error?: string;
}

/** `/tts`: when answers are spoken, in this session, and how, in all. */
export const ttsCommand: CommandHandler = async (request, services) => {
  const speech = await services.speech?.();
  if (speech === undefined) return {};
  const { sessionKey } = request;
  const [word = "", ...rest] = request.args.split(/\s+/);
  const action = word.toLowerCase();
  const value = rest.join(" ").trim();
  const set = (ttsAuto: string) => services.session.patch(sessionKey, { ttsAuto });
  switch (action) {
    case "":
    case "status":
      return status(speech, services.session.get(sessionKey)?.ttsAuto, services.now());
    case "on":
      set("always");
      return say("🔊 TTS enabled.");
    case "off":
      set("off");
      return say("🔇 TTS disabled.");
    case "always":
    case "inbound":
    case "tagged":
      set(action);
      return say(`🔊 TTS auto: ${action}.`);
    case "provider":
      return provider(speech, value.toLowerCase());
    case "limit":
      return limit(speech, value);
    case "summary":
      return summary(speech, value.toLowerCase());
    case "audio":
      return audio(speech, request.args.trim().slice(word.length).trim(), request.place.channel);
    default:
      return help();
  }
};

function status(speech: SpeechControl, sessionMode: string | undefined, now: number): CommandReply {
  const mode = speech.mode(sessionMode);
  const chosen = speech.provider();
  const last = speech.lastAttempt();
  return say(
    "📊 TTS status",
    `State: ${mode === "off" ? "❌ disabled" : `✅ enabled (${mode})`}`,
    `Provider: ${chosen} (${speech.isConfigured(chosen) ? "✅ configured" : "❌ not configured"})`,
    `Text limit: ${speech.limit()} chars`,
    `Auto-summary: ${speech.summarizes() ? "on" : "off"}`,
    ...(last === undefined ? [] : attemptLines(last, now)),
  );
}

function attemptLines(last: SpeechAttempt, now: number): string[] {
  return [
    `Last attempt (${Math.max(0, Math.round((now - last.at) / 1000))}s ago): ${last.ok ? "✅" : "❌"}`,
    `Text: ${last.chars} chars${last.summarized ? " (summarized)" : ""}`,
    ...(last.ok
      ? [`Provider: ${last.provider}`, `Latency: ${last.latencyMs}ms`]
      : [`Error: ${last.error ?? "unknown"}`]),
  ];
}

function provider(speech: SpeechControl, name: string): CommandReply {
  if (name === "") {
    const key = (id: SpokenProvider) => (speech.isConfigured(id) ? "✅" : "❌");
    return say(
      "🎙️ TTS provider",
      `Primary: ${speech.provider()}`,
      `OpenAI key: ${key("openai")}`,
      `ElevenLabs key: ${key("elevenlabs")}`,
      `Edge enabled: ${key("edge")}`,
      `Usage: /tts provider ${providers.join(" | ")}`,
    );
  }
  const chosen = providers.find((id) => id === name);
  if (chosen === undefined) return help();
  speech.setProvider(chosen);
  return say(`✅ TTS provider set to ${chosen}.`);
}

function limit(speech: SpeechControl, value: string): CommandReply {
  if (value === "") return say(`📏 TTS limit: ${speech.limit()} characters.`, "Usage: /tts limit <n>");
  const chars = Number(value);
  if (!/^\d+$/.test(value) || chars < limits.least || chars > limits.most) {
    return say(`❌ Limit must be between ${limits.least} and ${limits.most} characters.`);
  }
  speech.setLimit(chars);
  return say(`✅ TTS limit set to ${chars} characters.`);
}

function summary(speech: SpeechControl, value: string): CommandReply {
  switch (value) {
    case "":
      return say(`📝 TTS auto-summary: ${speech.summarizes() ? "on" : "off"}.`, "Usage: /tts summary on | off");
    case "on":
      speech.setSummarizes(true);
      return say("✅ TTS auto-summary enabled.");
    case "off":
      speech.setSummarizes(false);
      return say("❌ TTS auto-summary disabled.");
    default:
      return help();
  }
}

async function audio(speech: SpeechControl, text: string, channel: string): Promise<CommandReply> {
  if (text === "") return say("🎤 Speak a text once.", "Usage: /tts audio <text>");
  try {
    const { path, voiceCompatible } = await speech.speak(text, channel);
    return { mediaUrls: [path], ...(voiceCompatible ? { audioAsVoice: true } : {}) };
  } catch (error) {
    return say(`❌ Error generating audio: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function help(): CommandReply {
  return say(
    "🔊 Speech",
    "/tts status: what is set",
    "/tts on | off: speak all answers of this session, or none",
    `/tts ${modes.join(" | ")}: all, only after a voice message, only where the model asks for it`,
    `/tts provider ${providers.join(" | ")}: who speaks`,
    "/tts limit <n>: longest text that is spoken as it is",
    "/tts summary on | off: summarise longer texts",
    "/tts audio <text>: speak a text once",
  );
}
