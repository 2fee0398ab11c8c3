import { z } from "zod";
import { bearer, type MediaRequest, readAnswer } from "./media-request.ts";

const answer = z.object({ text: z.string() });

/** Transcribes over OpenAI's audio API, which others speak as well. */
export async function transcribeOpenAI(request: MediaRequest): Promise<string> {
  const { limits } = request;
  const form = new FormData();
  form.append("file", new Blob([new Uint8Array(request.bytes)], { type: request.mimeType }), request.fileName);
  form.append("model", request.model);
  if (limits.language) form.append("language", limits.language);
  form.append("prompt", limits.prompt);
  for (const [name, value] of Object.entries(request.options)) form.append(name, String(value));
  const response = await request.fetch(`${request.baseUrl}/audio/transcriptions`, {
    method: "POST",
    headers: { ...bearer(request.access), ...request.headers },
    body: form,
    signal: request.signal,
  });
  return answer.parse(await readAnswer(response, "Audio transcription")).text;
}
