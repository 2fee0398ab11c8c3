import { createModels, createProviderRegistry, type Models, type ProviderRegistry } from "@openclaw/models";
import type { GatewayBase } from "./gateway-base.ts";
import { createModelWindow, type ModelWindow } from "./model-windows.ts";

/** The models of a Gateway. */
export interface GatewayModels {
  readonly models: Models;
  /** Where plugins put the providers they bring. */
  readonly providers: ProviderRegistry;
  readonly modelWindow: ModelWindow;
}

export function openModels({
  configStore,
  config,
  env,
  stateDir,
  givenFetch,
  clock,
  life,
  log,
}: GatewayBase): GatewayModels {
  const providers = createProviderRegistry();
  const models = createModels({
    config,
    providers,
    env,
    log: log.child("models"),
    clock,
    stateDir,
    shellEnvKeys: () => configStore.snapshot().shellEnvKeys ?? [],
    ...(givenFetch ? { fetch: givenFetch } : {}),
  });
  life.on("close", () => models.credentials?.settled());
  return { models, providers, modelWindow: createModelWindow(models, config) };
}
