import { z } from "zod";
import { type MediaRequest, readAnswer } from "./media-request.ts";

const answer = z.object({
  results: z.object({
    channels: z.array(z.object({ alternatives: z.array(z.object({ transcript: z.string() })) })),
  }),
});

/** Transcribes over Deepgram. */
export async function transcribeDeepgram(request: MediaRequest): Promise<string> {
  const url = new URL(`${request.baseUrl}/listen`);
  url.searchParams.set("model", request.model);
  if (request.limits.language) url.searchParams.set("language", request.limits.language);
  for (const [name, value] of Object.entries(request.options)) url.searchParams.set(name, String(value));
  const { apiKey } = request.access;
  const response = await request.fetch(url, {
    method: "POST",
    headers: {
      ...(apiKey === undefined ? {} : { authorization: `Token ${apiKey}` }),
      "content-type": request.mimeType,
      ...request.headers,
    },
    body: new Uint8Array(request.bytes),
    signal: request.signal,
  });
  const { results } = answer.parse(await readAnswer(response, "Audio transcription"));
  return results.channels[0]?.alternatives[0]?.transcript ?? "";
}
