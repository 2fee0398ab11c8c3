import { providerModels } from "./catalogue/model-catalogue.ts";
import type { OllamaSearch } from "./discovery/ollama.ts";
import { ModelError } from "./model-error.ts";
import type { ModelRef } from "./model-ref.ts";
import { builtinDefaults } from "./providers/builtin-providers.ts";
import type { ProviderSetup } from "./providers/provider-setup.ts";

/**
 * Picks a model when the configuration names none:
 *
 * 1. a built-in provider that has a key, in the order Anthropic, OpenAI, OpenRouter;
 * 2. the first usable model of the configured providers;
 * 3. the first model of an Ollama on this machine, asked only when no provider is configured;
 * 4. the offline assistant.
 */
export async function chooseDefault(options: {
  setup: (id: string) => ProviderSetup | undefined;
  configuredIds: ReadonlySet<string>;
  hasKey: (setup: ProviderSetup) => boolean;
  ollama: OllamaSearch;
}): Promise<ModelRef> {
  for (const { provider, model } of builtinDefaults) {
    const setup = options.setup(provider);
    if (!setup || !options.hasKey(setup)) continue;
    const configured = firstUsable(setup, setup.configured?.models?.map((model) => model.id) ?? []);
    return { provider, model: configured ?? model };
  }
  for (const id of options.configuredIds) {
    const setup = options.setup(id);
    const model = setup && options.hasKey(setup) ? firstUsable(setup) : undefined;
    if (model) return { provider: id, model };
  }
  if (options.configuredIds.size === 0) {
    const [model] = await options.ollama.models();
    if (model) return { provider: "ollama", model: model.id };
  }
  return { provider: "offline", model: "assistant" };
}

function firstUsable(setup: ProviderSetup, among?: readonly string[]): string | undefined {
  try {
    return providerModels(setup, true).find((info) => !among || among.includes(info.id))?.id;
  } catch (error) {
    // A provider with a faulty entry cannot be the default; using one of its models tells what is wrong with it.
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}
