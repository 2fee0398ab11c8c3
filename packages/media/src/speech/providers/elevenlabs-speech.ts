import { isVoiceId } from "../directives.ts";
import type { ElevenLabsConfig } from "../speech-config.ts";
import { readSound, SpeechRequestError } from "./speech-request.ts";

const defaultVoice = "pMsXgVXv3BLzUgSXRplE";
const defaultSettings = { stability: 0.5, similarityBoost: 0.75, style: 0, useSpeakerBoost: true, speed: 1 };

export interface ElevenLabsSpeechRequest {
  text: string;
  apiKey: string;
  /** Configuration with what the answer asks for over it. */
  config: ElevenLabsConfig;
  format: string;
  fetch: typeof fetch;
  signal: AbortSignal;
}

/** Speaks over ElevenLabs. */
export async function speakElevenLabs(request: ElevenLabsSpeechRequest): Promise<Buffer> {
  const { config } = request;
  const voiceId = config.voiceId?.trim() || defaultVoice;
  if (!isVoiceId(voiceId)) throw new SpeechRequestError("the voice id is not valid: 10 to 40 letters and digits");
  const settings = { ...defaultSettings, ...config.voiceSettings };
  const base = (config.baseUrl?.trim() || "https://api.elevenlabs.io").replace(/\/+$/, "");
  const url = new URL(`${base}/v1/text-to-speech/${voiceId}`);
  url.searchParams.set("output_format", request.format);
  const response = await request.fetch(url, {
    method: "POST",
    headers: { "xi-api-key": request.apiKey, "content-type": "application/json" },
    body: JSON.stringify({
      text: request.text,
      model_id: config.modelId?.trim() || "eleven_multilingual_v2",
      ...(config.seed === undefined ? {} : { seed: config.seed }),
      ...(config.applyTextNormalization === undefined
        ? {}
        : { apply_text_normalization: config.applyTextNormalization }),
      ...(config.languageCode === undefined ? {} : { language_code: config.languageCode }),
      voice_settings: {
        stability: settings.stability,
        similarity_boost: settings.similarityBoost,
        style: settings.style,
        use_speaker_boost: settings.useSpeakerBoost,
        speed: settings.speed,
      },
    }),
    signal: request.signal,
  });
  return readSound(response);
}
