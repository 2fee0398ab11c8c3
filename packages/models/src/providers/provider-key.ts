import { showsApplicationDefault } from "../google/adc-file.ts";
import { ModelError } from "../model-error.ts";
import { providerEnvVars } from "./builtin-providers.ts";
import type { ProviderSetup } from "./provider-setup.ts";

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
  if (setup.registered?.kind === "models" && setup.registered.needsKey === false) return { source: "none" };
  if (usesAwsCredentials(setup)) return findAwsCredentials(setup, env);
  const byDefault = usesApplicationDefault(setup);
  for (const name of byDefault ? [] : keyVariables(setup)) {
    const value = cleanKey(env[name]);
    if (value) return { key: value, source: `env: ${name}` };
  }
  const literal = cleanKey(setup.configured?.apiKey);
  if (literal) {
    const named = /^[A-Z][A-Z0-9_]*$/.test(literal) ? cleanKey(env[literal]) : undefined;
    return named ? { key: named, source: `env: ${literal}` } : { key: literal, source: "config" };
  }
  // Whoever has them elsewhere (the role of an instance) declares the provider; the first request shows whether they are.
  if (byDefault) return setup.configured || showsApplicationDefault(env) ? { source: "gcloud adc" } : undefined;
  return isLocalServer(setup) ? { source: "none" } : undefined;
}

/** Pasted keys bring line ends along, which no header may have (and which `fetch` would quote the key to complain about). */
function cleanKey(text: string | undefined): string | undefined {
  return text?.replace(/[\r\n\u2028\u2029]/g, "").trim() || undefined;
}

/** As {@link findProviderKey}, but throws a {@link ModelError} that says where a key can be put. */
export function requireProviderKey(setup: ProviderSetup, env: NodeJS.ProcessEnv): ProviderKey {
  const found = findProviderKey(setup, env);
  if (!found) throw missingKey(setup);
  return found;
}

/** The environment variables that may hold the provider's key. */
export function keyVariables(setup: ProviderSetup): readonly string[] {
  return setup.registered?.envVars ?? providerEnvVars(setup.id);
}

/** Whether requests are signed with AWS credentials instead of a key. */
export function usesAwsCredentials(setup: ProviderSetup): boolean {
  const auth = setup.configured?.auth;
  if (auth !== undefined) return auth === "aws-sdk";
  return setup.id === "amazon-bedrock" || setup.configured?.api === "bedrock-converse-stream";
}

/**
 * AWS credentials that show in the environment. Whoever has them elsewhere (an instance's role) says so with
 * `auth: "aws-sdk"`; whether they are there is then seen at the first request.
 */
function findAwsCredentials(setup: ProviderSetup, env: NodeJS.ProcessEnv): ProviderKey | undefined {
  const bearer = cleanKey(env.AWS_BEARER_TOKEN_BEDROCK);
  if (bearer) return { key: bearer, source: "env: AWS_BEARER_TOKEN_BEDROCK" };
  const visible = (env.AWS_ACCESS_KEY_ID?.trim() && env.AWS_SECRET_ACCESS_KEY?.trim()) || env.AWS_PROFILE?.trim();
  return visible || setup.configured?.auth === "aws-sdk" ? { source: "aws-sdk default chain" } : undefined;
}

/** Whether requests are signed with Google's application default credentials where no key is stored. */
function usesApplicationDefault({ id, configured }: ProviderSetup): boolean {
  return (configured?.api ?? (id === "google-vertex" ? id : undefined)) === "google-vertex";
}

function missingKey(setup: ProviderSetup): ModelError {
  const variables = keyVariables(setup);
  const inConfig = `models.providers.${setup.id}.apiKey in the configuration`;
  if (usesApplicationDefault(setup)) {
    return new ModelError(
      "no-api-key",
      `No API key found for provider "${setup.id}". Run "gcloud auth application-default login" (or set GOOGLE_APPLICATION_CREDENTIALS), and set GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_LOCATION.`,
    );
  }
  const remedy =
    variables.length > 0 ? `Set ${variables.join(" or ")} in the environment, or ${inConfig}.` : `Set ${inConfig}.`;
  return new ModelError("no-api-key", `No API key found for provider "${setup.id}". ${remedy}`);
}

/** Servers on the machine itself (Ollama, LM Studio, vLLM, …) usually want no key. */
export function isLocalServer(setup: ProviderSetup): boolean {
  const address = setup.configured?.baseUrl?.trim() || setup.registered?.baseUrl || setup.builtin?.baseUrl;
  if (!address || !URL.canParse(address)) return false;
  const host = new URL(address).hostname;
  return host === "localhost" || host === "[::1]" || host === "0.0.0.0" || /^127\./.test(host);
}
