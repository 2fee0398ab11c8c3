import { formatModelRef, type ModelRef, type Models, parseThinkingLevel, thinkingLevelsFor } from "@openclaw/models";
import { normalizeAgentId, type Sessions } from "@openclaw/sessions";
import { agentConfig, sessionModel } from "../run/run-setup.ts";
import type { ModelChoice, RuntimeConfig } from "../run/runtime-config.ts";
import { allowedAgents } from "../tools/sessions/agents-list-tool.ts";

/** How a subagent is to run. */
export interface SubagentSettings {
  agentId: string;
  model: ModelRef;
  /** The caller's wish was fulfilled. */
  modelApplied?: true;
  warning?: string;
  thinking?: string;
}

export interface SubagentWishes {
  requesterKey: string;
  requesterAgentId: string;
  agentId?: string | undefined;
  model?: string | undefined;
  thinking?: string | undefined;
}

export type SettingsRefusal = { status: "forbidden" | "error"; error: string };

/**
 * Agent, model and thinking level of a subagent: what the caller asks for, else the target agent's `subagents`, else
 * that of all agents, else the model the caller itself uses.
 */
export async function subagentSettings(
  wishes: SubagentWishes,
  parts: { config: RuntimeConfig; models: Models; sessions: Sessions },
): Promise<{ settings: SubagentSettings } | { refusal: SettingsRefusal }> {
  const { config } = parts;
  const requester = normalizeAgentId(wishes.requesterAgentId);
  const agentId = wishes.agentId === undefined ? requester : normalizeAgentId(wishes.agentId);
  if (agentId !== requester) {
    const { allowAny, ids } = allowedAgents(config, requester);
    const exists = agentConfig(config, agentId) !== undefined;
    if (!(allowAny && exists) && !ids.includes(agentId)) {
      const error = `agentId is not allowed for sessions_spawn (allowed: ${ids.join(", ") || (allowAny ? "any configured agent" : "none")})`;
      return { refusal: { status: "forbidden", error } };
    }
  }
  const { model, modelApplied, warning } = await chooseModel(wishes, agentId, parts);
  const own = agentConfig(config, agentId)?.subagents?.thinking;
  const wanted = wishes.thinking ?? own ?? config.agents?.defaults?.subagents?.thinking;
  const thinking = wanted === undefined ? undefined : parseThinkingLevel(wanted);
  if (wishes.thinking !== undefined && thinking === undefined) {
    const levels = thinkingLevelsFor(model).join(", ");
    return {
      refusal: { status: "error", error: `Invalid thinking level "${wishes.thinking}". Use one of: ${levels}.` },
    };
  }
  return {
    settings: {
      agentId,
      model,
      ...(modelApplied ? { modelApplied } : {}),
      ...(warning === undefined ? {} : { warning }),
      ...(thinking === undefined ? {} : { thinking }),
    },
  };
}

async function chooseModel(
  wishes: SubagentWishes,
  agentId: string,
  { config, models, sessions }: { config: RuntimeConfig; models: Models; sessions: Sessions },
): Promise<{ model: ModelRef; modelApplied?: true; warning?: string }> {
  const usable = (text: string | undefined): ModelRef | undefined => {
    const ref = text === undefined ? undefined : models.canonical(text);
    return ref !== undefined && models.isAllowed(ref) ? ref : undefined;
  };
  const wished = usable(wishes.model);
  if (wished !== undefined) return { model: wished, modelApplied: true };
  const configured =
    usable(primaryOf(agentConfig(config, agentId)?.subagents?.model)) ??
    usable(primaryOf(config.agents?.defaults?.subagents?.model));
  const model =
    configured ??
    sessionModel(wishes.requesterKey, sessions.get(wishes.requesterKey), sessions) ??
    (await models.defaultRef(normalizeAgentId(wishes.requesterAgentId)));
  if (wishes.model === undefined) return { model };
  const known = models.canonical(wishes.model);
  const why =
    known === undefined ? `Unrecognized model "${wishes.model}".` : `Model "${formatModelRef(known)}" is not allowed.`;
  return { model, warning: `${why} The subagent uses ${formatModelRef(model)}.` };
}

function primaryOf(choice: ModelChoice | undefined): string | undefined {
  return (typeof choice === "string" ? choice : choice?.primary)?.trim() || undefined;
}
