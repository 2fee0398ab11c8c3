import type { ApiKind } from "../api-kind.ts";
import { apiKinds, parseApiKind } from "../api-kind.ts";
import { ModelError } from "../model-error.ts";
import { normalizeProviderId } from "../model-ref.ts";
import type { ModelDefinitionConfig, ModelsConfig, ProviderConfig } from "../models-config.ts";
import type { BuiltinProvider } from "./builtin-providers.ts";
import { builtinProvider } from "./builtin-providers.ts";

/** A provider as it results from what is built in and what is configured. */
export interface ProviderSetup {
  readonly id: string;
  readonly builtin?: BuiltinProvider;
  readonly configured?: ProviderConfig;
  readonly headers: Readonly<Record<string, string>>;
}

/** Entries of `models.providers` by normalised id. The first of two spellings of one id wins. */
export function configuredProviders(config: ModelsConfig): Map<string, ProviderConfig> {
  const raw = config.models?.providers ?? {};
  const names = new Set(Object.keys(raw).map((id) => id.trim().toLowerCase()));
  const providers = new Map<string, ProviderConfig>();
  for (const [name, entry] of Object.entries(raw)) {
    const id = normalizeProviderId(name, names);
    if (entry && !providers.has(id)) providers.set(id, entry);
  }
  return providers;
}

/** Joins the built-in and the configured side of a provider. Undefined when it has neither. */
export function providerSetup(id: string, configured: ProviderConfig | undefined): ProviderSetup | undefined {
  const builtin = builtinProvider(id);
  if (!builtin && !configured) return undefined;
  return {
    id,
    ...(builtin && { builtin }),
    ...(configured && { configured }),
    headers: { ...builtin?.headers, ...configured?.headers },
  };
}

/** Where requests of this provider go, without a slash at the end. Throws {@link ModelError} when nothing says so. */
export function providerBaseUrl(setup: ProviderSetup): string {
  const url = setup.configured?.baseUrl?.trim() || setup.builtin?.baseUrl;
  if (!url) {
    throw new ModelError(
      "invalid-provider",
      `Provider "${setup.id}" has no address. Set models.providers.${setup.id}.baseUrl in the configuration.`,
    );
  }
  if (!URL.canParse(url)) {
    throw new ModelError(
      "invalid-provider",
      `models.providers.${setup.id}.baseUrl is not a URL. Write it with its scheme, for example http://127.0.0.1:8000/v1.`,
    );
  }
  return url.replace(/\/+$/, "");
}

/** The API kind of one model: its own entry, else its provider's, else `openai-responses` (the default of the format). */
export function modelApi(
  setup: ProviderSetup,
  model: ModelDefinitionConfig | undefined,
  builtinApi?: ApiKind,
): ApiKind {
  if (model?.api !== undefined) {
    return readApi(model.api, `models.providers.${setup.id}.models (model "${model.id}").api`);
  }
  if (setup.configured?.api !== undefined) return readApi(setup.configured.api, `models.providers.${setup.id}.api`);
  return builtinApi ?? setup.builtin?.api ?? "openai-responses";
}

function readApi(text: string, path: string): ApiKind {
  const api = parseApiKind(text);
  if (api) return api;
  const allowed = apiKinds.filter((kind) => kind !== "offline").join(", ");
  throw new ModelError("invalid-provider", `${path} is "${text}", which is no known API kind. Use one of: ${allowed}.`);
}
