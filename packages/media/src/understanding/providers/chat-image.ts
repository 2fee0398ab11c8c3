import type { Models } from "@openclaw/models";

const maxAnswerTokens = 512;

export interface ChatImageRequest {
  models: Pick<Models, "resolve">;
  /** Whose credentials are used, and which of them. */
  agentId?: string | undefined;
  profile?: string | undefined;
  provider: string;
  model: string;
  /** Base64 and type of a picture that fits. */
  image: { data: string; mimeType: string };
  prompt: string;
  signal: AbortSignal;
}

/** Asks a chat model about a picture. */
export async function askChatModel(request: ChatImageRequest): Promise<string> {
  const { provider, model, image, agentId, profile } = request;
  const resolved = await request.models.resolve({ provider, model }, { agentId, profile });
  if (!resolved.info.input.includes("image")) throw new Error(`Model does not support images: ${provider}/${model}`);
  const { content } = await resolved.languageModel.doGenerate({
    prompt: [
      {
        role: "user",
        content: [
          { type: "text", text: request.prompt },
          { type: "file", mediaType: image.mimeType, data: { type: "data", data: image.data } },
        ],
      },
    ],
    maxOutputTokens: maxAnswerTokens,
    providerOptions: resolved.providerOptions("off"),
    abortSignal: request.signal,
  });
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return resolved.reasoningTags ? text.replace(/<think>[\s\S]*?<\/think>/gi, "") : text;
}
