import {
  isProvider,
  type SpeechOverridesConfig,
  type SpeechProviderId,
  type TextNormalization,
  type VoiceSettings,
} from "./speech-config.ts";

/** What an answer asks for itself. */
export interface SpeechOverrides {
  provider?: SpeechProviderId;
  openaiVoice?: string;
  elevenLabsVoice?: string;
  openaiModel?: string;
  elevenLabsModel?: string;
  voiceSettings?: VoiceSettings;
  applyTextNormalization?: TextNormalization;
  languageCode?: string;
  seed?: number;
}

export const openaiModels: readonly string[] = ["gpt-4o-mini-tts", "tts-1", "tts-1-hd"];
export const openaiVoices: readonly string[] = [
  "alloy",
  "ash",
  "coral",
  "echo",
  "fable",
  "onyx",
  "nova",
  "sage",
  "shimmer",
];
const maxSeed = 4_294_967_295;

type Guard = Exclude<keyof SpeechOverridesConfig, "enabled" | "allowText">;

/** Takes a value over. False when it is not valid. */
type Apply = (value: string, overrides: SpeechOverrides) => boolean;

interface Key {
  names: readonly string[];
  guard: Guard;
  apply: Apply;
}

export interface DirectiveRules {
  config: SpeechOverridesConfig | undefined;
  /** Another server than OpenAI's own answers for it: its models and voices are not known. */
  openaiIsCompatible: boolean;
}

/**
 * Reads the settings of directives: `key=value key=value`. The last value of a key wins; what is not valid or not allowed
 * is left out and told.
 */
export function readDirectives(
  bodies: readonly string[],
  rules: DirectiveRules,
  warn: (message: string) => void,
): SpeechOverrides {
  const overrides: SpeechOverrides = {};
  if (rules.config?.enabled === false) return overrides;
  const keys = keysOf(rules);
  for (const body of bodies) {
    for (const pair of body.trim().split(/\s+/)) {
      const at = pair.indexOf("=");
      if (at < 1) {
        if (pair !== "") warn(`a speech directive is not understood: ${pair.slice(0, 80)}`);
        continue;
      }
      const name = pair.slice(0, at);
      const value = pair.slice(at + 1);
      const key = keys.get(plain(name));
      if (key === undefined) warn(`a speech directive is not known: ${name.slice(0, 80)}`);
      else if (rules.config?.[key.guard] === false) warn(`the speech directive ${name} is not allowed (${key.guard})`);
      else if (!key.apply(value, overrides))
        warn(`the speech directive ${name} has no valid value: ${value.slice(0, 80)}`);
    }
  }
  return overrides;
}

/** Names are the same with and without underscores and capitals. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", "");
}

function keysOf({ openaiIsCompatible }: DirectiveRules): Map<string, Key> {
  const voice = (name: keyof VoiceSettings, from: number, to: number, ...names: string[]): Key => ({
    names,
    guard: "allowVoiceSettings",
    apply(value, overrides) {
      const number = Number(value);
      if (value === "" || !(number >= from && number <= to)) return false;
      overrides.voiceSettings = { ...overrides.voiceSettings, [name]: number };
      return true;
    },
  });
  const list: Key[] = [
    {
      names: ["provider"],
      guard: "allowProvider",
      apply: (value, overrides) => {
        const id = value.toLowerCase();
        if (!isProvider(id)) return false;
        overrides.provider = id;
        return true;
      },
    },
    {
      names: ["voice", "openai_voice"],
      guard: "allowVoice",
      apply: (value, overrides) => {
        const known = openaiVoices.includes(value.toLowerCase());
        if (value === "" || (!known && !openaiIsCompatible)) return false;
        overrides.openaiVoice = known ? value.toLowerCase() : value;
        return true;
      },
    },
    {
      names: ["voiceId", "voice_id", "elevenlabs_voice"],
      guard: "allowVoice",
      apply: (value, overrides) => {
        if (!isVoiceId(value)) return false;
        overrides.elevenLabsVoice = value;
        return true;
      },
    },
    {
      names: ["model", "modelId", "model_id", "elevenlabs_model", "openai_model"],
      guard: "allowModelId",
      apply: (value, overrides) => {
        if (!/^[\w.:/-]{1,100}$/.test(value)) return false;
        if (openaiModels.includes(value)) overrides.openaiModel = value;
        else {
          overrides.elevenLabsModel = value;
          if (openaiIsCompatible) overrides.openaiModel = value;
        }
        return true;
      },
    },
    voice("stability", 0, 1, "stability"),
    voice("similarityBoost", 0, 1, "similarityBoost", "similarity"),
    voice("style", 0, 1, "style"),
    voice("speed", 0.5, 2, "speed"),
    {
      names: ["useSpeakerBoost", "speakerBoost"],
      guard: "allowVoiceSettings",
      apply: (value, overrides) => {
        const on = /^(true|1|yes|on)$/i.test(value);
        if (!on && !/^(false|0|no|off)$/i.test(value)) return false;
        overrides.voiceSettings = { ...overrides.voiceSettings, useSpeakerBoost: on };
        return true;
      },
    },
    {
      names: ["applyTextNormalization", "normalize"],
      guard: "allowNormalization",
      apply: (value, overrides) => {
        const word = value.toLowerCase();
        if (word !== "auto" && word !== "on" && word !== "off") return false;
        overrides.applyTextNormalization = word;
        return true;
      },
    },
    {
      names: ["languageCode", "language"],
      guard: "allowNormalization",
      apply: (value, overrides) => {
        if (!/^[a-z]{2}$/i.test(value)) return false;
        overrides.languageCode = value.toLowerCase();
        return true;
      },
    },
    {
      names: ["seed"],
      guard: "allowSeed",
      apply: (value, overrides) => {
        const number = Number(value);
        if (!/^\d+$/.test(value) || number > maxSeed) return false;
        overrides.seed = number;
        return true;
      },
    },
  ];
  return new Map(list.flatMap((key) => key.names.map((name) => [plain(name), key])));
}

/** Ids are checked before they become part of an address. */
export function isVoiceId(value: string): boolean {
  return /^[A-Za-z0-9]{10,40}$/.test(value);
}
