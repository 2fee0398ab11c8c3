import { z } from "zod";
import { type MediaRequest, readAnswer } from "./media-request.ts";

const answer = z.object({
  candidates: z
    .array(z.object({ content: z.object({ parts: z.array(z.object({ text: z.string().optional() })).default([]) }) }))
    .default([]),
});

/** Asks Gemini about a sound or a film. */
export async function askGoogle(request: MediaRequest, what: string): Promise<string> {
  const { apiKey } = request.access;
  const response = await request.fetch(
    `${request.baseUrl}/models/${encodeURIComponent(request.model)}:generateContent`,
    {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { "x-goog-api-key": apiKey }),
        ...request.headers,
      },
      body: JSON.stringify({
        contents: [
          {
            role: "user",
            parts: [
              { text: request.limits.prompt },
              { inline_data: { mime_type: request.mimeType, data: request.bytes.toString("base64") } },
            ],
          },
        ],
        ...request.options,
      }),
      signal: request.signal,
    },
  );
  const { candidates } = answer.parse(await readAnswer(response, what));
  return (candidates[0]?.content.parts ?? []).map(({ text }) => text ?? "").join("");
}
