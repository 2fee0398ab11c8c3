import path from "node:path";
import type { Logger } from "@openclaw/log";
import { type Clock, writeFileAtomic } from "@openclaw/storage";
import { askSpeaker, isSpeakerConfigured, openaiServer, type SpeakerRequest } from "./ask-speaker.ts";
import { openaiModels, openaiVoices, readDirectives, type SpeechOverrides } from "./directives.ts";
import { openPreferences, type Preferences, preferencesPath } from "./preferences.ts";
import { createSoundFiles, type SoundFiles } from "./sound-files.ts";
import { speakableText } from "./speakable-text.ts";
import {
  defaultMaxTextLength,
  defaultSpeechTimeoutMs,
  isMode,
  type SpeechConfig,
  type SpeechMode,
  type SpeechProviderId,
  speechProviders,
} from "./speech-config.ts";
import { speechTarget } from "./speech-format.ts";
import type { Summarize } from "./summarize.ts";

/** Shorter answers are not worth a sound, in characters. */
const minSpokenChars = 10;

export interface SpeechOptions {
  /** `messages.tts`, as it is now. */
  config: () => SpeechConfig;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  summarize: Summarize;
  fetch: typeof fetch;
  clock: Clock;
  log: Logger;
  /** True for a sound that still waits to be sent. */
  isWaiting?: (file: string) => boolean;
  /** Where the service of the provider `edge` is; default Microsoft's. */
  edgeUrl?: string | undefined;
}

/** What an answer says about how it is to be spoken; see the directives `[[tts…]]`. */
export interface SpokenTags {
  /** Settings of each directive; empty for a bare `[[tts]]`. */
  directives: readonly string[];
  /** To be spoken in place of the answer. */
  text?: string | undefined;
}

export interface SpokenReply {
  /** Without directives. */
  text: string;
  tags?: SpokenTags | undefined;
  channel: string;
  /** The mode of its session, as stored there. */
  sessionMode: string | undefined;
  /** It answers a message that was spoken. */
  afterVoice: boolean;
  /** The last of its turn. */
  isFinal: boolean;
  hasMedia: boolean;
  signal: AbortSignal;
}

export interface Sound {
  path: string;
  provider: SpeechProviderId;
  /** As the provider calls it. */
  outputFormat: string;
  /** Can be shown as a voice note where it goes. */
  voiceCompatible: boolean;
}

/** The latest attempt to speak, as `/tts status` tells it. */
export interface SpeechAttempt {
  at: number;
  ok: boolean;
  /** Of the text, in characters. */
  chars: number;
  summarized: boolean;
  provider?: SpeechProviderId;
  latencyMs?: number;
  error?: string;
}

export interface SpeechProviderState {
  id: SpeechProviderId;
  name: string;
  configured: boolean;
  models: readonly string[];
  voices?: readonly string[];
}

/** No provider has spoken. The message names each with its reason. */
export class SpeechError extends Error {
  override readonly name = "SpeechError";
}

/** Turns answers into sound. */
export interface Speech {
  readonly preferences: Preferences;
  /** When the answers of a session are spoken: the session's mode, else the preferences', else the configuration's. */
  mode(sessionMode: string | undefined): SpeechMode;
  /** The provider that is tried first, and those that stand in for it. */
  provider(): SpeechProviderId;
  fallbacks(): SpeechProviderId[];
  providers(): SpeechProviderState[];
  readonly maxTextLength: number;
  readonly lastAttempt: SpeechAttempt | undefined;
  /** The sound of an answer; undefined when it is not to be spoken, or cannot be. Never throws. */
  forReply(reply: SpokenReply): Promise<Sound | undefined>;
  /** Speaks a text. @throws SpeechError */
  convert(text: string, options: { channel?: string | undefined; signal: AbortSignal }): Promise<Sound>;
  close(): void;
}

