import { offlineModelInfo, providerModels } from "./catalogue/model-catalogue.ts";
import { listCliModels } from "./cli-backend/list-cli-models.ts";
import type { ConfigView } from "./config-view.ts";
import { ModelError } from "./model-error.ts";
import type { ModelInfo } from "./model-info.ts";
import { normalizeProviderId } from "./model-ref.ts";
import { builtinProviders } from "./providers/builtin-providers.ts";
import { isLocalServer } from "./providers/provider-key.ts";
import type { ModelParts } from "./resolve-model.ts";

/** Every model there is: built in, of plugins, configured and discovered, by provider and id. */
export async function listModels(
  view: ConfigView,
  parts: ModelParts,
  { registered, known }: { registered: readonly string[]; known: boolean },
): Promise<ModelInfo[]> {
  // An id that stands for another one is a provider of its own only where somebody declares it.
  const builtin = [...builtinProviders.keys()].filter((id) => normalizeProviderId(id) === id);
  const ids = new Set([...builtin, ...registered, ...view.configuredIds]);
  const found = await Promise.all([...ids].map((id) => listProvider(id, view, parts, known)));
  return [...found.flat(), ...listCliModels(view, ids), offlineModelInfo].sort(
    (a, b) => compareText(a.provider, b.provider) || compareText(a.id, b.id),
  );
}

async function listProvider(id: string, view: ConfigView, parts: ModelParts, known: boolean): Promise<ModelInfo[]> {
  const setup = parts.setupOf(id, view);
  if (!setup) return [];
  const discovered = known ? parts.discovery.known(setup) : await parts.discovery.list(setup, view.config);
  // Whether anybody runs a server on this machine that nobody configured cannot be known from here.
  if (!setup.configured && !setup.registered && isLocalServer(setup)) {
    return providerModels({ ...setup, builtin: { ...setup.builtin!, models: [] } }, true, discovered);
  }
  try {
    return providerModels(setup, parts.hasKey(setup), discovered);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    parts.log.warn(`The models of provider "${id}" are left out of the list: ${error.message}`);
    return [];
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
