import type { OpenClawConfig } from "./parse.ts";

type Agents = NonNullable<OpenClawConfig["agents"]>;
/** One entry of `agents.list`. */
export type AgentEntry = NonNullable<Agents["list"]>[number];

/** The agent that answers when nothing else is configured. */
export const mainAgentId = "main";

/**
 * The form in which agent ids are compared and used as directory names: lower case, at most 64 of `a-z 0-9 _ -`, and
 * not starting with a separator.
 */
export function agentSlug(id: string | undefined): string {
  const name = (id ?? "").trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) return name;
  const slug = name
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64);
  return slug === "" ? mainAgentId : slug;
}

/** The agents marked as default. */
export function markedDefaults(agents: readonly AgentEntry[]): AgentEntry[] {
  return agents.filter((agent) => agent.default === true);
}

/** The agent that answers where no binding decides: the first one marked, else the first one, else `main`. */
export function defaultAgentSlug(config: OpenClawConfig): string {
  const agents = config.agents?.list ?? [];
  return agentSlug((markedDefaults(agents)[0] ?? agents[0])?.id);
}
