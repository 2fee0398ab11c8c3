import type { OpenClawConfig } from "@openclaw/config";
import { formatModelRef, type ProfileState, type ProviderAuthState, shortTime, warnAfterMs } from "@openclaw/models";
import type { CommandContext } from "../run/command-context.ts";
import { configuredModels } from "./model-rows.ts";
import type { LocalModels } from "./open-models.ts";
import type { ProbeResult } from "./probe-models.ts";

/** What `models status` tells, in the form of its JSON. */
export interface ModelsStatus {
  configPath: string;
  agentId?: string;
  agentDir: string;
  defaultModel: string;
  resolvedDefault: string;
  fallbacks: string[];
  imageModel: string | null;
  imageFallbacks: string[];
  modelConfig?: { defaultSource: "agent" | "defaults"; fallbacksSource: "agent" | "defaults" };
  aliases: Record<string, string>;
  allowed: string[];
  auth: AuthStatus;
}

export interface AuthStatus {
  storePath: string;
  problems?: string[];
  shellEnvFallback: { enabled: boolean; appliedKeys: string[] };
  providersWithOAuth: string[];
  missingProvidersInUse: string[];
  providers: ProviderStatus[];
  unusableProfiles: {
    profileId: string;
    provider: string;
    kind: "cooldown" | "disabled";
    reason?: string;
    until: number;
    remainingMs: number;
  }[];
  oauth: { warnAfterMs: number; profiles: OAuthProfile[]; providers: { provider: string; status: string }[] };
  probes?: ProbeResult;
}

export interface ProviderStatus {
  provider: string;
  effective: { kind: "profiles" | "env" | "models.json" | "missing"; detail: string };
  profiles: { count: number; oauth: number; token: number; apiKey: number; labels: string[] };
  env?: { value: string; source: string };
  modelsJson?: { value: string; source: string };
  /** Where requests go: an address of the configuration, or `default`. */
  endpoint: string;
  /** The API kind of its first model. */
  api: string;
}

export interface OAuthProfile {
  profileId: string;
  provider: string;
  type: ProfileState["type"];
  status: ProfileState["status"];
  expiresAt?: number;
  remainingMs?: number;
  source: string;
  label: string;
}

export async function collectModelsStatus(local: LocalModels, context: CommandContext): Promise<ModelsStatus> {
  const { config, models, credentials, agentId, agentNamed } = local;
  const now = context.now();
  const configured = await configuredModels(config, models);
  const agent = config.agents?.list?.find(({ id }) => id.trim().toLowerCase() === agentId);
  const ref = await models.defaultRef(agentId);
  const own = agent?.model;
  const raw = primary(own) ?? primary(config.agents?.defaults?.model);
  const fallbackTexts =
    (typeof own === "object" ? own.fallbacks : undefined) ?? fallbacksOf(config.agents?.defaults?.model) ?? [];
  const fallbacks = fallbackTexts.map((text) => key(text, models.canonical));
  const inUse = [
    ...new Set(
      [ref, ...configured.fallbacks, ...(configured.image ? [configured.image] : []), ...configured.imageFallbacks].map(
        ({ provider }) => provider,
      ),
    ),
  ].filter((provider) => provider !== "offline");
  const known = [...credentials.profiles(agentId).profiles.values()].map(({ provider }) => canonicalProvider(provider));
  const catalogue = await models.list({ all: true, known: true });
  const withKeys = catalogue.map(({ provider }) => provider);
  const states = [...new Set([...inUse, ...known, ...Object.keys(config.models?.providers ?? {}), ...withKeys])]
    .flatMap((provider) => models.providerAuth(provider, agentId) ?? [])
    .filter((state, at, all) => all.findIndex((other) => other.provider === state.provider) === at)
    .filter(({ provider }) => provider !== "offline")
    .sort((a, b) => (a.provider < b.provider ? -1 : 1));
  const providers = states.map((state) => ({
    ...providerStatus(state),
    endpoint: endpointOf(state.provider, config),
    api: catalogue.find(({ provider }) => provider === state.provider)?.api ?? "unknown",
  }));
  const profiles = states.flatMap((state) => state.profiles.map((profile) => ({ provider: state.provider, profile })));
  const tokens = profiles.filter(({ profile }) => profile.type !== "api_key");
  const shell = config.env && "shellEnv" in config.env ? config.env.shellEnv : undefined;
  const snapshot = await context.config();
  const problems = credentials.problems(agentId);
  return {
    configPath: local.configPath,
    ...(agentNamed && { agentId }),
    agentDir: local.agentDir,
    defaultModel: raw ?? formatModelRef(ref),
    resolvedDefault: formatModelRef(ref),
    fallbacks,
    imageModel: configured.image ? formatModelRef(configured.image) : null,
    imageFallbacks: configured.imageFallbacks.map(formatModelRef),
    ...(agentNamed && {
      modelConfig: {
        defaultSource: primary(own) === undefined ? ("defaults" as const) : ("agent" as const),
        fallbacksSource:
          typeof own === "object" && own.fallbacks !== undefined ? ("agent" as const) : ("defaults" as const),
      },
    }),
    aliases: Object.fromEntries(models.aliases().map(({ alias, ref: target }) => [alias, formatModelRef(target)])),
    allowed: configured.listed.map(formatModelRef),
    auth: {
      storePath: credentials.store(agentId).path,
      ...(problems.length > 0 && { problems }),
      shellEnvFallback: {
        enabled: isShellEnvOn(shell, context.env),
        appliedKeys: [...(snapshot.shellEnvKeys ?? [])],
      },
      providersWithOAuth: [...new Set(tokens.map(({ provider }) => provider))],
      missingProvidersInUse: inUse.filter(
        (provider) => providers.find((each) => each.provider === provider)?.effective.kind === "missing",
      ),
      // What can be had here without being asked for is not worth a line.
      providers: providers.filter(
        ({ provider, effective }) => effective.kind !== "missing" || inUse.includes(provider),
      ),
      unusableProfiles: profiles.flatMap(({ provider, profile: { id, unusable } }) =>
        unusable
          ? [
              {
                profileId: id,
                provider,
                kind: unusable.kind,
                ...(unusable.reason !== undefined && { reason: unusable.reason }),
                until: unusable.until,
                remainingMs: unusable.until - now,
              },
            ]
          : [],
      ),
      oauth: {
        warnAfterMs,
        profiles: tokens.map(({ provider, profile }) => oauthProfile(provider, profile, now)),
        providers: [...new Set(tokens.map(({ provider }) => provider))].map((provider) => ({
          provider,
          status: worst(tokens.filter((each) => each.provider === provider).map(({ profile }) => profile.status)),
        })),
      },
    },
  };

  function canonicalProvider(provider: string): string {
    return models.canonical(`${provider}/x`)?.provider ?? provider;
  }
}

