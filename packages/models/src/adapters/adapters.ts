import type { ApiKind } from "../api-kind.ts";
import { ModelError } from "../model-error.ts";
import type { ModelInfo } from "../model-info.ts";
import type { RegisteredProvider } from "../providers/registered-provider.ts";
import type { Adapter } from "./adapter.ts";

/** How models of each kind are called. An adapter, and the library under it, is loaded at its first use. */
const adapters: Readonly<Record<Exclude<ApiKind, "offline" | "plugin" | "cli">, () => Promise<Adapter>>> = {
  "openai-completions": async () => (await import("./openai-completions.ts")).createOpenAICompletionsModel,
  "openai-responses": async () => (await import("./openai-responses.ts")).createOpenAIResponsesModel,
  "azure-openai-responses": async () => (await import("./openai-responses.ts")).createOpenAIResponsesModel,
  "openai-codex-responses": async () => (await import("./codex-responses.ts")).createCodexResponsesModel,
  "anthropic-messages": async () => (await import("./anthropic-messages.ts")).createAnthropicMessagesModel,
  "google-generative-ai": async () => (await import("./google-generative-ai.ts")).createGoogleModel,
  "google-gemini-cli": async () => (await import("./google-gemini-cli.ts")).createGeminiCliModel,
  "google-vertex": async () => (await import("./google-vertex.ts")).createVertexModel,
  "bedrock-converse-stream": async () => (await import("./bedrock-converse.ts")).createBedrockModel,
  "github-copilot": async () => (await import("./github-copilot.ts")).createCopilotModel,
};

/** Loads what calls a model. Throws {@link ModelError} for a kind that cannot be called. */
export async function adapterFor(info: ModelInfo, registered: RegisteredProvider | undefined): Promise<Adapter> {
  // Copilot speaks two of the kinds and wants to be told more than they tell.
  if (info.provider === "github-copilot") return adapters["github-copilot"]();
  switch (info.api) {
    case "plugin": {
      if (registered?.kind !== "models") break;
      const { createPluginModel } = await import("./plugin-model.ts");
      return (setup) => createPluginModel(setup, registered);
    }
    case "offline":
    case "cli":
      break;
    default:
      return adapters[info.api]();
  }
  throw new ModelError(
    "unavailable-api",
    `Models of the API kind "${info.api}" cannot be called. Declare the provider under models.providers.${info.provider} with another "api", or choose a model of another provider.`,
  );
}

/** Loads what runs programs in place of an API. */
export async function loadCliModels() {
  return (await import("../cli-backend/create-cli-models.ts")).createCliModels;
}

/** Loads the embedded assistant. */
export async function loadOfflineModel() {
  return (await import("../offline/create-offline-model.ts")).createOfflineModel;
}
