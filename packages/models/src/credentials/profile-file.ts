import { type Credential, cleanSecret, parseCredential } from "./credential.ts";
import { type ProfileStats, parseStats } from "./profile-stats.ts";
import { isObject } from "./wire-fields.ts";

/** The content of an `auth-profiles.json`. */
export interface ProfileFile {
  readonly profiles: ReadonlyMap<string, Credential>;
  /** Ids by provider, as `models auth order set` keeps them. */
  readonly order: Readonly<Record<string, readonly string[]>>;
  readonly lastGood: Readonly<Record<string, string>>;
  readonly stats: Readonly<Record<string, ProfileStats>>;
}

export const noProfiles: ProfileFile = { profiles: new Map(), order: {}, lastGood: {}, stats: {} };

/** Reads the parsed JSON of the file. Entries of a kind this release does not know are left out; writing keeps them. */
export function readProfiles(raw: Readonly<Record<string, unknown>>): ProfileFile {
  const profiles = new Map<string, Credential>();
  for (const [id, value] of entriesOf(raw.profiles)) {
    const credential = parseCredential(value);
    if (credential) profiles.set(id, credential);
  }
  return {
    profiles,
    order: Object.fromEntries(
      entriesOf(raw.order).flatMap(([provider, ids]) => (Array.isArray(ids) ? [[provider, ids.filter(isText)]] : [])),
    ),
    lastGood: Object.fromEntries(
      entriesOf(raw.lastGood).filter((entry): entry is [string, string] => isText(entry[1])),
    ),
    stats: Object.fromEntries(entriesOf(raw.usageStats).map(([id, value]) => [id, parseStats(value)])),
  };
}

/** A change of the file. It works on the JSON itself, so that what is not understood stays as it is. */
export interface ProfileDraft {
  read(): ProfileFile;
  /** Adds or replaces a profile. Fields of the entry that are not understood are kept. */
  setProfile(id: string, credential: Credential): void;
  removeProfile(id: string): void;
  /** Undefined takes the order away. */
  setOrder(provider: string, ids: readonly string[] | undefined): void;
  setLastGood(provider: string, id: string): void;
  setStats(id: string, stats: ProfileStats): void;
}

/** A draft over a copy of `raw`, and the JSON it comes to. */
export function draftOf(raw: Readonly<Record<string, unknown>>): {
  draft: ProfileDraft;
  json(): Record<string, unknown>;
} {
  const next: Record<string, unknown> = { ...structuredClone(raw), version: 1 };
  const section = (name: string): Record<string, unknown> => {
    const found = next[name];
    if (isObject(found)) return found;
    const made: Record<string, unknown> = {};
    next[name] = made;
    return made;
  };
  section("profiles");
  return {
    json: () => next,
    draft: {
      read: () => readProfiles(next),
      setProfile(id, credential) {
        const profiles = section("profiles");
        const before = profiles[id];
        const same = isObject(before) && before.type === credential.type && before.provider === credential.provider;
        profiles[id] = { ...(same ? before : {}), ...cleaned(credential) };
      },
      removeProfile(id) {
        delete section("profiles")[id];
        if (isObject(next.usageStats)) delete next.usageStats[id];
      },
      setOrder(provider, ids) {
        if (ids === undefined) delete section("order")[provider];
        else section("order")[provider] = [...ids];
        if (Object.keys(section("order")).length === 0) delete next.order;
      },
      setLastGood(provider, id) {
        section("lastGood")[provider] = id;
      },
      setStats(id, stats) {
        section("usageStats")[id] = { ...stats };
      },
    },
  };
}

function cleaned(credential: Credential): Credential {
  switch (credential.type) {
    case "api_key":
      return { ...credential, key: cleanSecret(credential.key) };
    case "token":
      return { ...credential, token: cleanSecret(credential.token) };
    case "oauth":
      return { ...credential, access: cleanSecret(credential.access), refresh: cleanSecret(credential.refresh) };
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
