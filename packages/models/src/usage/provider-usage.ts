import type { CredentialType } from "../credentials/credential.ts";
import type { Credentials } from "../credentials/credentials.ts";
import { maskSecrets } from "../failure/mask-secrets.ts";
import type { UsageRequest } from "./usage-sources.ts";

/** How much of an allowance is used. */
export interface UsageWindow {
  readonly label: string;
  /** 0 to 100. */
  readonly usedPercent: number;
  /** Milliseconds since the epoch. */
  readonly resetAt?: number;
}

/** What a provider says of the use of one account. */
export interface ProviderUsage {
  readonly provider: string;
  readonly displayName: string;
  readonly windows: readonly UsageWindow[];
  readonly plan?: string;
  readonly error?: string;
}

export interface UsageOptions {
  credentials: Credentials;
  agentId?: string;
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  now: () => number;
  /** Per provider, ms; 5000 when absent. */
  timeoutMs?: number;
  /** Only these providers; all when absent. */
  providers?: readonly string[];
  /** Only profiles of these types; all when absent. */
  types?: readonly CredentialType[];
}

/**
 * Asks every provider with an auth profile for what is left of its allowances, all at the same time. One that fails has an
 * `error`; one without a credential is left out.
 */
export async function fetchProviderUsage(
  options: UsageOptions,
): Promise<{ updatedAt: number; providers: ProviderUsage[] }> {
  const { usageSources } = await import("./usage-sources.ts");
  const wanted = usageSources.filter(({ provider }) => options.providers?.includes(provider) ?? true);
  const asked = await Promise.all(
    wanted.map(async (source): Promise<ProviderUsage | undefined> => {
      const base = { provider: source.provider, displayName: source.displayName };
      try {
        const request = await requestFor(source.provider, source.envVars ?? [], options);
        if (!request) return undefined;
        const { windows, plan, error } = await source.read(request);
        return {
          ...base,
          windows: windows.map(clamped),
          ...(plan !== undefined && { plan }),
          ...(error !== undefined && { error }),
        };
      } catch (error) {
        return { ...base, windows: [], error: errorText(error) };
      }
    }),
  );
  return { updatedAt: options.now(), providers: asked.filter((usage) => usage !== undefined) };
}

async function requestFor(
  provider: string,
  envVars: readonly string[],
  options: UsageOptions,
): Promise<UsageRequest | undefined> {
  const { credentials, agentId, env, types } = options;
  const found = credentials
    .order(provider, { agentId })
    .find(({ credential }) => types === undefined || types.includes(credential.type));
  const base = {
    env,
    fetch: options.fetch,
    now: options.now,
    signal: AbortSignal.timeout(options.timeoutMs ?? 5000),
  };
  const key = envVars.map((name) => env[name]?.trim()).find(Boolean);
  if (found) {
    // GitHub's own token is what its usage is asked with, not the one it is exchanged for.
    if (provider === "github-copilot" && found.credential.type !== "oauth") {
      const { credential } = found;
      return { ...base, token: credential.type === "token" ? credential.token : credential.key };
    }
    const signed = await credentials.source(found.id, provider, agentId)();
    if (signed.kind === "none") return undefined;
    if (signed.kind === "api-key") return { ...base, token: key ?? signed.key };
    const { token, accountId, projectId } = signed;
    return { ...base, token, ...(accountId && { accountId }), ...(projectId && { projectId }) };
  }
  return key && types === undefined ? { ...base, token: key } : undefined;
}

function clamped(window: UsageWindow): UsageWindow {
  return { ...window, usedPercent: Math.min(100, Math.max(0, window.usedPercent)) };
}

function errorText(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "Timeout";
  return maskSecrets(error instanceof Error ? error.message : String(error)).slice(0, 200);
}
