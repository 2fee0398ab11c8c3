import type { Speech } from "@openclaw/media";
import { type HandlersOf, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `tts.*`: how answers are spoken, and speaking a text. */
export function speechMethods(
  gateway: MethodContext,
): HandlersOf<"tts.status" | "tts.providers" | "tts.enable" | "tts.disable" | "tts.setProvider" | "tts.convert"> {
  const { speech } = gateway;
  const setEnabled = async (enabled: boolean) => {
    // A mode of its own in the preferences would win over this.
    (await speech.load()).preferences.set({ enabled, auto: undefined });
    return { enabled };
  };
  const isConfigured = (loaded: Speech, provider: string) =>
    loaded.providers().some(({ id, configured }) => id === provider && configured);

  return {
    async "tts.status"(_params, { session }) {
      const loaded = await speech.load();
      const auto = loaded.mode(undefined);
      const fallbackProviders = loaded.fallbacks();
      return {
        enabled: auto !== "off",
        auto,
        provider: loaded.provider(),
        fallbackProvider: fallbackProviders[0] ?? null,
        fallbackProviders,
        prefsPath: loaded.preferences.path,
        ...(session.protocol === 3
          ? {
              hasOpenAIKey: isConfigured(loaded, "openai"),
              hasElevenLabsKey: isConfigured(loaded, "elevenlabs"),
              edgeEnabled: isConfigured(loaded, "edge"),
            }
          : {
              providerStates: loaded.providers().map(({ id, name, configured }) => ({ id, label: name, configured })),
              personas: [],
            }),
      };
    },

    async "tts.providers"() {
      const loaded = await speech.load();
      const providers = loaded.providers().map(({ models, voices, ...provider }) => ({
        ...provider,
        models: [...models],
        ...(voices === undefined ? {} : { voices: [...voices] }),
      }));
      return { providers, active: loaded.provider() };
    },

    "tts.enable": () => setEnabled(true),
    "tts.disable": () => setEnabled(false),

    async "tts.setProvider"({ provider }) {
      (await speech.load()).preferences.set({ provider });
      return { provider };
    },

    async "tts.convert"({ text, channel }) {
      const loaded = await speech.load();
      try {
        const sound = await loaded.convert(text.trim(), {
          channel: typeof channel === "string" ? channel : undefined,
          signal: new AbortController().signal,
        });
        const { path, provider, outputFormat, voiceCompatible } = sound;
        return { audioPath: path, provider, outputFormat, voiceCompatible };
      } catch (error) {
        throw unavailable(`TTS conversion failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}
