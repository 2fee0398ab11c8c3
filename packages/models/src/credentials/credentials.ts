import { join } from "node:path";
import type { Logger } from "@openclaw/log";
import type { FileLockOptions } from "@openclaw/storage";
import { ModelError } from "../model-error.ts";
import { type AgentDirs, type AgentDirsConfig, createAgentDirs } from "./agent-dirs.ts";
import { writeAuthCache } from "./auth-cache.ts";
import type { CopilotExchange } from "./copilot-token.ts";
import { type Credential, type OAuthCredential, secretOf } from "./credential.ts";
import { importLegacyCredentials } from "./legacy-credentials.ts";
import { mergeProfiles } from "./merge-profiles.ts";
import type { ProviderLogin, Refreshers } from "./oauth-provider.ts";
import type { ProfileFile } from "./profile-file.ts";
import {
  type AuthConfig,
  excludeProfile,
  type OrderedProfile,
  orderProfiles,
  type ProfileExclusion,
} from "./profile-order.ts";
import {
  afterFailure,
  afterSuccess,
  type CooldownSettings,
  type FailureReason,
  type ProfileStats,
} from "./profile-stats.ts";
import { createProfileStore, type ProfileStore } from "./profile-store.ts";
import { refreshProfile } from "./refresh-profile.ts";
import type { CredentialSource, RequestCredential } from "./request-credential.ts";

/** The part of the configuration that is about credentials. */
export interface CredentialsConfig extends AgentDirsConfig {
  readonly auth?:
    | (AuthConfig & {
        readonly cooldowns?: CooldownSettings | undefined;
      })
    | undefined;
}

/** The stored credentials of all agents of one Gateway. */
export interface Credentials {
  readonly dirs: AgentDirs;
  /** The profiles an agent can use: its own, and those it shares. Read again only when a file has changed. */
  profiles(agentId?: string): ProfileFile;
  /** The agent's own file, which takes what is written. */
  store(agentId?: string): ProfileStore;
  /** What is wrong with the files an agent reads. */
  problems(agentId?: string): string[];
  /** Takes over what older releases have left, once per agent. Cheap when repeated. */
  ready(agentId?: string): Promise<void>;
  /** The profiles that are tried for a provider (normalised), best first. */
  order(provider: string, options?: { agentId?: string | undefined; preferred?: string | undefined }): OrderedProfile[];
  /** The same profiles in an order that their use does not change, for taking one after the other. */
  ring(provider: string, options?: { agentId?: string | undefined }): string[];
  /** Why a profile is not tried for a provider; undefined when it is. */
  exclusion(profileId: string, provider: string, agentId?: string): ProfileExclusion | undefined;
  /** Gives the credential of a profile at each request; a token that ran out is renewed first. */
  source(profileId: string, provider: string, agentId?: string): CredentialSource;
  /** Turns a credential into what the provider takes, where that is another one (GitHub's for Copilot's). */
  exchange(provider: string, credential: RequestCredential): RequestCredential | Promise<RequestCredential>;
  /** The profile has answered. */
  succeeded(profileId: string, provider: string, agentId?: string): void;
  /** The profile has failed and rests; it counts at once, the file follows. */
  failed(profileId: string, provider: string, reason: FailureReason, agentId?: string): void;
  /**
   * Renews the token of a profile that the provider has refused although it should still be good. False when there is
   * nothing to renew. @throws ModelError
   */
  renew(profileId: string, agentId?: string): Promise<boolean>;
  /** Resolves when everything that was noted is in the files. */
  settled(): Promise<void>;
}

export interface CredentialsOptions {
  stateDir: string;
  config: () => CredentialsConfig;
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  now: () => number;
  log: Logger;
  /** Two names of one provider are the same. */
  normalize: (provider: string) => string;
  refreshers: Refreshers;
  /** What plugins know of a provider's logins. */
  login?: (provider: string) => ProviderLogin | undefined;
  lock?: FileLockOptions;
}

/** A use that is not worth writing by itself: the order only needs to know which profile was used longest ago. */
const writeUseEveryMs = 60_000;
const syncEveryMs = 15 * 60_000;

