import type { Capability, EntryConfig, UnderstandingConfig } from "./understanding-config.ts";

/** What providers can do, for entries that do not say it. */
const known: Readonly<Record<string, readonly Capability[]>> = {
  openai: ["image", "audio"],
  anthropic: ["image"],
  minimax: ["image"],
  google: ["image", "audio", "video"],
  groq: ["audio"],
  deepgram: ["audio"],
};

/** The usual model of a provider for a capability. */
const usualModels: Readonly<Record<Capability, Readonly<Record<string, string>>>> = {
  image: {
    openai: "gpt-5-mini",
    anthropic: "claude-opus-4-6",
    google: "gemini-3-flash-preview",
    minimax: "MiniMax-VL-01",
  },
  audio: {
    openai: "gpt-4o-mini-transcribe",
    groq: "whisper-large-v3-turbo",
    deepgram: "nova-3",
    google: "gemini-3-flash-preview",
  },
  video: { google: "gemini-3-flash-preview" },
};

/** Providers in the order in which a key of theirs is used where nothing is configured. */
export const autoProviders: Readonly<Record<Capability, readonly string[]>> = {
  image: ["openai", "anthropic", "google", "minimax"],
  audio: ["openai", "groq", "deepgram", "google"],
  video: ["google"],
};

/** Providers are named in one way, whatever a configuration calls them. */
export function mediaProviderId(name: string): string {
  const id = name.trim().toLowerCase();
  return id === "gemini" ? "google" : id;
}

export function usualModel(capability: Capability, provider: string): string | undefined {
  const models = usualModels[capability];
  return Object.hasOwn(models, provider) ? models[provider] : undefined;
}

export function canProvide(provider: string, capability: Capability): boolean {
  return Object.hasOwn(known, provider) && known[provider]?.includes(capability) === true;
}

export function isCliEntry(entry: EntryConfig): boolean {
  return (entry.type ?? (entry.command?.trim() ? "cli" : "provider")) === "cli";
}

/** The configured entries of a capability, in the order in which they are tried. */
export function configuredEntries(config: UnderstandingConfig, capability: Capability): EntryConfig[] {
  const own = (config[capability]?.models ?? []).filter((entry) => entry.capabilities?.includes(capability) ?? true);
  const shared = (config.models ?? []).filter((entry) => {
    if (entry.capabilities !== undefined) return entry.capabilities.includes(capability);
    // What a program can do is known to whoever wrote the entry alone.
    return !isCliEntry(entry) && canProvide(mediaProviderId(entry.provider ?? ""), capability);
  });
  return [...own, ...shared];
}
