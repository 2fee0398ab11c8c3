import type { Credentials } from "../credentials/credentials.ts";
import type { RequestCredential } from "../credentials/request-credential.ts";
import { ModelError } from "../model-error.ts";
import { normalizeProviderId } from "../model-ref.ts";
import type { ModelsConfig } from "../models-config.ts";
import { findProviderKey } from "./provider-key.ts";
import { configuredProviders, providerSetup } from "./provider-setup.ts";

/** How a provider is reached beside its chat models: for speech, transcription and the like. */
export interface ProviderAccess {
  /** Absent for a server on this machine that wants none. */
  apiKey?: string;
  /** The auth profile it comes from. */
  profile?: string;
  /** Where the configuration sends its requests; absent for its own address. */
  baseUrl?: string;
  headers: Readonly<Record<string, string>>;
}

/** Variables of services that have no chat models, and second ones of those that have. */
const furtherVariables: Readonly<Record<string, readonly string[]>> = {
  deepgram: ["DEEPGRAM_API_KEY"],
  google: ["GOOGLE_API_KEY"],
};

export interface ProviderAccessOptions {
  config: ModelsConfig;
  env: NodeJS.ProcessEnv;
  /** Where auth profiles are; without it keys come from the environment and the configuration alone. */
  credentials?: Credentials | undefined;
  /** Whose profiles are used; those of the default agent when absent. */
  agentId?: string | undefined;
  /** The auth profile to use and no other. */
  profile?: string | undefined;
  /** The auth profile to use where it can be used. */
  preferredProfile?: string | undefined;
}

/**
 * The access to a provider as it is now: the given auth profile, else its first, else the key of the configuration or the
 * environment. Undefined when there is none.
 * @throws ModelError `no-api-key` for a profile that does not exist, and what the renewal of a token throws
 */
export async function providerAccess(
  provider: string,
  options: ProviderAccessOptions,
): Promise<ProviderAccess | undefined> {
  const { credentials, agentId, env } = options;
  const providers = configuredProviders(options.config);
  const id = normalizeProviderId(provider, new Set(providers.keys()));
  const setup = providerSetup(id, providers.get(id)) ?? { id, headers: {} };
  const baseUrl = setup.configured?.baseUrl?.trim();
  const place = { ...(baseUrl ? { baseUrl } : {}), headers: setup.configured?.headers ?? {} };

  await credentials?.ready(agentId);
  const profile = options.profile ?? credentials?.order(id, { agentId, preferred: options.preferredProfile })[0]?.id;
  if (profile !== undefined) {
    if (!credentials?.profiles(agentId).profiles.has(profile)) {
      throw new ModelError("no-api-key", `No credentials found for profile "${profile}".`);
    }
    const secret = secretIn(await credentials.source(profile, id, agentId)());
    return { ...place, profile, ...(secret === undefined ? {} : { apiKey: secret }) };
  }

  const further = Object.hasOwn(furtherVariables, id) ? (furtherVariables[id] ?? []) : [];
  const named = further.map((name) => env[name]?.trim()).find((value) => value);
  const found = findProviderKey(setup, env) ?? (named === undefined ? undefined : { key: named });
  if (found === undefined) return undefined;
  return { ...place, ...(found.key === undefined ? {} : { apiKey: found.key }) };
}

function secretIn(credential: RequestCredential): string | undefined {
  switch (credential.kind) {
    case "none":
      return undefined;
    case "api-key":
      return credential.key;
    case "token":
      return credential.token;
  }
}
