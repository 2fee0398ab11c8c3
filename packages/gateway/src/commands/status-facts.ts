import { type AgentRuntime, type QueueSettings, resolveLevels, type StatusFacts } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { ModelRef, Models, ResolvedModel } from "@openclaw/models";
import { type SessionEntry, type Sessions, sessionKind, usageCost } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { GatewaySpeech } from "../media/gateway-speech.ts";
import type { ModelWindow } from "../model-windows.ts";
import { sessionModel } from "../session-model.ts";

/** Where the commands of a session run. */
export interface SandboxState {
  backend: string;
  mode: string;
  sandboxed: boolean;
}

/** What the facts of a session are made of. */
export interface StatusSources {
  sessions: Sessions;
  models: Models;
  modelWindow: ModelWindow;
  config(): OpenClawConfig;
  now(): number;
  version: string;
  commit?: string | undefined;
  sandbox(sessionKey: string): SandboxState;
  /** The queue of a session, and how many messages wait in it. */
  queueOf(sessionKey: string, channel: string): QueueSettings & { depth: number };
  /** How answers are spoken, by the mode stored in a session. */
  speech: Pick<GatewaySpeech, "facts">;
  /** What became of the files of a session's last message that had some. */
  mediaParts(sessionKey: string): readonly string[];
  /** What is left of a provider's allowances; undefined where it says nothing. */
  providerUsage(provider: string, agentId: string): Promise<string | undefined>;
  /** Subagents of a session, where there is a registry of them. */
  subagents?(sessionKey: string): NonNullable<StatusFacts["subagents"]>;
}

/** Everything `/status` and the tool `session_status` say about a session. With `usage` the provider is asked. */
export async function statusFacts(
  sessionKey: string,
  about: { channel: string; elevatedAllowed: boolean; usage?: boolean | undefined },
  sources: StatusSources,
): Promise<StatusFacts> {
  const { sessions, models, config, now } = sources;
  const entry = sessions.get(sessionKey);
  const agentId = sessions.agentIdOf(sessionKey);
  const ref = await sessionModel(sessionKey, agentId, sessions, models);
  const model = await callable(ref, agentId, models);
  const window = await windowOf(entry, ref, sources);
  const tokens =
    entry?.inputTokens === undefined ? undefined : { input: entry.inputTokens, output: entry.outputTokens ?? 0 };
  const isGroup = sessionKind(sessionKey, entry) === "group";
  const overridden = [entry?.queueMode, entry?.queueDebounceMs, entry?.queueCap, entry?.queueDrop];
  return {
    version: sources.version,
    commit: sources.commit,
    model: `${ref.provider}/${ref.model}`,
    authLabel: authLabel(model),
    tokens,
    cost: tokens && costOf(tokens, model),
    context: { used: entry?.totalTokens ?? 0, window },
    compactions: entry?.compactionCount ?? 0,
    media: sources.mediaParts(sessionKey),
    providerUsage: about.usage ? await sources.providerUsage(ref.provider, agentId) : undefined,
    voice: await sources.speech.facts(entry?.ttsAuto),
    session: { key: sessionKey, updatedAt: entry?.updatedAt },
    now: now(),
    subagents: sources.subagents?.(sessionKey),
    runtime: runtimeOf(sources.sandbox(sessionKey)),
    levels: resolveLevels(
      { entry, config: config() },
      { modelReasons: model?.info.reasoning ?? false, elevatedAllowed: about.elevatedAllowed },
    ),
    activation: isGroup ? (entry?.groupActivation ?? "mention") : undefined,
    queue: {
      ...sources.queueOf(sessionKey, about.channel),
      isOverridden: overridden.some((value) => value !== undefined),
    },
  };
}

/** The window of the last run is exact; after a switch that of the new model counts. */
async function windowOf(
  entry: SessionEntry | undefined,
  ref: ModelRef,
  { modelWindow }: StatusSources,
): Promise<number> {
  const sameModel = entry?.modelProvider === ref.provider && entry.model === ref.model;
  return sameModel && entry.contextTokens ? entry.contextTokens : modelWindow(ref);
}

/** Undefined for a model that has no key or is not known: the card says what it can without it. */
async function callable(ref: ModelRef, agentId: string, models: Models): Promise<ResolvedModel | undefined> {
  try {
    return await models.resolve(ref, { agentId });
  } catch {
    // The reason is told when the model is used; the card shows that there is no key.
    return undefined;
  }
}

function authLabel(model: ResolvedModel | undefined): string | undefined {
  if (!model) return "missing";
  return model.keySource === "none" ? undefined : `${model.authMode} (${model.keySource})`;
}

function costOf(tokens: { input: number; output: number }, model: ResolvedModel | undefined): number | undefined {
  // A subscription has no price per call.
  if (model?.authMode !== "api-key") return undefined;
  const { total } = usageCost({ ...tokens, cacheRead: 0, cacheWrite: 0 }, model.info.cost);
  return total > 0 ? total : undefined;
}

/** The parts of a Gateway as far as status cards need them. */
export function statusSources(
  parts: Omit<StatusSources, "now" | "sandbox"> & { clock: Clock; runtime: AgentRuntime },
): StatusSources {
  return {
    ...parts,
    now: () => parts.clock.now(),
    sandbox: (sessionKey) => sandboxOf(parts.runtime, sessionKey, parts.sessions.agentIdOf(sessionKey)),
  };
}

/** Where a session's sandbox stands, by its settings: nothing is started for it. */
export function sandboxOf(runtime: Pick<AgentRuntime, "sandboxes">, sessionKey: string, agentId: string): SandboxState {
  const { backend, mode, sessionIsSandboxed } = runtime.sandboxes.explain({ sessionKey, agentId }).sandbox;
  return { backend, mode, sandboxed: sessionIsSandboxed };
}

function runtimeOf({ backend, mode, sandboxed }: SandboxState): string {
  if (sandboxed) return `${backend}/${mode}`;
  return mode === "off" ? "direct" : `direct/${mode}`;
}
