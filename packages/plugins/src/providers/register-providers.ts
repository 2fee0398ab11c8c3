import type { Logger } from "@openclaw/log";
import {
  type AnyLanguageModel,
  ModelError,
  type PluginModelRequest,
  type ProviderLogin,
  type ProviderRegistry,
  parseApiKind,
  parseCredential,
  type RegisteredProvider,
  readProviderEntry,
} from "@openclaw/models";
import type { PluginProvider } from "@openclaw/plugin-sdk";
import type { PluginRegistry } from "../registry/plugin-registry.ts";

/** Hands the providers plugins have registered on to the models. One that cannot be used is reported with its plugin. */
export function registerPluginProviders(registry: PluginRegistry, providers: ProviderRegistry, log: Logger): void {
  for (const { provider, pluginId } of registry.providers) {
    const offered = offeredModels(provider);
    const login = loginOf(provider);
    try {
      if (offered) providers.register(offered);
      if (login) providers.registerLogin(provider.id, login);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      registry.diagnostics.push({ level: "error", message: error.message, pluginId });
      log.error(error.message, { plugin: pluginId });
    }
  }
}

/** What a provider offers beside its login; undefined when that is all it is. */
function offeredModels(provider: PluginProvider): RegisteredProvider | undefined {
  const entry = readProviderEntry(provider.models) ?? {};
  const base = {
    id: provider.id,
    label: provider.label,
    ...(provider.envVars && { envVars: provider.envVars }),
    ...(entry.baseUrl !== undefined && { baseUrl: entry.baseUrl }),
    ...(entry.headers && { headers: entry.headers }),
    ...(entry.models && { models: entry.models }),
  };
  const { languageModel } = provider;
  if (languageModel) {
    const make = (request: PluginModelRequest) => Promise.resolve(languageModel(request)).then(asModel);
    return { ...base, kind: "models", languageModel: make };
  }
  const api = entry.api === undefined ? undefined : parseApiKind(entry.api);
  return api === undefined || api === "plugin" || api === "offline" || api === "cli"
    ? undefined
    : { ...base, kind: "api", api };
}

/** How the provider's stored logins are used; undefined when the plugin has nothing to say about that. */
function loginOf(provider: PluginProvider): ProviderLogin | undefined {
  if (!provider.formatApiKey && !provider.refreshOAuth) return undefined;
  return {
    ...(provider.formatApiKey && { formatApiKey: (credential) => String(provider.formatApiKey?.(credential) ?? "") }),
    ...(provider.refreshOAuth && {
      async refreshOAuth(credential) {
        const answer: unknown = await provider.refreshOAuth?.(credential);
        const renewed = parseCredential({ ...credential, ...Object(answer) });
        if (renewed?.type !== "oauth" || renewed.access === "") {
          throw new Error(`the plugin of provider "${provider.id}" returned no access token`);
        }
        return renewed;
      },
    }),
  };
}

function asModel(made: unknown): AnyLanguageModel {
  if (isModel(made)) return made;
  throw new ModelError(
    "invalid-provider",
    "A plugin's languageModel did not return a language model of the AI SDK (specificationVersion v2, v3 or v4).",
  );
}

function isModel(made: unknown): made is AnyLanguageModel {
  if (typeof made !== "object" || made === null) return false;
  const version: unknown = Reflect.get(made, "specificationVersion");
  return (version === "v2" || version === "v3" || version === "v4") && "doStream" in made && "doGenerate" in made;
}
