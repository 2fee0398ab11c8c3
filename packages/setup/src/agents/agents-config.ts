import { isRecord, recordOf } from "../audit/channel-facts.ts";

/** A rule that leads messages to an agent: a whole channel, or one account of it. */
export interface AgentBinding {
  channel: string;
  accountId?: string;
}

/** What became of the rules that were asked for. */
export interface BindingOutcome {
  added: AgentBinding[];
  /** There already. */
  skipped: AgentBinding[];
  /** Owned by another agent, and left to it. */
  conflicts: (AgentBinding & { agentId: string })[];
}

/** Reads `channel[:accountId]`; undefined for anything else. */
export function readBinding(text: string): AgentBinding | undefined {
  const [, channel, accountId] = /^([a-z0-9][a-z0-9_-]*)(?::(.+))?$/i.exec(text.trim()) ?? [];
  if (channel === undefined) return undefined;
  return { channel: channel.toLowerCase(), ...(accountId !== undefined && { accountId: accountId.trim() }) };
}

export function bindingText({ channel, accountId }: AgentBinding): string {
  return accountId === undefined ? channel : `${channel}:${accountId}`;
}

export interface NewAgent {
  id: string;
  name: string;
  workspace: string;
  agentDir: string;
  model?: string;
}

/** A configuration with another agent in it. The one that was alone so far stays the default. */
export function withAgent(value: unknown, agent: NewAgent, bindings: readonly AgentBinding[]): unknown {
  const root = recordOf(value);
  const agents = recordOf(root.agents);
  const list = Array.isArray(agents.list) ? agents.list : [];
  const first = list.length === 0 && agent.id !== "main" ? [{ id: "main", default: true }] : [];
  const before = list.some((each) => isRecord(each) && each.id === agent.id);
  const next = before
    ? list.map((each) => (isRecord(each) && each.id === agent.id ? { ...each, ...agent } : each))
    : [...first, ...list, agent];
  const { added } = placeBindings(value, agent.id, bindings);
  const rules = Array.isArray(root.bindings) ? root.bindings : [];
  return {
    ...root,
    agents: { ...agents, list: next },
    ...(added.length > 0 && { bindings: [...rules, ...added.map((match) => ({ agentId: agent.id, match }))] }),
  };
}

/** Which rules can be added for an agent. A rule of another one is never taken away. */
export function placeBindings(value: unknown, agentId: string, wanted: readonly AgentBinding[]): BindingOutcome {
  const { bindings } = recordOf(value);
  const rules = Array.isArray(bindings) ? bindings.filter(isRecord) : [];
  const outcome: BindingOutcome = { added: [], skipped: [], conflicts: [] };
  for (const binding of wanted) {
    const owner = rules.find(({ match }) => {
      const { channel, accountId, ...narrower } = recordOf(match);
      return channel === binding.channel && accountId === binding.accountId && Object.keys(narrower).length === 0;
    })?.agentId;
    if (owner === undefined) outcome.added.push(binding);
    else if (owner === agentId) outcome.skipped.push(binding);
    else outcome.conflicts.push({ ...binding, agentId: String(owner) });
  }
  return outcome;
}

/** A configuration without an agent, its rules and its leave to be spoken to. */
export function withoutAgent(
  value: unknown,
  id: string,
): { value: unknown; removedBindings: number; removedAllow: number } {
  const root = recordOf(value);
  const agents = recordOf(root.agents);
  const list = Array.isArray(agents.list) ? agents.list : [];
  const rules = Array.isArray(root.bindings) ? root.bindings : [];
  const kept = rules.filter((rule) => !(isRecord(rule) && rule.agentId === id));
  const tools = recordOf(root.tools);
  const talk = recordOf(tools.agentToAgent);
  const allow = Array.isArray(talk.allow) ? talk.allow : [];
  const allowed = allow.filter((each) => each !== id);
  return {
    value: {
      ...root,
      agents: { ...agents, list: list.filter((each) => !(isRecord(each) && each.id === id)) },
      ...(kept.length < rules.length && { bindings: kept }),
      ...(allowed.length < allow.length && { tools: { ...tools, agentToAgent: { ...talk, allow: allowed } } }),
    },
    removedBindings: rules.length - kept.length,
    removedAllow: allow.length - allowed.length,
  };
}

/** What an agent is called and looks like. */
export interface AgentIdentityFields {
  name?: string;
  theme?: string;
  emoji?: string;
  avatar?: string;
}

/** A configuration in which an agent has these parts of an identity; others stay. */
export function withIdentity(value: unknown, id: string, identity: AgentIdentityFields): unknown {
  const root = recordOf(value);
  const agents = recordOf(root.agents);
  const list = Array.isArray(agents.list) ? agents.list : [];
  const known = list.some((each) => isRecord(each) && each.id === id);
  const next = known ? list : [...list, { id, ...(list.length === 0 && { default: true }) }];
  return {
    ...root,
    agents: {
      ...agents,
      list: next.map((each) =>
        isRecord(each) && each.id === id ? { ...each, identity: { ...recordOf(each.identity), ...identity } } : each,
      ),
    },
  };
}

/** Lines such as `- **Name:** Claw` of an IDENTITY.md; places that are still to be filled in do not count. */
export function readIdentity(text: string): AgentIdentityFields {
  const field = (name: string): string | undefined => {
    const found = new RegExp(`^[-*\\s]*\\**${name}:?\\**:?[ \\t]*(.+)$`, "im")
      .exec(text)?.[1]
      ?.replaceAll("*", "")
      .trim();
    return found && !/^[([_{<]/.test(found) ? found : undefined;
  };
  const identity: AgentIdentityFields = {};
  for (const key of ["name", "theme", "emoji", "avatar"] as const) {
    const found = field(key) ?? (key === "theme" ? (field("creature") ?? field("vibe")) : undefined);
    if (found !== undefined) identity[key] = found;
  }
  return identity;
}
