import { findProviderKey } from "../providers/provider-key.ts";
import type { ProviderSetup } from "../providers/provider-setup.ts";
import { type CredentialType, secretOf } from "./credential.ts";
import type { Credentials } from "./credentials.ts";
import { maskedSecret } from "./masked-secret.ts";
import type { ProfileExclusion } from "./profile-order.ts";
import { isDisabled, unusableUntil } from "./profile-stats.ts";

/** A profile without its secret. */
export interface ProfileState {
  readonly id: string;
  readonly type: CredentialType;
  /** What may be shown of its secret. */
  readonly masked: string;
  readonly email?: string;
  /** `static` does not run out; `expiring` does within a day. What can be renewed is `ok`. */
  readonly status: "ok" | "expiring" | "expired" | "missing" | "static";
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
  /** Why it is left alone at the moment. */
  readonly unusable?: { readonly kind: "cooldown" | "disabled"; readonly until: number; readonly reason?: string };
  /** Why it is not tried at all. */
  readonly excluded?: ProfileExclusion;
  /** It is the one that is tried next. */
  readonly next: boolean;
  readonly lastGood: boolean;
}

/** Where the credentials of a provider come from, without a secret. */
export interface ProviderAuthState {
  readonly provider: string;
  readonly profiles: readonly ProfileState[];
  /** The key used where no profile is. */
  readonly key?: { readonly source: string; readonly masked: string };
  /** A key of the configuration, whether it is used or not. */
  readonly configured?: { readonly masked: string };
}

/** A token that ends sooner is about to end, ms. */
export const warnAfterMs = 24 * 60 * 60 * 1000;

export function providerAuthState(
  setup: ProviderSetup,
  options: {
    credentials: Credentials | undefined;
    agentId: string | undefined;
    env: NodeJS.ProcessEnv;
    shellEnvKeys: (() => readonly string[]) | undefined;
    normalize: (provider: string) => string;
    now: number;
  },
): ProviderAuthState {
  const { credentials, agentId, env } = options;
  const key = findProviderKey(setup, env);
  const literal = setup.configured?.apiKey?.trim();
  const variable = key?.source.startsWith("env: ") ? key.source.slice(5) : undefined;
  const fromShell = variable !== undefined && options.shellEnvKeys?.().includes(variable) === true;
  return {
    provider: setup.id,
    profiles: credentials ? profileStates(setup.id, credentials, options) : [],
    ...(key && {
      key: {
        source: fromShell ? `shell env: ${variable}` : key.source,
        masked: key.key === undefined ? "" : maskedSecret(key.key),
      },
    }),
    ...(literal && { configured: { masked: maskedSecret(literal) } }),
  };

  function profileStates(provider: string, store: Credentials, { normalize, now }: typeof options): ProfileState[] {
    const file = store.profiles(agentId);
    const order = store.order(provider, { agentId });
    const ids = [...file.profiles].filter(([, { provider: of }]) => normalize(of) === provider).map(([id]) => id);
    const tried = order.map(({ id }) => id);
    return [...tried, ...ids.filter((id) => !tried.includes(id))].flatMap((id): ProfileState[] => {
      const credential = file.profiles.get(id);
      if (!credential) return [];
      const stats = file.stats[id];
      const until = unusableUntil(stats, now);
      const disabled = isDisabled(stats, now);
      const expires = credential.type === "api_key" ? undefined : credential.expires;
      const excluded = store.exclusion(id, provider, agentId);
      const secret = secretOf(credential);
      return [
        {
          id,
          type: credential.type,
          masked: secret === "" ? "missing" : maskedSecret(secret),
          ...(credential.email && { email: credential.email }),
          status: statusOf(secret, expires, credential.type === "oauth" && credential.refresh !== "", now),
          ...(expires !== undefined && expires > 0 && { expiresAt: expires }),
          ...(until !== undefined && {
            unusable: {
              kind: disabled ? ("disabled" as const) : ("cooldown" as const),
              until,
              ...(disabled && stats?.disabledReason && { reason: stats.disabledReason }),
            },
          }),
          ...(excluded !== undefined ? { excluded } : !tried.includes(id) && { excluded: "provider" as const }),
          next: id === tried[0] && until === undefined,
          lastGood: file.lastGood[provider] === id,
        },
      ];
    });
  }
}

function statusOf(
  secret: string,
  expires: number | undefined,
  renewable: boolean,
  now: number,
): ProfileState["status"] {
  if (renewable) return "ok";
  if (secret === "") return "missing";
  if (expires === undefined || expires <= 0) return "static";
  if (expires <= now) return "expired";
  return expires - now <= warnAfterMs ? "expiring" : "ok";
}

/** `openai:me=sk-proj-...12345678 (next, lastGood), …`, else where the key comes from, else `missing`. */
export function authLabel(state: ProviderAuthState, now: number): string {
  if (state.profiles.length === 0) return state.key?.source ?? "missing";
  return state.profiles.map((profile) => `${profile.id}=${profile.masked}${flagsOf(profile, now)}`).join(", ");
}

function flagsOf(profile: ProfileState, now: number): string {
  const flags = [
    profile.next ? "next" : undefined,
    profile.lastGood ? "lastGood" : undefined,
    profile.unusable && `${profile.unusable.kind} ${shortTime(profile.unusable.until - now)}`,
    profile.status === "missing" || profile.status === "expired" ? profile.status : undefined,
    profile.expiresAt !== undefined && profile.expiresAt > now
      ? `exp ${shortTime(profile.expiresAt - now)}`
      : undefined,
  ].filter((flag) => flag !== undefined);
  return flags.length > 0 ? ` (${flags.join(", ")})` : "";
}

/** `5m`, `5h` or `2d`, rounded up. */
export function shortTime(ms: number): string {
  const minutes = Math.max(1, Math.ceil(ms / 60_000));
  if (minutes < 90) return `${minutes}m`;
  const hours = Math.ceil(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.ceil(hours / 24)}d`;
}
