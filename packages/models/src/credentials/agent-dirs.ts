import { join, resolve } from "node:path";

/** The part of the configuration that says where agents keep their credentials. */
export interface AgentDirsConfig {
  readonly agents?: { readonly list?: readonly AgentDirEntry[] } | undefined;
}

interface AgentDirEntry {
  readonly id: string;
  readonly default?: boolean | undefined;
  readonly agentDir?: string | undefined;
}

/** Where the credentials and model lists of agents are. */
export interface AgentDirs {
  /** The agent whose credentials the others see too. */
  defaultAgentId(): string;
  of(agentId?: string): string;
  /** Directories whose profiles an agent sees beside its own, the nearer first. */
  inherited(agentId?: string): readonly string[];
  /** Where an older release has kept `oauth.json`. */
  readonly oauthFile: string;
}

/**
 * `agents.list[].agentDir`, else `<state>/agents/<id>/agent`. `OPENCLAW_AGENT_DIR` (older name `PI_CODING_AGENT_DIR`)
 * moves the directory of the default agent.
 */
export function createAgentDirs(options: {
  stateDir: string;
  config: () => AgentDirsConfig;
  env: NodeJS.ProcessEnv;
}): AgentDirs {
  const { stateDir, env } = options;
  const list = () => options.config().agents?.list ?? [];
  const normalize = (id: string) => id.trim().toLowerCase();
  const defaultAgentId = () => {
    const agents = list();
    return normalize((agents.find((agent) => agent.default === true) ?? agents[0])?.id ?? "main");
  };
  const fromEnv = () => env.OPENCLAW_AGENT_DIR?.trim() || env.PI_CODING_AGENT_DIR?.trim() || undefined;
  const usual = (id: string) => join(stateDir, "agents", id, "agent");
  const of = (agentId?: string) => {
    const id = agentId === undefined ? defaultAgentId() : normalize(agentId);
    const configured = list()
      .find((agent) => normalize(agent.id) === id)
      ?.agentDir?.trim();
    if (configured) return resolve(configured);
    const moved = id === defaultAgentId() ? fromEnv() : undefined;
    return moved === undefined ? usual(id) : resolve(moved);
  };
  return {
    defaultAgentId,
    of,
    inherited(agentId) {
      const own = of(agentId);
      return [...new Set([of(), usual("main")])].filter((dir) => dir !== own);
    },
    oauthFile: join(env.OPENCLAW_OAUTH_DIR?.trim() || join(stateDir, "credentials"), "oauth.json"),
  };
}
