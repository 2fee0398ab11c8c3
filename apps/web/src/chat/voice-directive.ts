/** What the first line of an answer may set for devices that speak it. */
const keys = new Set(
  [
    [
      "voice",
      "voice_id",
      "voiceId",
      "model",
      "model_id",
      "modelId",
      "speed",
      "rate",
      "stability",
      "similarity",
      "style",
    ],
    ["speakerBoost", "speaker_boost", "seed", "normalize", "lang", "output_format", "outputFormat"],
    ["latency_tier", "latencyTier", "once"],
  ].flat(),
);

/**
 * A text for a reader: without the line that tells devices how to speak it, a JSON object with at least one known key in the
 * first line that is not blank. Everything else stays as it is, as does an answer that is nothing but JSON.
 */
export function withoutVoiceDirective(text: string): string {
  const match = /^\s*(\{[^\n]*\})[ \t]*\r?\n(?=\s*\S)/.exec(text);
  if (match === null) return text;
  try {
    const value: unknown = JSON.parse(match[1] ?? "");
    const isDirective = typeof value === "object" && value !== null && Object.keys(value).some((key) => keys.has(key));
    return isDirective ? text.slice(match[0].length).replace(/^(?:[ \t]*\r?\n)+/, "") : text;
  } catch {
    return text; // not JSON: an answer that begins with a brace
  }
}