export function createSpeech(options: SpeechOptions): Speech {
  const { config, env, clock, log } = options;
  const preferences = openPreferences(() => preferencesPath(config(), env, options.stateDir), log);
  const files: SoundFiles = createSoundFiles({
    dir: path.join(options.stateDir, "media", "outbound"),
    clock,
    isWaiting: options.isWaiting,
  });
  let lastAttempt: SpeechAttempt | undefined;

  const isConfigured = (provider: SpeechProviderId) => isSpeakerConfigured(provider, config(), env);
  const provider = (): SpeechProviderId => {
    const chosen = preferences.provider() ?? config().provider;
    if (chosen !== undefined) return chosen;
    return (["openai", "elevenlabs"] as const).find(isConfigured) ?? "edge";
  };
  const fallbacksOf = (first: SpeechProviderId) => speechProviders.filter((id) => id !== first && isConfigured(id));
  const maxTextLength = () => config().maxTextLength ?? defaultMaxTextLength;

  const speakWith = async (
    id: SpeechProviderId,
    request: Pick<SpeakerRequest, "text" | "target" | "overrides" | "signal">,
  ): Promise<Sound> => {
    const { edgeUrl } = options;
    const own = { ...request, config: config(), env, fetch: options.fetch, edgeUrl, now: clock.now() };
    const { bytes, format, subtitles } = await askSpeaker(id, own);
    const file = await files.write(bytes, format.extension);
    if (subtitles !== undefined) {
      await writeFileAtomic(`${file}.json`, JSON.stringify(subtitles, null, 2), { mode: 0o600 });
    }
    return { path: file, provider: id, outputFormat: format.name, voiceCompatible: format.voiceCompatible };
  };

  /** The providers in order; the first that speaks wins, and each that does not is named with its reason. */
  const speak = async (
    text: string,
    about: { channel: string | undefined; overrides: SpeechOverrides; summarized: boolean; signal: AbortSignal },
  ): Promise<Sound> => {
    const first = about.overrides.provider ?? provider();
    const target = speechTarget(about.channel);
    const failures: string[] = [];
    const attempt = { at: clock.now(), chars: text.length, summarized: about.summarized };
    for (const id of [first, ...fallbacksOf(first)]) {
      const startedAt = clock.now();
      try {
        const sound = await speakWith(id, { text, target, overrides: about.overrides, signal: about.signal });
        lastAttempt = { ...attempt, ok: true, provider: id, latencyMs: clock.now() - startedAt };
        return sound;
      } catch (error) {
        about.signal.throwIfAborted();
        failures.push(`${id}: ${reasonOf(error)}`);
      }
    }
    lastAttempt = { ...attempt, ok: false, error: failures.join("; ") };
    throw new SpeechError(failures.join("; "));
  };

  /** A text of the length that is spoken. */
  const shortened = async (text: string, signal: AbortSignal): Promise<{ text: string; summarized: boolean }> => {
    const limit = preferences.maxLength();
    if (text.length <= limit) return { text, summarized: false };
    if (preferences.summarize()) {
      try {
        const within = AbortSignal.any([signal, AbortSignal.timeout(config().timeoutMs ?? defaultSpeechTimeoutMs)]);
        const summary = await options.summarize({ text, targetChars: limit, signal: within });
        return { text: speakableText(summary), summarized: true };
      } catch (error) {
        signal.throwIfAborted();
        log.warn(`a long answer could not be summarised and is cut: ${reasonOf(error)}`);
      }
    }
    return { text: `${text.slice(0, Math.max(0, limit - 3)).toWellFormed()}...`, summarized: false };
  };

  const mode: Speech["mode"] = (sessionMode) => {
    if (isMode(sessionMode)) return sessionMode;
    const { auto, enabled } = config();
    return preferences.mode() ?? auto ?? (enabled === true ? "always" : "off");
  };

  const wanted = (reply: SpokenReply): boolean => {
    switch (mode(reply.sessionMode)) {
      case "off":
        return false;
      case "always":
        return true;
      case "inbound":
        return reply.afterVoice;
      case "tagged":
        return reply.tags !== undefined;
    }
  };

  return {
    preferences,
    mode,
    provider,
    fallbacks: () => fallbacksOf(provider()),
    providers: () => [
      {
        id: "openai",
        name: "OpenAI",
        configured: isConfigured("openai"),
        models: openaiModels,
        voices: openaiVoices,
      },
      {
        id: "elevenlabs",
        name: "ElevenLabs",
        configured: isConfigured("elevenlabs"),
        models: ["eleven_multilingual_v2", "eleven_turbo_v2_5", "eleven_monolingual_v1"],
      },
      { id: "edge", name: "Edge TTS", configured: isConfigured("edge"), models: [] },
    ],
    get maxTextLength() {
      return maxTextLength();
    },
    get lastAttempt() {
      return lastAttempt;
    },
    async forReply(reply) {
      if (!wanted(reply) || reply.hasMedia || /^[ \t]*MEDIA:/m.test(reply.text)) return undefined;
      if (!reply.isFinal && config().mode !== "all") return undefined;
      const { modelOverrides } = config();
      const own =
        modelOverrides?.enabled === false || modelOverrides?.allowText === false ? undefined : reply.tags?.text;
      const spoken = speakableText(own?.trim() || reply.text);
      if (spoken.length < minSpokenChars) return undefined;
      const overrides = readDirectives(
        reply.tags?.directives ?? [],
        { config: modelOverrides, openaiIsCompatible: openaiServer(env) !== undefined },
        (message) => log.warn(message),
      );
      try {
        const { text, summarized } = await shortened(spoken, reply.signal);
        const cut = text.slice(0, maxTextLength()).toWellFormed();
        return await speak(cut, { channel: reply.channel, overrides, summarized, signal: reply.signal });
      } catch (error) {
        if (!reply.signal.aborted) log.error(`TTS conversion failed: ${reasonOf(error)}`);
        return undefined;
      }
    },
    async convert(text, { channel, signal }) {
      const max = maxTextLength();
      if (text.length > max) throw new SpeechError(`Text too long (${text.length} chars, max ${max})`);
      return speak(text, { channel, overrides: {}, summarized: false, signal });
    },
    close: () => files.close(),
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return "it took too long";
  if (!(error instanceof Error)) return String(error);
  // What `fetch` says itself is only that it failed.
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.message}${cause}`;
}
