import type { Logger } from "@openclaw/log";
import type { ModelsConfig } from "../models-config.ts";
import type { BuiltinModel } from "../providers/builtin-providers.ts";
import { findProviderKey } from "../providers/provider-key.ts";
import type { ProviderSetup } from "../providers/provider-setup.ts";
import type { BedrockSearch } from "./bedrock.ts";
import { createOllamaSearch, type OllamaSearch, requireOllamaModel } from "./ollama.ts";
import { createVeniceSearch } from "./venice.ts";

/** What providers themselves say about their models. Nobody is asked before somebody wants to know. */
export interface Discovery {
  readonly ollama: OllamaSearch;
  /** The models to list for a provider beside those already known. Never throws. */
  list(setup: ProviderSetup, config: ModelsConfig): Promise<readonly BuiltinModel[]>;
  /** What {@link Discovery.list} has found so far. */
  known(setup: ProviderSetup): readonly BuiltinModel[];
  /** Details of one model; undefined when nothing is known about it. Throws ModelError when it cannot be there. */
  find(setup: ProviderSetup, id: string, config: ModelsConfig): Promise<BuiltinModel | undefined>;
}

export function createDiscovery(options: {
  fetch: typeof fetch;
  env: NodeJS.ProcessEnv;
  now: () => number;
  log: Logger;
  ollamaHost?: string | undefined;
}): Discovery {
  const { env, ollamaHost, ...rest } = options;
  const ollama = createOllamaSearch({ ...rest, ...(ollamaHost !== undefined && { host: ollamaHost }) });
  const venice = createVeniceSearch(rest);
  let ofBedrock: readonly BuiltinModel[] = [];
  /** Its code is loaded when somebody has AWS credentials. */
  let bedrock: Promise<BedrockSearch> | undefined;

  async function listBedrock(setup: ProviderSetup, config: ModelsConfig): Promise<readonly BuiltinModel[]> {
    const settings = config.models?.bedrockDiscovery ?? {};
    if (!(settings.enabled ?? findProviderKey(setup, env) !== undefined)) return [];
    bedrock ??= import("./bedrock.ts").then((module) => module.createBedrockSearch({ ...rest, env }));
    ofBedrock = await (await bedrock).models(settings);
    return ofBedrock;
  }

  function known(setup: ProviderSetup): readonly BuiltinModel[] {
    switch (setup.id) {
      case "ollama":
        return setup.configured ? [] : ollama.known();
      case "amazon-bedrock":
        return ofBedrock;
      case "venice":
        return venice.known();
      default:
        return [];
    }
  }

  async function list(setup: ProviderSetup, config: ModelsConfig): Promise<readonly BuiltinModel[]> {
    switch (setup.id) {
      case "ollama":
        // Only who said they use it waits for it; others see what a turn has already found.
        return env.OLLAMA_API_KEY?.trim() && !setup.configured ? ollama.models() : known(setup);
      case "amazon-bedrock":
        return listBedrock(setup, config);
      case "venice":
        return findProviderKey(setup, env) === undefined ? [] : venice.models(setup);
      default:
        return [];
    }
  }

  return {
    ollama,
    list,
    known,
    async find(setup, id, config) {
      if (setup.id === "ollama" && !setup.configured) {
        return requireOllamaModel(await ollama.models({ again: true }), id);
      }
      if (setup.builtin?.models.some((model) => model.id === id)) return undefined;
      return (await list(setup, config)).find((model) => model.id === id);
    },
  };
}
