import type { Credential } from "./credential.ts";
import type { ProfileFile } from "./profile-file.ts";
import { unusableUntil } from "./profile-stats.ts";

/** `auth` of the configuration: which profiles there are and in which order they are tried; never a secret. */
export interface AuthConfig {
  readonly profiles?: Readonly<Record<string, AuthProfileConfig | undefined>> | undefined;
  readonly order?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
}

export interface AuthProfileConfig {
  readonly provider: string;
  readonly mode: "api_key" | "oauth" | "token";
  readonly email?: string | undefined;
}

/** One profile that can be tried, and until when it had better not be. */
export interface OrderedProfile {
  readonly id: string;
  readonly credential: Credential;
  /** Milliseconds since the epoch; absent when it can be used now. */
  readonly unusableUntil?: number;
}

export type ProfileExclusion = "missing" | "provider" | "mode" | "empty" | "expired";

/**
 * The profiles of a provider in the order in which they are tried. An order that somebody gave is kept; without one the
 * types take turns (OAuth, token, key), and among equals the one that was used longest ago. Those that rest come last.
 */
export function orderProfiles(options: {
  provider: string;
  file: ProfileFile;
  config: AuthConfig | undefined;
  /** Two names of one provider are the same. */
  normalize: (provider: string) => string;
  now: number;
  /** Goes first if it can be used at all. */
  preferred?: string | undefined;
}): OrderedProfile[] {
  const { provider, file, config, normalize, now, preferred } = options;
  const explicit = listFor(file.order, provider, normalize) ?? listFor(config?.order, provider, normalize);
  const candidates = explicit ?? configured(config, provider, normalize) ?? stored(file, provider, normalize);
  const usable = [...new Set(candidates)].filter(
    (id) => excludeProfile(id, { provider, file, config, normalize, now }) === undefined,
  );
  const entries = usable.flatMap((id): OrderedProfile[] => {
    const credential = file.profiles.get(id);
    if (!credential) return [];
    const until = unusableUntil(file.stats[id], now);
    return [{ id, credential, ...(until !== undefined && { unusableUntil: until }) }];
  });
  const ready = entries.filter((entry) => entry.unusableUntil === undefined);
  const resting = entries
    .filter((entry) => entry.unusableUntil !== undefined)
    .sort((a, b) => (a.unusableUntil ?? 0) - (b.unusableUntil ?? 0));
  if (!explicit) {
    const lastUsed = (id: string) => file.stats[id]?.lastUsed ?? 0;
    ready.sort((a, b) => rank(a.credential) - rank(b.credential) || lastUsed(a.id) - lastUsed(b.id));
  }
  const all = [...ready, ...resting];
  const first = all.find(({ id }) => id === preferred);
  return first ? [first, ...all.filter((entry) => entry !== first)] : all;
}

/** Why a profile is not tried for a provider; undefined when it is. */
export function excludeProfile(
  id: string,
  options: {
    provider: string;
    file: ProfileFile;
    config: AuthConfig | undefined;
    normalize: (provider: string) => string;
    now: number;
  },
): ProfileExclusion | undefined {
  const { provider, file, config, normalize, now } = options;
  const credential = file.profiles.get(id);
  if (!credential) return "missing";
  if (normalize(credential.provider) !== provider) return "provider";
  const declared = config?.profiles && Object.hasOwn(config.profiles, id) ? config.profiles[id] : undefined;
  if (declared && normalize(declared.provider) !== provider) return "provider";
  const fits =
    !declared || declared.mode === credential.type || (declared.mode === "oauth" && credential.type === "token");
  if (!fits) return "mode";
  switch (credential.type) {
    case "api_key":
      return credential.key === "" ? "empty" : undefined;
    case "token":
      if (credential.token === "") return "empty";
      return credential.expires !== undefined && credential.expires > 0 && credential.expires <= now
        ? "expired"
        : undefined;
    case "oauth":
      return credential.access === "" && credential.refresh === "" ? "empty" : undefined;
  }
}

function rank(credential: Credential): number {
  return { oauth: 0, token: 1, api_key: 2 }[credential.type];
}

function listFor(
  lists: Readonly<Record<string, readonly string[] | undefined>> | undefined,
  provider: string,
  normalize: (provider: string) => string,
): readonly string[] | undefined {
  for (const [name, ids] of Object.entries(lists ?? {})) {
    if (ids !== undefined && ids.length > 0 && normalize(name) === provider) return ids;
  }
  return undefined;
}

function configured(
  config: AuthConfig | undefined,
  provider: string,
  normalize: (provider: string) => string,
): string[] | undefined {
  const ids = Object.entries(config?.profiles ?? {}).flatMap(([id, entry]) =>
    entry && normalize(entry.provider) === provider ? [id] : [],
  );
  return ids.length > 0 ? ids : undefined;
}

function stored(file: ProfileFile, provider: string, normalize: (provider: string) => string): string[] {
  return [...file.profiles].flatMap(([id, credential]) => (normalize(credential.provider) === provider ? [id] : []));
}
