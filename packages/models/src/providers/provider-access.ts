import { normalizeProviderId } from "../model-ref.ts";
import type { ModelsConfig } from "../models-config.ts";
import { findProviderKey } from "./provider-key.ts";
import { configuredProviders, providerSetup } from "./provider-setup.ts";

/** How a provider is reached beside its chat models: for speech, transcription and the like. */
export interface ProviderAccess {
  /** Absent for a server on this machine that wants none. */
  apiKey?: string;
  /** Where the configuration sends its requests; absent for its own address. */
  baseUrl?: string;
  headers: Readonly<Record<string, string>>;
}

/** Variables of services that have no chat models, and second ones of those that have. */
const furtherVariables: Readonly<Record<string, readonly string[]>> = {
  deepgram: ["DEEPGRAM_API_KEY"],
  google: ["GOOGLE_API_KEY"],
};

/** The access to a provider as configuration and environment have it now; undefined when there is no key. */
export function providerAccess(
  provider: string,
  options: { config: ModelsConfig; env: NodeJS.ProcessEnv },
): ProviderAccess | undefined {
  const providers = configuredProviders(options.config);
  const id = normalizeProviderId(provider, new Set(providers.keys()));
  const setup = providerSetup(id, providers.get(id)) ?? { id, headers: {} };
  const further = Object.hasOwn(furtherVariables, id) ? (furtherVariables[id] ?? []) : [];
  const named = further.map((name) => options.env[name]?.trim()).find((value) => value);
  const found = findProviderKey(setup, options.env) ?? (named === undefined ? undefined : { key: named });
  if (found === undefined) return undefined;
  const baseUrl = setup.configured?.baseUrl?.trim();
  return {
    ...(found.key === undefined ? {} : { apiKey: found.key }),
    ...(baseUrl ? { baseUrl } : {}),
    headers: setup.configured?.headers ?? {},
  };
}
