import {
  describeModelFailure,
  type Failover,
  failoverOf,
  formatModelRef,
  type ModelRef,
  type ProviderAuthState,
} from "@openclaw/models";
import type { LocalModels } from "./open-models.ts";

type Reason = Exclude<Failover, { kind: "stop" }>["reason"];

export interface ProbeOptions {
  provider: string | undefined;
  profiles: readonly string[];
  timeoutMs: number;
  concurrency: number;
  maxTokens: number;
  now: () => number;
  onProgress: (done: number, total: number) => void;
}

export interface Probe {
  provider: string;
  model?: string;
  profileId?: string;
  label: string;
  status: "ok" | "no_model" | Reason;
  latencyMs?: number;
  error?: string;
}

export interface ProbeResult {
  startedAt: number;
  finishedAt: number;
  durationMs: number;
  totalTargets: number;
  options: {
    provider?: string;
    profileIds?: readonly string[];
    timeoutMs: number;
    concurrency: number;
    maxTokens: number;
  };
  results: Probe[];
}

/**
 * Asks each provider one short question per profile or key. Nothing is noted of it: neither a rest of a profile nor a
 * message of a session.
 */
export async function probeModels(
  local: LocalModels,
  states: readonly ProviderAuthState[],
  options: ProbeOptions,
): Promise<ProbeResult> {
  const startedAt = options.now();
  const { provider, profiles, timeoutMs, concurrency, maxTokens } = options;
  const models = await candidateModels(local);
  const targets = states
    .filter((state) => provider === undefined || state.provider === provider)
    .flatMap((state) => targetsOf(state, models.get(state.provider)))
    .filter(
      (target) => profiles.length === 0 || (target.profileId !== undefined && profiles.includes(target.profileId)),
    );
  const results: Probe[] = Array.from({ length: targets.length });
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let at = next++; at < targets.length; at = next++) {
      const target = targets[at];
      if (!target) continue;
      results[at] = target.result ?? (await ask(target, local, options));
      done += 1;
      options.onProgress(done, targets.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, Math.max(1, targets.length)) }, work));
  const finishedAt = options.now();
  return {
    startedAt,
    finishedAt,
    durationMs: finishedAt - startedAt,
    totalTargets: targets.length,
    options: {
      ...(provider !== undefined && { provider }),
      ...(profiles.length > 0 && { profileIds: profiles }),
      timeoutMs,
      concurrency,
      maxTokens,
    },
    results,
  };
}

interface Target {
  provider: string;
  ref?: ModelRef;
  profileId?: string;
  label: string;
  /** Known without asking. */
  result?: Probe;
}

function targetsOf(state: ProviderAuthState, ref: ModelRef | undefined): Target[] {
  const { provider } = state;
  const base = { provider, ...(ref && { ref }) };
  const known = (label: string, profileId: string | undefined, status: Probe["status"], error: string): Target => ({
    ...base,
    label,
    ...(profileId !== undefined && { profileId }),
    result: {
      provider,
      ...(ref && { model: formatModelRef(ref) }),
      ...(profileId !== undefined && { profileId }),
      label,
      status,
      error,
    },
  });
  const noModel = "No model available for probe";
  if (state.profiles.length > 0) {
    return state.profiles.map((profile): Target => {
      const { id, excluded } = profile;
      if (excluded === "empty" || excluded === "expired" || excluded === "missing" || excluded === "mode") {
        return known(id, id, "unknown", "Auth profile credentials are missing or expired.");
      }
      if (excluded !== undefined) return known(id, id, "unknown", "Excluded by auth.order for this provider.");
      return ref ? { ...base, profileId: id, label: id } : known(id, id, "no_model", noModel);
    });
  }
  if (!state.key || state.key.source === "none") return [];
  return [ref ? { ...base, label: state.key.source } : known(state.key.source, undefined, "no_model", noModel)];
}

/** The model a provider is asked with: the first that the configuration speaks of, else the first it has. */
async function candidateModels({ config, models }: LocalModels): Promise<Map<string, ModelRef>> {
  const { configuredModels } = await import("./model-rows.ts");
  const spoken = await configuredModels(config, models);
  const known = (await models.list({ all: true, known: true })).map(({ provider, id }) => ({ provider, model: id }));
  const found = new Map<string, ModelRef>();
  const image = spoken.image ? [spoken.image] : [];
  for (const ref of [spoken.default, ...spoken.fallbacks, ...image, ...spoken.listed, ...known]) {
    if (!found.has(ref.provider)) found.set(ref.provider, ref);
  }
  return found;
}

async function ask(target: Target, { models, agentId }: LocalModels, options: ProbeOptions): Promise<Probe> {
  const { provider, ref, profileId, label } = target;
  if (!ref) return { provider, label, status: "no_model" };
  const base = { provider, model: formatModelRef(ref), ...(profileId !== undefined && { profileId }), label };
  const startedAt = options.now();
  try {
    const { languageModel, providerOptions } = await models.resolve(ref, { agentId, profile: profileId });
    await languageModel.doGenerate({
      prompt: [{ role: "user", content: [{ type: "text", text: "Reply with OK. Do not use tools." }] }],
      maxOutputTokens: options.maxTokens,
      providerOptions: providerOptions("off"),
      abortSignal: AbortSignal.timeout(options.timeoutMs),
    });
    return { ...base, status: "ok", latencyMs: options.now() - startedAt };
  } catch (error) {
    const failure = describeModelFailure(error, ref, { now: options.now() });
    const decision = failoverOf(failure);
    return {
      ...base,
      status: decision.kind === "stop" ? "unknown" : decision.reason,
      latencyMs: options.now() - startedAt,
      error: failure.detail,
    };
  }
}
