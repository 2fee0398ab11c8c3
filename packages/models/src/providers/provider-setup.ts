import { type ApiKind, apiOfModelId, configurableApiKinds, parseApiKind } from "../api-kind.ts";
import { ModelError } from "../model-error.ts";
import { normalizeProviderId } from "../model-ref.ts";
import type { ModelDefinitionConfig, ModelsConfig, ProviderConfig } from "../models-config.ts";
import { type BuiltinModel, type BuiltinProvider, builtinProvider } from "./builtin-providers.ts";
import type { RegisteredProvider } from "./registered-provider.ts";

/** A provider as it results from what is built in, what a plugin brought and what is configured. */
export interface ProviderSetup {
  readonly id: string;
  readonly builtin?: BuiltinProvider;
  readonly registered?: RegisteredProvider;
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

/** Joins the sides of a provider. Undefined when it has none. */
export function providerSetup(
  id: string,
  configured: ProviderConfig | undefined,
  registered?: RegisteredProvider,
): ProviderSetup | undefined {
  const builtin = builtinProvider(id);
  if (!builtin && !configured && !registered) return undefined;
  return {
    id,
    ...(builtin && { builtin }),
    ...(registered && { registered }),
    ...(configured && { configured }),
    headers: { ...builtin?.headers, ...registered?.headers, ...configured?.headers },
  };
}

/** What a built-in address leaves open, by the name in angle brackets. */
export type AddressNames = Readonly<Record<string, string | undefined>>;

/** Where requests of this provider go, without a slash at the end. Throws {@link ModelError} when nothing says so. */
export function providerBaseUrl(setup: ProviderSetup, model?: BuiltinModel, names: AddressNames = {}): string {
  const configured = setup.configured?.baseUrl?.trim();
  const path = `models.providers.${setup.id}.baseUrl`;
  const template = configured || (model?.baseUrl ?? setup.registered?.baseUrl ?? setup.builtin?.baseUrl);
  if (!template) {
    throw new ModelError(
      "invalid-provider",
      `Provider "${setup.id}" has no address. Set ${path} in the configuration.`,
    );
  }
  const url = template.replace(/[<{](\w+)[>}]/g, (open, name: string) => names[name]?.trim() || open);
  const missing = /[<{](\w+)[>}]/.exec(url)?.[1];
  if (missing !== undefined) {
    throw new ModelError(
      "invalid-provider",
      `The address of provider "${setup.id}", ${template}, needs its ${missing}. Set ${path} to the whole address.`,
    );
  }
  if (!URL.canParse(url)) {
    throw new ModelError(
      "invalid-provider",
      `${path} is not a URL. Write it with its scheme, for example http://127.0.0.1:8000/v1.`,
    );
  }
  return url.replace(/\/+$/, "");
}

/** The API kind of one model: its own entry, else its provider's, else `openai-responses` (the default of the format). */
export function modelApi(
  setup: ProviderSetup,
  model: ModelDefinitionConfig | undefined,
  known?: BuiltinModel,
  id = model?.id ?? known?.id ?? "",
): ApiKind {
  if (model?.api !== undefined) {
    return readApi(model.api, `models.providers.${setup.id}.models (model "${model.id}").api`);
  }
  if (setup.configured?.api !== undefined) return readApi(setup.configured.api, `models.providers.${setup.id}.api`);
  if (setup.registered) return setup.registered.kind === "models" ? "plugin" : setup.registered.api;
  if (known?.api) return known.api;
  const api = setup.builtin?.api;
  return api === "mixed" ? apiOfModelId(id) : (api ?? "openai-responses");
}

/** Whether answers come in one piece unless the configuration says otherwise. */
export function answersAtOnce(setup: ProviderSetup, model: ModelDefinitionConfig | undefined): boolean {
  return setup.id === "ollama" || (model?.api ?? setup.configured?.api) === "ollama";
}

function readApi(text: string, path: string): ApiKind {
  const api = parseApiKind(text);
  if (api) return api;
  throw new ModelError(
    "invalid-provider",
    `${path} is "${text}", which is no known API kind. Use one of: ${configurableApiKinds.join(", ")}.`,
  );
}
