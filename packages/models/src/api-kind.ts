/** Wire formats a model can be called with. */
export const apiKinds = [
  "openai-completions",
  "openai-responses",
  "openai-codex-responses",
  "azure-openai-responses",
  "anthropic-messages",
  "google-generative-ai",
  "google-gemini-cli",
  "google-vertex",
  "bedrock-converse-stream",
  "github-copilot",
  /** A model that a plugin brought along as an AI SDK model. */
  "plugin",
  /** A program of this machine, see `cli-backend/`. */
  "cli",
  /** The embedded assistant, which calls nothing. */
  "offline",
] as const;

export type ApiKind = (typeof apiKinds)[number];

/** The kinds a configuration may name; the others belong to built-in providers. */
export const configurableApiKinds = [
  "openai-completions",
  "openai-responses",
  "openai-codex-responses",
  "anthropic-messages",
  "google-generative-ai",
  "google-gemini-cli",
  "bedrock-converse-stream",
  "github-copilot",
  "ollama",
] as const;

/** Reads the `api` of a provider or model. `ollama` is an accepted other name of `openai-completions`. */
export function parseApiKind(text: string): ApiKind | undefined {
  if (text === "ollama") return "openai-completions";
  return apiKinds.find((kind) => kind === text && kind !== "offline" && kind !== "plugin" && kind !== "cli");
}

/** The kind behind a model of a provider whose models speak several, told by the model's id. */
export function apiOfModelId(id: string): ApiKind {
  if (/^(?:claude|minimax)/i.test(id)) return "anthropic-messages";
  if (/^gpt/i.test(id)) return "openai-responses";
  return /^gemini/i.test(id) ? "google-generative-ai" : "openai-completions";
}
