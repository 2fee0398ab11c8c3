import type { Credential } from "./credential.ts";
import type { AuthResult } from "./oauth/auth-method.ts";

/** A merge patch for the configuration. */
export interface SignInConfig {
  readonly auth: {
    readonly profiles: Readonly<Record<string, { provider: string; mode: Credential["type"]; email?: string }>>;
    readonly order?: Readonly<Record<string, string[]>>;
  };
}

/**
 * What the configuration says of new profiles: names, never a secret. A profile that is new goes first in an order that is
 * there already (`order` is `auth.order`); no order is made.
 */
export function signInConfig(
  profiles: AuthResult["profiles"],
  order: Readonly<Record<string, readonly string[] | undefined>> = {},
): SignInConfig {
  const reordered: Record<string, string[]> = {};
  const entries: Record<string, SignInConfig["auth"]["profiles"][string]> = {};
  for (const { profileId, credential } of profiles) {
    const { provider, type, email } = credential;
    entries[profileId] = { provider, mode: type, ...(email && { email }) };
    const ids = reordered[provider] ?? (Object.hasOwn(order, provider) ? order[provider] : undefined);
    if (ids && !ids.includes(profileId)) reordered[provider] = [profileId, ...ids];
  }
  return { auth: { profiles: entries, ...(Object.keys(reordered).length > 0 && { order: reordered }) } };
}
