import type { SpeechProviderId } from "./speech-config.ts";

/** What the sound is for: a chat that shows voice notes, any other, or a phone call. */
export type SpeechTarget = "voice-note" | "file" | "telephony";

export const defaultEdgeFormat = "audio-24khz-48kbitrate-mono-mp3";

export interface SpeechFormat {
  /** As the provider calls it. */
  name: string;
  /** Without a dot. */
  extension: string;
  /** Can be shown as a voice note. */
  voiceCompatible: boolean;
}

/** What a chat service wants to hear. */
export function speechTarget(channel: string | undefined): SpeechTarget {
  const id = channel?.trim().toLowerCase();
  return id === "telegram" ? "voice-note" : id === "telephony" ? "telephony" : "file";
}

/** Undefined for what the provider cannot do. */
export function speechFormat(
  provider: SpeechProviderId,
  target: SpeechTarget,
  edgeFormat: string = defaultEdgeFormat,
): SpeechFormat | undefined {
  switch (provider) {
    case "openai":
      return {
        "voice-note": { name: "opus", extension: "opus", voiceCompatible: true },
        file: { name: "mp3", extension: "mp3", voiceCompatible: false },
        telephony: { name: "pcm", extension: "pcm", voiceCompatible: false },
      }[target];
    case "elevenlabs":
      return {
        "voice-note": { name: "opus_48000_64", extension: "opus", voiceCompatible: true },
        file: { name: "mp3_44100_128", extension: "mp3", voiceCompatible: false },
        telephony: { name: "pcm_22050", extension: "pcm", voiceCompatible: false },
      }[target];
    case "edge":
      return target === "telephony" ? undefined : edgeFormatOf(edgeFormat, target);
  }
}

function edgeFormatOf(name: string, target: SpeechTarget): SpeechFormat {
  const isOgg = /^ogg-.*opus$/.test(name);
  if (isOgg)
    return { name, extension: target === "voice-note" ? "opus" : "ogg", voiceCompatible: target === "voice-note" };
  const [extension = "mp3"] = [
    name.endsWith("mp3") && "mp3",
    name.startsWith("webm-") && "webm",
    name.startsWith("riff-") && "wav",
    "pcm",
  ].filter((found) => found !== false);
  return { name, extension, voiceCompatible: false };
}