export function createCredentials(options: CredentialsOptions): Credentials {
  const { env, now, log, normalize } = options;
  const dirs = createAgentDirs(options);
  const stores = new Map<string, ProfileStore>();
  const prepared = new Map<string, Promise<void>>();
  const merged = new Map<string, { of: readonly ProfileFile[]; file: ProfileFile }>();
  /** What was noted and is not in a file yet, by directory and profile. */
  const noted = new Map<string, ProfileStats>();
  const renewals = new Map<string, Promise<OAuthCredential>>();
  const writes = new Set<Promise<void>>();
  let syncedAt = Number.NEGATIVE_INFINITY;
  let copilot: Promise<CopilotExchange> | undefined;

  async function copilotExchange(): Promise<CopilotExchange> {
    const { createCopilotExchange } = await import("./copilot-token.ts");
    const file = join(options.stateDir, "credentials", "github-copilot.token.json");
    return createCopilotExchange({ file, fetch: options.fetch, now });
  }

  const home = env.HOME?.trim();
  const isSyncDue = () => home !== undefined && home !== "" && now() - syncedAt >= syncEveryMs;

  /** Takes over the logins of command lines that share theirs, at most every 15 minutes. */
  async function syncShared(): Promise<void> {
    if (!home || !isSyncDue()) return;
    syncedAt = now();
    try {
      const { isBetterLogin, readSharedLogins } = await import("./external-logins.ts");
      const store = storeAt(dirs.of());
      const better = (await readSharedLogins(home)).filter(({ profileId, credential }) =>
        isBetterLogin(credential, store.read().profiles.get(profileId), now()),
      );
      if (better.length === 0 || store.problem() !== undefined) return;
      await store.update((draft) => {
        for (const { profileId, credential } of better) draft.setProfile(profileId, credential);
      });
    } catch (error) {
      log.warn(`the login of another program could not be taken over: ${String(error)}`);
    }
  }

  function exchange(provider: string, credential: RequestCredential): RequestCredential | Promise<RequestCredential> {
    if (provider !== "github-copilot" || credential.kind === "none") return credential;
    const secret = credential.kind === "token" ? credential.token : credential.key;
    copilot ??= copilotExchange();
    return copilot.then((ask) => ask(secret));
  }

  function storeAt(dir: string): ProfileStore {
    const known = stores.get(dir);
    if (known) return known;
    const store = createProfileStore({
      path: join(dir, "auth-profiles.json"),
      now,
      log,
      onProfilesChanged: (file) => writeAuthCache(dir, file),
      ...(options.lock && { lock: options.lock }),
    });
    stores.set(dir, store);
    return store;
  }

  function storesOf(agentId?: string): ProfileStore[] {
    return [dirs.of(agentId), ...dirs.inherited(agentId)].map(storeAt);
  }

  function profiles(agentId?: string): ProfileFile {
    const all = storesOf(agentId);
    const files = all.map((store) => store.read());
    const key = all[0]?.path ?? "";
    const known = merged.get(key);
    if (known && known.of.length === files.length && known.of.every((file, at) => file === files[at]))
      return known.file;
    const file = mergeProfiles(files);
    merged.set(key, { of: files, file });
    return file;
  }

  const noteKey = (profileId: string, agentId?: string) => `${dirs.of(agentId)}\n${profileId}`;

  /** The profiles with what was noted since the file was written. */
  function current(agentId?: string): ProfileFile {
    const file = profiles(agentId);
    if (noted.size === 0) return file;
    const stats: Record<string, ProfileStats> = { ...file.stats };
    for (const id of file.profiles.keys()) {
      const latest = noted.get(noteKey(id, agentId));
      if (latest) stats[id] = latest;
    }
    return { ...file, stats };
  }

  function selection(provider: string, agentId?: string) {
    return {
      provider: normalize(provider),
      file: current(agentId),
      config: options.config().auth,
      normalize,
      now: now(),
    };
  }

  function note(
    profileId: string,
    agentId: string | undefined,
    change: (stats: ProfileStats) => ProfileStats,
    lastGood?: string,
  ): void {
    const key = noteKey(profileId, agentId);
    const next = change(current(agentId).stats[profileId] ?? {});
    noted.set(key, next);
    const store = storeAt(dirs.of(agentId));
    // Statistics never repair a broken file, nor make one where there is none.
    if (store.problem() !== undefined || !storesOf(agentId).some((each) => each.exists())) return;
    const write: Promise<void> = store
      .update((draft) => {
        draft.setStats(profileId, change(draft.read().stats[profileId] ?? profiles(agentId).stats[profileId] ?? {}));
        if (lastGood !== undefined) draft.setLastGood(lastGood, profileId);
      })
      .then(() => {
        if (noted.get(key) === next) noted.delete(key);
      })
      .catch((error: unknown) => {
        log.debug("the use of an auth profile could not be written", { profileId, error: String(error) });
      })
      .finally(() => writes.delete(write));
    writes.add(write);
  }

  /** One renewal of a profile at a time; whoever asks meanwhile gets its result. */
  function renewNow(profileId: string, agentId: string | undefined, spent: string) {
    const owner = storesOf(agentId).find((store) => store.read().profiles.has(profileId)) ?? storeAt(dirs.of(agentId));
    const key = `${owner.path}\n${profileId}`;
    const running = renewals.get(key);
    if (running) return running;
    const provider = owner.read().profiles.get(profileId)?.provider;
    const refreshOAuth = provider === undefined ? undefined : options.login?.(normalize(provider))?.refreshOAuth;
    const renewal = refreshProfile({
      store: owner,
      profileId,
      spent,
      refreshers:
        provider !== undefined && refreshOAuth
          ? { ...options.refreshers, [provider]: async () => refreshOAuth }
          : options.refreshers,
      context: { fetch: options.fetch, now, env },
      elsewhere() {
        const copy = storeAt(dirs.of()).read().profiles.get(profileId);
        return copy?.type === "oauth" ? copy : undefined;
      },
      log,
    }).finally(() => renewals.delete(key));
    renewals.set(key, renewal);
    return renewal;
  }

  function source(profileId: string, provider: string, agentId?: string): CredentialSource {
    const read = (): Credential => {
      const credential = profiles(agentId).profiles.get(profileId);
      if (credential) return credential;
      throw new ModelError("no-api-key", `No credentials found for profile "${profileId}".`);
    };
    return () => {
      const credential = read();
      if (normalize(credential.provider) !== normalize(provider)) {
        throw new ModelError("no-api-key", `Auth profile "${profileId}" is not configured for ${provider}.`);
      }
      const isGood = credential.type !== "oauth" || (credential.expires > now() && credential.access !== "");
      const format = options.login?.(normalize(provider))?.formatApiKey;
      if (isGood) return exchange(normalize(provider), sign(credential, profileId, format));
      return renewNow(profileId, agentId, credential.access).then((renewed) => sign(renewed, profileId, format));
    };
  }

  return {
    dirs,
    profiles,
    store: (agentId) => storeAt(dirs.of(agentId)),
    problems: (agentId) => storesOf(agentId).flatMap((store) => store.problem() ?? []),
    ready(agentId) {
      const dir = dirs.of(agentId);
      const known = prepared.get(dir);
      if (known) return isSyncDue() ? known.then(syncShared) : known;
      const preparing = importLegacyCredentials({
        agentDir: dir,
        oauthFile: dir === dirs.of() ? dirs.oauthFile : undefined,
        store: storeAt(dir),
        log,
      })
        .then(syncShared)
        .catch((error: unknown) => {
          log.warn(`credentials of an older release could not be taken over: ${String(error)}`);
        });
      // What other agents share must be there as well.
      const all = dir === dirs.of() ? preparing : Promise.all([preparing, this.ready()]).then(() => undefined);
      prepared.set(dir, all);
      return all;
    },
    order(provider, { agentId, preferred } = {}) {
      return orderProfiles({ ...selection(provider, agentId), preferred });
    },
    ring(provider, { agentId } = {}) {
      const { stats: _, ...rest } = profiles(agentId);
      const file = { ...rest, stats: {} };
      return orderProfiles({ ...selection(provider, agentId), file }).map(({ id }) => id);
    },
    exclusion: (profileId, provider, agentId) => excludeProfile(profileId, selection(provider, agentId)),
    source,
    exchange,
    succeeded(profileId, provider, agentId) {
      const file = current(agentId);
      const stats = file.stats[profileId] ?? {};
      const marked = Boolean(stats.errorCount || stats.cooldownUntil || stats.disabledUntil);
      const written = profiles(agentId).stats[profileId]?.lastUsed ?? 0;
      if (!marked && file.lastGood[provider] === profileId && now() - written < writeUseEveryMs) {
        noted.set(noteKey(profileId, agentId), afterSuccess(stats, now()));
        return;
      }
      note(profileId, agentId, (before) => afterSuccess(before, now()), provider);
    },
    failed(profileId, provider, reason, agentId) {
      const settings = options.config().auth?.cooldowns;
      const at = now();
      note(profileId, agentId, (before) => afterFailure(before, { reason, provider, now: at }, settings));
    },
    async renew(profileId, agentId) {
      const credential = profiles(agentId).profiles.get(profileId);
      if (credential?.type !== "oauth" || !credential.refresh) return false;
      await renewNow(profileId, agentId, credential.access);
      return true;
    },
    async settled() {
      while (writes.size > 0) await Promise.allSettled([...writes]);
    },
  };
}

function sign(
  credential: Credential,
  profileId: string,
  format: ProviderLogin["formatApiKey"] | undefined,
): RequestCredential {
  if (secretOf(credential) === "") throw empty(profileId);
  if (format) {
    const text = format(credential);
    return credential.type === "api_key" ? keyCredential(text, false) : { kind: "token", token: text };
  }
  switch (credential.type) {
    case "api_key":
      return keyCredential(credential.key, false);
    case "token":
      return { kind: "token", token: credential.token };
    case "oauth":
      return {
        kind: "token",
        token: credential.access,
        ...(credential.accountId && { accountId: credential.accountId }),
        ...(credential.projectId && { projectId: credential.projectId }),
      };
  }
}

/** A key as it travels: Anthropic's subscription tokens look like keys and are none. */
export function keyCredential(key: string, isToken: boolean): RequestCredential {
  return isToken || key.startsWith("sk-ant-oat") ? { kind: "token", token: key } : { kind: "api-key", key };
}

function empty(profileId: string): ModelError {
  return new ModelError("no-api-key", `No credentials found for profile "${profileId}".`);
}
