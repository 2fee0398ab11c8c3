/** What can be turned into text before the model sees a message. */
export type Capability = "image" | "audio" | "video";

/** In the order in which they begin and are shown. */
export const capabilities: readonly Capability[] = ["image", "audio", "video"];

/** `tools.media`. A validated OpenClaw configuration is assignable to it. */
export interface UnderstandingConfig {
  /** Entries for all capabilities, after those of the capability itself. */
  models?: readonly EntryConfig[];
  /** Capabilities at work at once; default 2. */
  concurrency?: number;
  image?: CapabilityConfig;
  audio?: CapabilityConfig;
  video?: CapabilityConfig;
}

/** Options of a provider's request, by provider. */
export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

export interface DeepgramOptions {
  detectLanguage?: boolean;
  punctuate?: boolean;
  smartFormat?: boolean;
}

/** What an entry and its capability can both say; the entry wins. */
interface SharedKeys {
  prompt?: string;
  /** Characters of the result. */
  maxChars?: number;
  /** Larger files are skipped, in bytes. */
  maxBytes?: number;
  timeoutSeconds?: number;
  language?: string;
  providerOptions?: ProviderOptions;
  deepgram?: DeepgramOptions;
  baseUrl?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface CapabilityConfig extends SharedKeys {
  enabled?: boolean;
  scope?: ScopeConfig;
  attachments?: AttachmentsConfig;
  models?: readonly EntryConfig[];
}

export interface EntryConfig extends SharedKeys {
  /** Default: `cli` when there is a command. */
  type?: "provider" | "cli";
  provider?: string;
  model?: string;
  capabilities?: readonly Capability[];
  command?: string;
  args?: readonly string[];
  /** Uses this credential alone. */
  profile?: string;
  /** Tries this credential first. */
  preferredProfile?: string;
}

export interface AttachmentsConfig {
  mode?: "first" | "all";
  maxAttachments?: number;
  prefer?: "first" | "last" | "path" | "url";
}

/** Where something is done: the first rule whose fields all match decides, then the default. */
export interface ScopeConfig {
  default?: "allow" | "deny";
  rules?: readonly ScopeRule[];
}

export interface ScopeRule {
  action: "allow" | "deny";
  match?: { channel?: string; chatType?: string; keyPrefix?: string };
}

/** Limits and prompt of one entry, resolved. */
export interface EntryLimits {
  maxBytes: number;
  /** Unlimited when absent. */
  maxChars: number | undefined;
  prompt: string;
  timeoutMs: number;
  language: string | undefined;
}

const defaults: Readonly<Record<Capability, { mb: number; maxChars?: number; prompt: string; seconds: number }>> = {
  image: { mb: 10, maxChars: 500, prompt: "Describe the image.", seconds: 60 },
  audio: { mb: 20, prompt: "Transcribe the audio.", seconds: 60 },
  video: { mb: 50, maxChars: 500, prompt: "Describe the video.", seconds: 120 },
};

/** What holds for an entry: its own value, else its capability's, else the default. */
export function entryLimits(
  capability: Capability,
  entry: EntryConfig,
  own: CapabilityConfig | undefined,
): EntryLimits {
  const usual = defaults[capability];
  const maxChars = entry.maxChars ?? own?.maxChars ?? usual.maxChars;
  const prompt = entry.prompt?.trim() || own?.prompt?.trim() || usual.prompt;
  const seconds = entry.timeoutSeconds ?? own?.timeoutSeconds ?? usual.seconds;
  return {
    maxBytes: entry.maxBytes ?? own?.maxBytes ?? usual.mb * 1024 * 1024,
    maxChars,
    prompt:
      capability === "audio" || maxChars === undefined
        ? prompt
        : `${prompt} Respond in at most ${maxChars} characters.`,
    timeoutMs: Math.max(1, seconds) * 1000,
    language: entry.language ?? own?.language,
  };
}