/** 1 when something a provider in use needs has ended or is missing, 2 when it ends within a day, else 0. */
export function checkCode({ auth }: ModelsStatus): number {
  const statuses = auth.oauth.profiles.map(({ status }) => status);
  const broken = statuses.includes("expired") || statuses.includes("missing");
  if (broken || auth.missingProvidersInUse.length > 0) return 1;
  return statuses.includes("expiring") ? 2 : 0;
}

function endpointOf(provider: string, config: OpenClawConfig): string {
  const declared = Object.entries(config.models?.providers ?? {}).find(([id]) => id.trim().toLowerCase() === provider);
  return declared?.[1]?.baseUrl ?? "default";
}

function providerStatus(state: ProviderAuthState): Omit<ProviderStatus, "endpoint" | "api"> {
  const { provider, profiles, key: found, configured } = state;
  const count = (type: ProfileState["type"]) => profiles.filter((profile) => profile.type === type).length;
  const tried = profiles.filter(({ excluded }) => excluded === undefined);
  const isEnv = found?.source.includes("env: ") === true;
  const effective = ((): ProviderStatus["effective"] => {
    if (tried.length > 0) return { kind: "profiles", detail: (tried.find(({ next }) => next) ?? tried[0])?.id ?? "" };
    if (found === undefined) return { kind: "missing", detail: "missing" };
    return isEnv
      ? { kind: "env", detail: found.source.replace(/^(?:shell )?env: /, "") }
      : { kind: "models.json", detail: found.source };
  })();
  return {
    provider,
    effective,
    profiles: {
      count: profiles.length,
      oauth: count("oauth"),
      token: count("token"),
      apiKey: count("api_key"),
      labels: profiles.map(({ id, masked }) => `${id}=${masked}`),
    },
    ...(isEnv && found && { env: { value: found.masked, source: found.source } }),
    ...(configured && { modelsJson: { value: configured.masked, source: `models.providers.${provider}.apiKey` } }),
  };
}

function oauthProfile(provider: string, profile: ProfileState, now: number): OAuthProfile {
  const { id, type, status, expiresAt, email } = profile;
  return {
    profileId: id,
    provider,
    type,
    status,
    ...(expiresAt !== undefined && { expiresAt, remainingMs: expiresAt - now }),
    source: "store",
    label: email !== undefined && !id.includes(email) ? `${id} (${email})` : id,
  };
}

/** `ok expires in 2h`. */
export function expiryText({ status, remainingMs }: OAuthProfile): string {
  if (remainingMs === undefined || remainingMs <= 0) return status;
  return `${status} expires in ${shortTime(remainingMs)}`;
}

function worst(statuses: readonly ProfileState["status"][]): ProfileState["status"] {
  const order = ["expired", "missing", "expiring", "ok", "static"] as const;
  return order.find((status) => statuses.includes(status)) ?? "ok";
}

function isShellEnvOn(shell: unknown, env: NodeJS.ProcessEnv): boolean {
  const enabled = typeof shell === "object" && shell !== null && "enabled" in shell && shell.enabled === true;
  return enabled || /^(?:1|true|yes|on)$/i.test(env.OPENCLAW_LOAD_SHELL_ENV ?? "");
}

type Choice = NonNullable<NonNullable<OpenClawConfig["agents"]>["defaults"]>["model"] | string | undefined;

function primary(choice: Choice): string | undefined {
  const text = typeof choice === "string" ? choice : choice?.primary;
  return text?.trim() || undefined;
}

function fallbacksOf(choice: Choice): readonly string[] | undefined {
  return typeof choice === "object" ? choice.fallbacks : undefined;
}

function key(text: string, canonical: LocalModels["models"]["canonical"]): string {
  const ref = canonical(text);
  return ref ? formatModelRef(ref) : text;
}
