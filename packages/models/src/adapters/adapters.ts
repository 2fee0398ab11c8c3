import type { ApiKind } from "../api-kind.ts";
import { availableApiKinds } from "../api-kind.ts";
import { ModelError } from "../model-error.ts";
import type { Adapter } from "./adapter.ts";

/** How models of each kind are called. An adapter, and the library under it, is loaded at its first use. */
export const adapters: Readonly<Record<ApiKind, () => Promise<Adapter>>> = {
  "openai-completions": async () => (await import("./openai-completions.ts")).createOpenAICompletionsModel,
  "anthropic-messages": async () => (await import("./anthropic-messages.ts")).createAnthropicMessagesModel,
  offline: async () => {
    const { createOfflineModel } = await import("../offline/create-offline-model.ts");
    return (setup) => createOfflineModel({ clock: { now: setup.now } });
  },
  "openai-responses": () => unavailable("openai-responses"),
  "google-generative-ai": () => unavailable("google-generative-ai"),
  "github-copilot": () => unavailable("github-copilot"),
  "bedrock-converse-stream": () => unavailable("bedrock-converse-stream"),
};

async function unavailable(api: ApiKind): Promise<never> {
  const usable = availableApiKinds.filter((kind) => kind !== "offline").join(" or ");
  throw new ModelError(
    "unavailable-api",
    `The API kind "${api}" is not available in this build. If the provider also offers ${usable}, set that as its "api" in models.providers; otherwise choose a model of another provider.`,
  );
}
