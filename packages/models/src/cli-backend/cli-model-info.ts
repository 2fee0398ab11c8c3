import { defaultContextWindow } from "../catalogue/model-catalogue.ts";
import { freeOfCharge, type ModelInfo } from "../model-info.ts";
import type { ModelRef } from "../model-ref.ts";

/** The window of GPT-5 Codex models, tokens. */
const codexWindow = 272_000;

/** What is known of a program's model: it takes text and counts no money. */
export function cliModelInfo({ provider, model }: ModelRef): ModelInfo {
  const contextWindow = provider === "codex-cli" ? codexWindow : defaultContextWindow;
  return {
    id: model,
    name: model,
    provider,
    api: "cli",
    contextWindow,
    maxTokens: 32_000,
    reasoning: false,
    input: provider === "codex-cli" ? ["text", "image"] : ["text"],
    cost: freeOfCharge,
    available: true,
  };
}
