import { ModelError } from "../model-error.ts";
import { findProviderKey, requireProviderKey } from "../providers/provider-key.ts";
import type { ProviderSetup } from "../providers/provider-setup.ts";
import { type Credentials, keyCredential } from "./credentials.ts";
import type { CredentialSource, RequestCredential } from "./request-credential.ts";

/** How requests are paid for; calls with a key have a price, those of a subscription have none. */
export type AuthMode = "oauth" | "token" | "api-key" | "aws-sdk" | "none";

/** The credential a model is called with. */
export interface ChosenCredential {
  readonly source: CredentialSource;
  /** `profile:<id>`, `env: VAR`, `shell env: VAR`, `config`, … Never the secret. */
  readonly keySource: string;
  readonly mode: AuthMode;
}

export interface ChooseOptions {
  credentials: Credentials | undefined;
  /** The profile to use; without one, the environment and the configuration are asked. */
  profile: string | undefined;
  agentId: string | undefined;
  env: NodeJS.ProcessEnv;
  /** Variables that came from the login shell. */
  shellEnvKeys?: (() => readonly string[]) | undefined;
}

/** @throws ModelError `no-api-key` saying where a credential was looked for */
export function chooseCredential(setup: ProviderSetup, options: ChooseOptions): ChosenCredential {
  const { credentials, profile, agentId, env } = options;
  if (profile !== undefined) {
    const stored = credentials?.profiles(agentId).profiles.get(profile);
    if (!credentials || !stored) {
      throw new ModelError("no-api-key", `No credentials found for profile "${profile}".`);
    }
    const mode = stored.type === "api_key" ? "api-key" : stored.type;
    return { source: credentials.source(profile, setup.id, agentId), keySource: `profile:${profile}`, mode };
  }
  if (!credentials) {
    return fromKey(setup, requireProviderKey(setup, env));
  }
  const found = findProviderKey(setup, env);
  if (!found) throw unresolved(setup) ?? missing(setup.id, credentials, agentId);
  const variable = found.source.startsWith("env: ") ? found.source.slice(5) : undefined;
  const fromShell = variable !== undefined && (options.shellEnvKeys?.() ?? []).includes(variable);
  return fromKey(setup, fromShell ? { ...found, source: `shell env: ${variable}` } : found, (credential) =>
    credentials.exchange(setup.id, credential),
  );
}

function fromKey(
  setup: ProviderSetup,
  found: { key?: string; source: string },
  exchange: (credential: RequestCredential) => ReturnType<CredentialSource> = (credential) => credential,
): ChosenCredential {
  const { auth } = setup.configured ?? {};
  const isToken = auth === "oauth" || auth === "token" || /_OAUTH_TOKEN$/.test(found.source);
  const credential: RequestCredential = found.key === undefined ? { kind: "none" } : keyCredential(found.key, isToken);
  const mode = { none: "none", "api-key": "api-key", token: "token" } as const;
  const signed = found.key === undefined && found.source.startsWith("aws-sdk") ? "aws-sdk" : mode[credential.kind];
  return { source: () => exchange(credential), keySource: found.source, mode: signed };
}

/** A provider whose configuration wants a sign-in is not helped by being told where keys go. */
function unresolved({ id, configured }: ProviderSetup): ModelError | undefined {
  const auth = configured?.auth;
  if (auth !== "oauth" && auth !== "token") return undefined;
  return new ModelError("no-api-key", `No API key resolved for provider "${id}" (auth mode: ${auth}).`);
}

function missing(provider: string, credentials: Credentials, agentId: string | undefined): ModelError {
  if (provider === "openai" && credentials.order("openai-codex", { agentId }).length > 0) {
    return new ModelError(
      "no-api-key",
      'No API key found for provider "openai". You are authenticated with OpenAI Codex OAuth. Use openai-codex/gpt-5.3-codex (OAuth) or set OPENAI_API_KEY to use openai/gpt-5.1-codex.',
    );
  }
  const dir = credentials.dirs.of(agentId);
  const [problem] = credentials.problems(agentId);
  const broken = problem === undefined ? "" : ` ${problem}`;
  return new ModelError(
    "no-api-key",
    `No API key found for provider "${provider}". Auth store: ${credentials.store(agentId).path} (agentDir: ${dir}). Configure auth for this agent (openclaw agents add <id>) or copy auth-profiles.json from the main agentDir.${broken}`,
  );
}
