import { z } from "zod";
import * as t from "./leaves.ts";

const elevenlabs = () =>
  z.strictObject({
    apiKey: t.str,
    baseUrl: t.str,
    voiceId: t.str,
    modelId: t.str,
    seed: t.intBetween(0, 4_294_967_295),
    applyTextNormalization: t.option("auto", "on", "off"),
    languageCode: t.str,
    voiceSettings: z
      .strictObject({
        stability: t.share,
        similarityBoost: t.share,
        style: t.share,
        useSpeakerBoost: t.flag,
        speed: t.numBetween(0.5, 2),
      })
      .optional(),
  });

const edge = (timeoutMs: ReturnType<typeof t.intBetween>) =>
  z.strictObject({
    enabled: t.flag,
    voice: t.str,
    lang: t.str,
    outputFormat: t.str,
    pitch: t.str,
    rate: t.str,
    volume: t.str,
    saveSubtitles: t.flag,
    proxy: t.str,
    timeoutMs,
  });

/** Text to speech. */
export const ttsFragment = () => {
  const timeoutMs = t.intBetween(1000, 120_000);
  return z.strictObject({
    auto: t.option("off", "always", "inbound", "tagged"),
    enabled: t.flag,
    mode: t.option("final", "all"),
    provider: t.option("elevenlabs", "openai", "edge"),
    summaryModel: t.str,
    modelOverrides: t.flags(
      "enabled",
      "allowText",
      "allowProvider",
      "allowVoice",
      "allowModelId",
      "allowVoiceSettings",
      "allowNormalization",
      "allowSeed",
    ),
    maxTextLength: t.intFrom1,
    timeoutMs,
    prefsPath: t.str,
    elevenlabs: t.later(elevenlabs),
    openai: z.strictObject({ apiKey: t.str, model: t.str, voice: t.str }).optional(),
    edge: edge(timeoutMs).optional(),
  });
};
