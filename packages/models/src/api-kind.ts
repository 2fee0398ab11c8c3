/** Wire formats a model can be called with. `offline` is the embedded assistant, which calls nothing. */
export const apiKinds = [
  "openai-completions",
  "anthropic-messages",
  "offline",
  "openai-responses",
  "google-generative-ai",
  "github-copilot",
  "bedrock-converse-stream",
] as const;

export type ApiKind = (typeof apiKinds)[number];

/** The kinds this build can call. */
export const availableApiKinds = ["openai-completions", "anthropic-messages", "offline"] as const;

/** Whether models of this kind can be called by this build. */
export function isAvailableApi(api: ApiKind): boolean {
  return availableApiKinds.some((kind) => kind === api);
}

/** Reads the `api` of a provider or model. `ollama` is an accepted other name of `openai-completions`. */
export function parseApiKind(text: string): ApiKind | undefined {
  if (text === "ollama") return "openai-completions";
  return apiKinds.find((kind) => kind === text && kind !== "offline");
}
