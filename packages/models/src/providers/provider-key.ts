import { ModelError } from "../model-error.ts";
import { providerEnvVars } from "./provider-env.ts";
import type { ProviderSetup } from "./provider-setup.ts";
import { providerBaseUrl } from "./provider-setup.ts";

export interface ProviderKey {
  /** Absent for a server on this machine that wants none. */
  readonly key?: string;
  /** `config`, `env: NAME` or `none`. */
  readonly source: string;
}

/**
 * Finds a provider's key: the first of its environment variables that is set, else the configured value.
 * A configured value that is an all-capitals name of a variable that is set stands for that variable.
 * Undefined when a key is needed and there is none.
 */
export function findProviderKey(setup: ProviderSetup, env: NodeJS.ProcessEnv): ProviderKey | undefined {
  for (const name of providerEnvVars(setup.id)) {
    const value = cleanKey(env[name]);
    if (value) return { key: value, source: `env: ${name}` };
  }
  const literal = cleanKey(setup.configured?.apiKey);
  if (literal) {
    const named = /^[A-Z][A-Z0-9_]*$/.test(literal) ? cleanKey(env[literal]) : undefined;
    return named ? { key: named, source: `env: ${literal}` } : { key: literal, source: "config" };
  }
  return isLocalServer(setup) ? { source: "none" } : undefined;
}

/** Pasted keys bring line ends along, which no header may have (and which `fetch` would quote the key to complain about). */
function cleanKey(text: string | undefined): string | undefined {
  return text?.replace(/[\r\n\u2028\u2029]/g, "").trim() || undefined;
}

/** As {@link findProviderKey}, but throws a {@link ModelError} that says where a key can be put. */
export function requireProviderKey(setup: ProviderSetup, env: NodeJS.ProcessEnv): ProviderKey {
  if (setup.configured?.auth === "aws-sdk") {
    throw new ModelError(
      "unsupported-credential",
      `models.providers.${setup.id}.auth is "aws-sdk", and AWS credentials are not available in this build. Use "api-key".`,
    );
  }
  const found = findProviderKey(setup, env);
  if (!found) throw missingKey(setup);
  return found;
}

function missingKey(setup: ProviderSetup): ModelError {
  const variables = providerEnvVars(setup.id);
  const inConfig = `models.providers.${setup.id}.apiKey in the configuration`;
  const remedy =
    variables.length > 0 ? `Set ${variables.join(" or ")} in the environment, or ${inConfig}.` : `Set ${inConfig}.`;
  return new ModelError("no-api-key", `No API key found for provider "${setup.id}". ${remedy}`);
}

/** Servers on the machine itself (Ollama, LM Studio, vLLM, …) usually want no key. */
function isLocalServer(setup: ProviderSetup): boolean {
  const address = setup.configured?.baseUrl?.trim() || setup.builtin?.baseUrl;
  if (!address || !URL.canParse(address)) return false;
  const host = new URL(providerBaseUrl(setup)).hostname;
  return host === "localhost" || host === "[::1]" || host === "0.0.0.0" || /^127\./.test(host);
}
