import type { OpenClawConfig } from "@openclaw/config";
import { mergePatch } from "@openclaw/config";
import type { AuthResult, Credential } from "@openclaw/models";
import type { SetupWorld } from "./setup-world.ts";

/** What is moved to the Trash before the rest is written; each scope has the ones before it. */
export const resetScopes = ["config", "config+creds+sessions", "full"] as const;
export type ResetScope = (typeof resetScopes)[number];

type Patch = Readonly<Record<string, unknown>>;

/** Something that is done with the commit, beside what is written. */
export interface SetupWork {
  /** What the summary says of it. */
  line: string;
  /**
   * Brings something to its place before the configuration is written. The patch belongs to it; `undo` takes it away
   * again when the configuration is refused.
   */
  place?(config: OpenClawConfig): Promise<{ patch: Patch; undo(): Promise<void> }>;
  /** What is done once everything is written. */
  follow?(config: OpenClawConfig): Promise<void>;
}

/**
 * Everything that setting up is going to change, held in memory until it is committed. Later answers win over earlier ones.
 */
export interface SetupDraft {
  /** The configuration as it would be. */
  config(): OpenClawConfig;
  /** A merge patch for the file. */
  patch(): Patch;
  /** Lays a merge patch over what is there. */
  merge(patch: Patch): void;
  /** Whether the file begins empty. */
  isFresh(): boolean;
  /** Takes everything back and begins with empty values. */
  reset(scope: ResetScope): void;
  readonly resetScope: ResetScope | undefined;
  /** Credentials of the default agent, by profile. */
  readonly profiles: ReadonlyMap<string, Credential>;
  addProfiles(profiles: AuthResult["profiles"]): void;
  /** Variables for `<state>/.env`. */
  readonly variables: ReadonlyMap<string, string>;
  setVariable(name: string, value: string): void;
  /** What is done with the commit, by what it is about. */
  readonly works: Map<string, SetupWork>;
  /** Notes that what was staged is written: what follows is a change of its own. */
  committed(config: OpenClawConfig): void;
}

export function createSetupDraft({ snapshot }: Pick<SetupWorld, "snapshot">): SetupDraft {
  let base: unknown = snapshot.config;
  let fresh = !snapshot.exists;
  let patch: Patch = {};
  let resetScope: ResetScope | undefined;
  const profiles = new Map<string, Credential>();
  const variables = new Map<string, string>();
  const works = new Map<string, SetupWork>();
  return {
    config: () => mergePatch(base, patch) as OpenClawConfig,
    patch: () => patch,
    merge(next) {
      patch = joinPatches(patch, next);
    },
    isFresh: () => fresh,
    reset(scope) {
      base = {};
      fresh = true;
      patch = {};
      resetScope = scope;
      profiles.clear();
      variables.clear();
      works.clear();
    },
    get resetScope() {
      return resetScope;
    },
    profiles,
    addProfiles(added) {
      for (const { profileId, credential } of added) profiles.set(profileId, credential);
    },
    variables,
    setVariable: (name, value) => void variables.set(name, value),
    works,
    committed(config) {
      base = config;
      fresh = false;
      patch = {};
      resetScope = undefined;
      profiles.clear();
      variables.clear();
      works.clear();
    },
  };
}

/** Two merge patches as one: unlike applying one to the other, a `null` stays, for it has yet to delete something. */
function joinPatches(earlier: Patch, later: Patch): Patch {
  const joined: Record<string, unknown> = { ...earlier };
  for (const [key, value] of Object.entries(later)) {
    const before = Object.hasOwn(joined, key) ? joined[key] : undefined;
    joined[key] = isPatch(before) && isPatch(value) ? joinPatches(before, value) : value;
  }
  return joined;
}

function isPatch(value: unknown): value is Patch {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
