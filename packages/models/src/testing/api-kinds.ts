import type { ModelDefinitionConfig, ModelsConfig, ProviderConfig } from "../models-config.ts";
import type { ScriptedModelServer } from "./scripted-model-server.ts";

/** A provider behind the scripted server, for one kind of API. */
export interface KindUnderTest {
  readonly kind: string;
  readonly provider: string;
  readonly model: string;
  readonly entry: Partial<ProviderConfig>;
  /** Whether the server is addressed with `/v1`. */
  readonly v1?: boolean;
}

const claims = Buffer.from(
  JSON.stringify({ "https://api.openai.com/auth": { chatgpt_account_id: "account-1" } }),
).toString("base64url");

/** Every kind a model can be called with. */
export const kindsUnderTest: readonly KindUnderTest[] = [
  { kind: "openai-completions", provider: "local", model: "fake-1", entry: { api: "openai-completions" }, v1: true },
  { kind: "ollama", provider: "tiny", model: "fake-1", entry: { api: "ollama" }, v1: true },
  { kind: "openai-responses", provider: "openai", model: "gpt-5.2", entry: { api: "openai-responses" }, v1: true },
  {
    kind: "openai-codex-responses",
    provider: "openai-codex",
    model: "gpt-5.2-codex",
    entry: { api: "openai-codex-responses", auth: "oauth", apiKey: `e30.${claims}.sig` },
  },
  { kind: "anthropic-messages", provider: "anthropic", model: "claude-opus-4-5", entry: { api: "anthropic-messages" } },
  {
    kind: "google-generative-ai",
    provider: "google",
    model: "gemini-3-pro-preview",
    entry: { api: "google-generative-ai" },
  },
  {
    kind: "google-gemini-cli",
    provider: "google-gemini-cli",
    model: "gemini-3-pro-preview",
    entry: { api: "google-gemini-cli", apiKey: '{"token":"ya29","projectId":"project-1"}' },
  },
  {
    kind: "google-vertex",
    provider: "google-vertex",
    model: "gemini-3-pro-preview",
    entry: { auth: "token", apiKey: "ya29" },
  },
  {
    kind: "bedrock-converse-stream",
    provider: "amazon-bedrock",
    model: "anthropic.claude-opus-4-5-20251101-v1:0",
    entry: { api: "bedrock-converse-stream", auth: "aws-sdk", apiKey: "" },
  },
  { kind: "github-copilot", provider: "github-copilot", model: "claude-opus-4.5", entry: { api: "github-copilot" } },
];

/** Environment with the AWS credentials Bedrock's requests are signed with, and where Vertex AI's go. */
export const kindsEnv = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "secret",
  AWS_REGION: "eu-west-1",
  GOOGLE_CLOUD_PROJECT: "project-1",
  GOOGLE_CLOUD_LOCATION: "europe-west4",
};

/** A configuration in which the model of this kind is behind the server and can do everything. */
export function configFor(
  { provider, model, entry, v1 }: KindUnderTest,
  server: Pick<ScriptedModelServer, "url" | "openaiUrl">,
  definition: Partial<ModelDefinitionConfig> = {},
): ModelsConfig {
  const all: ModelDefinitionConfig = {
    id: model,
    reasoning: true,
    input: ["text", "image"],
    contextWindow: 200_000,
    maxTokens: 32_000,
    ...definition,
  };
  const baseUrl = v1 ? server.openaiUrl : server.url;
  return { models: { providers: { [provider]: { baseUrl, apiKey: "test-key", ...entry, models: [all] } } } };
}
