import { type Tool, textResult } from "@openclaw/plugin-sdk";
import { silentToken } from "../reply/silent-token.ts";
import { ToolFailure } from "./tool-failure.ts";

/** A text that was spoken. */
export interface SpokenText {
  /** The file, below a trusted root. */
  path: string;
  provider: string;
  /** Can be shown as a voice note where it goes. */
  voiceCompatible: boolean;
}

export interface TtsToolOptions {
  /** The channel of the run. */
  channel: string | undefined;
  speak(text: string, options: { channel: string | undefined; signal: AbortSignal }): Promise<SpokenText>;
}

/** The tool that speaks a text. The sound goes to the user with the answer. */
export function createTtsTool(options: TtsToolOptions): Tool {
  return {
    name: "tts",
    label: "Speech",
    description: `Speak a text and send the sound to the user. The sound is delivered by itself: answer with exactly ${silentToken} afterwards, so that nothing is sent twice.`,
    parameters: {
      type: "object",
      properties: {
        text: { type: "string", description: "What to say, without markup" },
        channel: { type: "string", description: "Channel id whose format is wanted; default: this chat's" },
      },
      required: ["text"],
    },
    async execute(params, { signal }) {
      const text = typeof params.text === "string" ? params.text.trim() : "";
      if (text === "") throw new ToolFailure("text required");
      const named = typeof params.channel === "string" ? params.channel.trim() : "";
      const { path, provider, voiceCompatible } = await options.speak(text, {
        channel: named || options.channel,
        signal,
      });
      const lines = [...(voiceCompatible ? ["[[audio_as_voice]]"] : []), `MEDIA:${path}`];
      return textResult(lines.join("\n"), {
        provider,
        reply: { mediaUrls: [path], audioAsVoice: voiceCompatible },
      });
    },
  };
}
