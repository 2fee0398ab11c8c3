/** When answers are spoken: never; all; after a message that was spoken; where the model asks for it. */
export type SpeechMode = "off" | "always" | "inbound" | "tagged";
export const speechModes: readonly SpeechMode[] = ["off", "always", "inbound", "tagged"];

export type SpeechProviderId = "openai" | "elevenlabs" | "edge";
/** In the order in which they stand in for each other. */
export const speechProviders: readonly SpeechProviderId[] = ["openai", "elevenlabs", "edge"];

/** `messages.tts`. A validated OpenClaw configuration is assignable to it. */
export interface SpeechConfig {
  auto?: SpeechMode;
  /** Older form of `auto`. */
  enabled?: boolean;
  mode?: "final" | "all";
  provider?: SpeechProviderId;
  summaryModel?: string;
  modelOverrides?: SpeechOverridesConfig;
  elevenlabs?: ElevenLabsConfig;
  openai?: { apiKey?: string; model?: string; voice?: string };
  edge?: EdgeConfig;
  /** Characters. */
  maxTextLength?: number;
  /** Of one request, in ms. */
  timeoutMs?: number;
  prefsPath?: string;
}

export interface SpeechOverridesConfig {
  enabled?: boolean;
  allowText?: boolean;
  allowProvider?: boolean;
  allowVoice?: boolean;
  allowModelId?: boolean;
  allowVoiceSettings?: boolean;
  allowNormalization?: boolean;
  allowSeed?: boolean;
}

export interface ElevenLabsConfig {
  apiKey?: string;
  baseUrl?: string;
  voiceId?: string;
  modelId?: string;
  seed?: number;
  applyTextNormalization?: TextNormalization;
  languageCode?: string;
  voiceSettings?: VoiceSettings;
}

export type TextNormalization = "auto" | "on" | "off";

export interface VoiceSettings {
  stability?: number;
  similarityBoost?: number;
  style?: number;
  useSpeakerBoost?: boolean;
  speed?: number;
}

export interface EdgeConfig {
  enabled?: boolean;
  voice?: string;
  lang?: string;
  outputFormat?: string;
  pitch?: string;
  rate?: string;
  volume?: string;
  saveSubtitles?: boolean;
  proxy?: string;
  timeoutMs?: number;
}

/** Longest text that is spoken where nothing else is said, in characters. */
export const defaultMaxTextLength = 4096;
/** Of one request, in ms. */
export const defaultSpeechTimeoutMs = 30_000;

/** Whether a provider can be used for anything is decided by its key; these are the names of the variables. */
export function speechKey(provider: "openai" | "elevenlabs", config: SpeechConfig, env: NodeJS.ProcessEnv) {
  const configured = config[provider]?.apiKey?.trim();
  if (configured) return configured;
  const names = provider === "openai" ? ["OPENAI_API_KEY"] : ["ELEVENLABS_API_KEY", "XI_API_KEY"];
  return names.map((name) => env[name]?.trim()).find((value) => value) || undefined;
}

export function isMode(value: unknown): value is SpeechMode {
  return speechModes.some((mode) => mode === value);
}

export function isProvider(value: unknown): value is SpeechProviderId {
  return speechProviders.some((provider) => provider === value);
}
