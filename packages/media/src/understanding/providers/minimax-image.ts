import { z } from "zod";
import { bearer, type MediaRequest, MediaRequestError, readAnswer } from "./media-request.ts";

const answer = z.object({
  content: z.string().default(""),
  base_resp: z.object({ status_code: z.number(), status_msg: z.string().default("") }).optional(),
});

/** Asks MiniMax's model for pictures, which is no chat model. */
export async function askMinimax(request: MediaRequest): Promise<string> {
  const response = await request.fetch(new URL("/v1/coding_plan/vlm", request.baseUrl), {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(request.access), ...request.headers },
    body: JSON.stringify({
      prompt: request.limits.prompt,
      image_url: `data:${request.mimeType};base64,${request.bytes.toString("base64")}`,
      ...request.options,
    }),
    signal: request.signal,
  });
  const { content, base_resp: state } = answer.parse(await readAnswer(response, "Image description"));
  if (state !== undefined && state.status_code !== 0) {
    throw new MediaRequestError(`Image description failed (${state.status_code}): ${state.status_msg.slice(0, 300)}`);
  }
  return content;
}
