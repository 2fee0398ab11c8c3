import type { LanguageModelV2, LanguageModelV3, LanguageModelV4 } from "@ai-sdk/provider";
import type { ApiKind } from "../api-kind.ts";
import type { ProviderLogin } from "../credentials/oauth-provider.ts";
import type { CredentialSource } from "../credentials/request-credential.ts";
import { ModelError } from "../model-error.ts";
import { normalizeProviderId } from "../model-ref.ts";
import type { ModelDefinitionConfig } from "../models-config.ts";

/** A model of the AI SDK, of any version of its interface that is in use. */
export type AnyLanguageModel = LanguageModelV2 | LanguageModelV3 | LanguageModelV4;

interface RegisteredBase {
  /** What stands before the slash of a reference. */
  readonly id: string;
  readonly label?: string;
  /** Environment variables that hold its key, in the order they are tried. */
  readonly envVars?: readonly string[];
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly models?: readonly ModelDefinitionConfig[];
}

/** A provider a plugin brought along. */
export type RegisteredProvider =
  /** It speaks a kind this package speaks. */
  | (RegisteredBase & { readonly kind: "api"; readonly api: Exclude<ApiKind, "plugin" | "offline" | "cli"> })
  /** It is spoken to through the AI SDK's models, which the plugin makes. */
  | (RegisteredBase & {
      readonly kind: "models";
      /** No key is looked for when false. */
      readonly needsKey?: boolean;
      /** Makes one model. Called once per model, at its first use. */
      languageModel(request: PluginModelRequest): AnyLanguageModel | Promise<AnyLanguageModel>;
    });

/** What a plugin makes a model from. */
export interface PluginModelRequest {
  readonly modelId: string;
  /** The configured address, else the provider's own. */
  readonly baseUrl?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** To be asked before every request. */
  readonly credential: CredentialSource;
  readonly fetch: typeof fetch;
}

/** The providers plugins brought along, of one Gateway. */
export interface ProviderRegistry {
  /**
   * Adds a provider, in place of a built-in one of the same id.
   *
   * @returns what takes it out again
   * @throws ModelError when another plugin has this id, or the id cannot stand in a reference
   */
  register(provider: RegisteredProvider): () => void;
  get(id: string): RegisteredProvider | undefined;
  ids(): string[];
  /**
   * Adds how a provider's stored logins are used, in place of the built-in way. One plugin per provider.
   *
   * @returns what takes it out again
   * @throws ModelError when another plugin has done so
   */
  registerLogin(id: string, login: ProviderLogin): () => void;
  login(id: string): ProviderLogin | undefined;
  /** Another number after every change. */
  readonly version: number;
}

export function createProviderRegistry(): ProviderRegistry {
  const providers = new Map<string, RegisteredProvider>();
  const logins = new Map<string, ProviderLogin>();
  let version = 0;
  return {
    register(provider) {
      const id = normalizeProviderId(provider.id);
      if (!/^[a-z0-9][a-z0-9_.-]*$/.test(id) || id === "offline") {
        throw new ModelError(
          "invalid-provider",
          `A provider cannot be called "${provider.id}". Use lower-case letters, digits, dots, dashes and underscores.`,
        );
      }
      if (providers.has(id)) {
        throw new ModelError("invalid-provider", `A provider called "${id}" is registered already.`);
      }
      providers.set(id, provider);
      version += 1;
      return () => {
        if (providers.get(id) !== provider) return;
        providers.delete(id);
        version += 1;
      };
    },
    registerLogin(name, login) {
      const id = normalizeProviderId(name);
      if (logins.has(id)) {
        throw new ModelError("invalid-provider", `The logins of a provider called "${id}" are registered already.`);
      }
      logins.set(id, login);
      return () => {
        if (logins.get(id) === login) logins.delete(id);
      };
    },
    login: (id) => logins.get(normalizeProviderId(id)),
    get: (id) => providers.get(id),
    ids: () => [...providers.keys()],
    get version() {
      return version;
    },
  };
}
