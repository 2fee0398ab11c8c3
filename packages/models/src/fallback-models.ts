import type { ModelRef } from "./model-ref.ts";
import { sameModelRef } from "./model-ref.ts";
import type { ModelChoice, ModelsConfig } from "./models-config.ts";
import { primaryOf } from "./models-config.ts";

export interface FallbackInput {
  config: ModelsConfig;
  agentId: string | undefined;
  /** The model that was asked for. */
  requested: ModelRef;
  canonical: (text: string) => ModelRef | undefined;
  isAllowed: (ref: ModelRef) => boolean;
}

/**
 * The models a run may use, in the order in which they are tried: the one that was asked for, the fallbacks of the agent
 * (an empty list of its own means none) or of all agents, and the configured primary unless the agent names fallbacks.
 */
export function candidateModels({ config, agentId, requested, canonical, isAllowed }: FallbackInput): ModelRef[] {
  const { defaults, list = [] } = config.agents ?? {};
  const wanted = agentId?.trim().toLowerCase();
  const agent =
    wanted === undefined
      ? (list.find((entry) => entry.default === true) ?? list[0])
      : list.find((entry) => entry.id.trim().toLowerCase() === wanted);
  const own = fallbacksOf(agent?.model);
  const fallbacks = (own ?? fallbacksOf(defaults?.model) ?? []).flatMap((text) => canonical(text) ?? []);
  const primary = own === undefined ? (primaryOf(agent?.model) ?? primaryOf(defaults?.model)) : undefined;
  const last = primary === undefined ? undefined : canonical(primary);
  const all = [requested, ...fallbacks.filter((ref) => isAllowed(ref)), ...(last ? [last] : [])];
  return all.filter((ref, at) => all.findIndex((other) => sameModelRef(other, ref)) === at);
}

function fallbacksOf(choice: ModelChoice | undefined): readonly string[] | undefined {
  return typeof choice === "object" ? choice.fallbacks : undefined;
}
