import type { SpeechOverrides } from "./directives.ts";
import { type Subtitle, speakEdge } from "./providers/edge-speech.ts";
import { speakElevenLabs } from "./providers/elevenlabs-speech.ts";
import { speakOpenAI } from "./providers/openai-speech.ts";
import { defaultSpeechTimeoutMs, type SpeechConfig, type SpeechProviderId, speechKey } from "./speech-config.ts";
import { type SpeechFormat, type SpeechTarget, speechFormat } from "./speech-format.ts";

export interface SpeakerRequest {
  text: string;
  target: SpeechTarget;
  /** What the answer asks for, over the configuration. */
  overrides: SpeechOverrides;
  config: SpeechConfig;
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  /** Where the service of the provider `edge` is; default Microsoft's. */
  edgeUrl: string | undefined;
  now: number;
  signal: AbortSignal;
}

export interface SpokenBytes {
  bytes: Buffer;
  format: SpeechFormat;
  subtitles?: readonly Subtitle[] | undefined;
}

/** Whether a provider can be asked. */
export function isSpeakerConfigured(id: SpeechProviderId, config: SpeechConfig, env: NodeJS.ProcessEnv): boolean {
  return id === "edge" ? config.edge?.enabled !== false : speechKey(id, config, env) !== undefined;
}

/** Another server than OpenAI's own that answers for it. */
export function openaiServer(env: NodeJS.ProcessEnv): string | undefined {
  return env.OPENAI_TTS_BASE_URL?.trim() || undefined;
}

/** Has one provider speak. Rejects with the reason when it does not, at the latest after the time of one request. */
export async function askSpeaker(id: SpeechProviderId, request: SpeakerRequest): Promise<SpokenBytes> {
  const { config, env, text, target, overrides } = request;
  const { openai, elevenlabs, edge = {}, timeoutMs = defaultSpeechTimeoutMs } = config;
  if (!isSpeakerConfigured(id, config, env)) {
    throw new Error(id === "edge" ? "it is switched off" : "it has no API key");
  }
  const format = speechFormat(id, target, edge.outputFormat?.trim() || undefined);
  if (format === undefined) throw new Error("it is not available for phone calls");
  const limit = AbortSignal.timeout(id === "edge" ? (edge.timeoutMs ?? timeoutMs) : timeoutMs);
  const signal = AbortSignal.any([request.signal, limit]);
  switch (id) {
    case "openai": {
      const bytes = await speakOpenAI({
        text,
        apiKey: speechKey("openai", config, env) ?? "",
        baseUrl: openaiServer(env),
        model: overrides.openaiModel ?? openai?.model,
        voice: overrides.openaiVoice ?? openai?.voice,
        format: format.name,
        fetch: request.fetch,
        signal,
      });
      return { bytes, format };
    }
    case "elevenlabs": {
      const { elevenLabsVoice, elevenLabsModel, voiceSettings, seed, languageCode, applyTextNormalization } = overrides;
      const bytes = await speakElevenLabs({
        text,
        apiKey: speechKey("elevenlabs", config, env) ?? "",
        config: {
          ...elevenlabs,
          ...(elevenLabsVoice === undefined ? {} : { voiceId: elevenLabsVoice }),
          ...(elevenLabsModel === undefined ? {} : { modelId: elevenLabsModel }),
          ...(seed === undefined ? {} : { seed }),
          ...(languageCode === undefined ? {} : { languageCode }),
          ...(applyTextNormalization === undefined ? {} : { applyTextNormalization }),
          voiceSettings: { ...elevenlabs?.voiceSettings, ...voiceSettings },
        },
        format: format.name,
        fetch: request.fetch,
        signal,
      });
      return { bytes, format };
    }
    case "edge": {
      const spoken = await speakEdge({
        text,
        config: edge,
        format: format.name,
        url: request.edgeUrl,
        now: request.now,
        signal,
      });
      const { bytes, subtitles } = spoken;
      return { bytes, subtitles, format: speechFormat("edge", target, spoken.format) ?? format };
    }
  }
}
