import type { ModelRef, ResolvedModel } from "@openclaw/models";
import type { SessionEntry, Sessions } from "@openclaw/sessions";
import type { MessageSource } from "../loop/message-draft.ts";
import type { AgentConfig, RuntimeConfig } from "./runtime-config.ts";

const unknownWindow = 200_000;
const leastWindow = 16_000;
const smallWindow = 32_000;
const defaultTimeoutSeconds = 600;
/** Longest delay a timer takes, in milliseconds. */
const maxTimeoutMs = 2_147_000_000;

export function agentConfig(config: RuntimeConfig, agentId: string): AgentConfig | undefined {
  return config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === agentId.toLowerCase());
}

/** What messages of a model say about their origin. */
export function sourceOf({ info, ref }: ResolvedModel): MessageSource {
  return { api: info.api, provider: ref.provider, model: ref.model, cost: info.cost };
}

/** The model a session was told to use, if any; a thread without one uses that of the conversation it hangs under. */
export function sessionModel(
  key: string,
  entry: SessionEntry | undefined,
  sessions: Pick<Sessions, "inheritedModel">,
): ModelRef | undefined {
  const { providerOverride: provider, modelOverride: model } = entry ?? {};
  const chosen = model ? { provider, model } : sessions.inheritedModel(key);
  return chosen?.provider ? { provider: chosen.provider, model: chosen.model } : undefined;
}

/** Tokens a run may use of the model's window, or a text for the user when they are too few. */
export function contextWindow(
  config: RuntimeConfig,
  model: ResolvedModel,
): { window: number; small: boolean } | { problem: string } {
  const own = model.info.contextWindow > 0 ? model.info.contextWindow : unknownWindow;
  const window = Math.min(own, config.agents?.defaults?.contextTokens ?? own);
  if (window < leastWindow) {
    return { problem: `Model context window too small (${window} tokens). Minimum is ${leastWindow}.` };
  }
  return { window, small: window < smallWindow };
}

/** Milliseconds a run may take; undefined for no limit. */
export function runTimeout(requestedMs: number | undefined, config: RuntimeConfig): number | undefined {
  const seconds = config.agents?.defaults?.timeoutSeconds ?? defaultTimeoutSeconds;
  const valid = requestedMs !== undefined && requestedMs >= 0;
  const ms = valid ? requestedMs : seconds * 1000;
  return ms === 0 ? undefined : Math.min(ms, maxTimeoutMs);
}
