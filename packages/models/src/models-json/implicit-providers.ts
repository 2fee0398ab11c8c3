import type { ModelDefinitionConfig, ProviderConfig } from "../models-config.ts";
import { type BuiltinModel, builtinProvider } from "../providers/builtin-providers.ts";

/** Providers that are written as soon as there is a credential for them, and the key that stands for a login. */
const implicit: readonly { id: string; placeholder?: string }[] = [
  { id: "minimax" },
  { id: "moonshot" },
  { id: "synthetic" },
  { id: "venice" },
  { id: "xiaomi" },
  { id: "qianfan" },
  { id: "minimax-portal", placeholder: "minimax-oauth" },
  { id: "qwen-portal", placeholder: "qwen-oauth" },
  { id: "cloudflare-ai-gateway" },
  { id: "ollama" },
  { id: "github-copilot" },
  { id: "amazon-bedrock" },
];

/** What is known of a provider's stored credential. Never the secret itself. */
export interface StoredCredential {
  /** Such as the account and gateway a Cloudflare gateway is addressed by. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Where its token says that requests go. */
  readonly baseUrl?: string;
}

export interface ImplicitInput {
  readonly env: NodeJS.ProcessEnv;
  /** The stored credential of a provider; undefined when there is none. */
  readonly stored: (provider: string) => StoredCredential | undefined;
  /** Models a provider itself has told so far. */
  readonly discovered: (provider: string) => readonly BuiltinModel[];
}

/** The providers that are there because there is a credential for them. Keys are named by their variable, never copied. */
export function implicitProviders(input: ImplicitInput): Record<string, ProviderConfig> {
  const providers: Record<string, ProviderConfig> = {};
  for (const { id, placeholder } of implicit) {
    const entry = implicitProvider(id, placeholder, input);
    if (entry) providers[id] = entry;
  }
  return providers;
}

function implicitProvider(
  id: string,
  placeholder: string | undefined,
  { env, stored, discovered }: ImplicitInput,
): ProviderConfig | undefined {
  const builtin = builtinProvider(id);
  if (!builtin) return undefined;
  const variable = builtin.envVars.find((name) => env[name]?.trim());
  const credential = stored(id);
  if (variable === undefined && !credential) return undefined;
  const baseUrl = addressOf(builtin.baseUrl ?? "", credential, env);
  if (baseUrl === undefined) return undefined;
  const known = [...builtin.models, ...discovered(id)];
  const aws = id === "amazon-bedrock";
  const key = aws ? undefined : credential && placeholder ? placeholder : variable;
  return {
    baseUrl,
    ...(builtin.api !== "mixed" && { api: builtin.api }),
    ...(aws && { auth: "aws-sdk" }),
    ...(key !== undefined && { apiKey: key }),
    ...(builtin.headers && { headers: builtin.headers }),
    models: known.map(definitionOf),
  };
}

/** Undefined when the address needs something nobody has told. */
function addressOf(
  template: string,
  credential: StoredCredential | undefined,
  env: NodeJS.ProcessEnv,
): string | undefined {
  if (credential?.baseUrl !== undefined) return credential.baseUrl;
  const names: Record<string, string | undefined> = {
    account_id: credential?.metadata?.accountId,
    gateway_id: credential?.metadata?.gatewayId,
    region: env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim() || "us-east-1",
  };
  const url = template.replace(/<(\w+)>/g, (open, name: string) => names[name] ?? open);
  return url.includes("<") ? undefined : url;
}

function definitionOf(model: BuiltinModel): ModelDefinitionConfig {
  const { id, name, api, reasoning, input, contextWindow, maxTokens, cost } = model;
  return { id, name, ...(api && { api }), reasoning, input, contextWindow, maxTokens, cost };
}
