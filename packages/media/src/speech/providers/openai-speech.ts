import { openaiModels, openaiVoices } from "../directives.ts";
import { readSound, SpeechRequestError } from "./speech-request.ts";

export interface OpenAISpeechRequest {
  text: string;
  apiKey: string;
  /** Another server than OpenAI's own, which has other models and voices. */
  baseUrl: string | undefined;
  model: string | undefined;
  voice: string | undefined;
  format: string;
  fetch: typeof fetch;
  signal: AbortSignal;
}

/** Speaks over OpenAI's speech API. */
export async function speakOpenAI(request: OpenAISpeechRequest): Promise<Buffer> {
  const { model = "gpt-4o-mini-tts", voice = "alloy" } = request;
  if (request.baseUrl === undefined) {
    if (!openaiModels.includes(model))
      throw new SpeechRequestError(`unknown model ${model}: use ${openaiModels.join(", ")}`);
    if (!openaiVoices.includes(voice))
      throw new SpeechRequestError(`unknown voice ${voice}: use ${openaiVoices.join(", ")}`);
  }
  const base = (request.baseUrl ?? "https://api.openai.com/v1").replace(/\/+$/, "");
  const response = await request.fetch(`${base}/audio/speech`, {
    method: "POST",
    headers: { authorization: `Bearer ${request.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model, input: request.text, voice, response_format: request.format }),
    signal: request.signal,
  });
  return readSound(response);
}
