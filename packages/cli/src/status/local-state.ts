import { existsSync } from "node:fs";
import path from "node:path";
import { workspaceDir } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { silentLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { defaultAgentIdOf, openSessions } from "@openclaw/sessions";
import type { CommandContext } from "../run/command-context.ts";
import { readSessionStore, type SessionStore } from "./read-session-store.ts";
import type { SessionDefaults } from "./session-facts.ts";

/** An agent as the state directory shows it. */
interface LocalAgent {
  id: string;
  name: string | undefined;
  workspaceDir: string;
  /** The first conversation has not taken place. */
  bootstrapPending: boolean;
  store: SessionStore;
}

/** What can be told without a Gateway. */
export interface LocalState {
  defaultAgentId: string;
  agents: LocalAgent[];
  defaults: SessionDefaults;
}

const unknownWindow = 200_000;

/** Reads the agents and their stores; creates nothing. */
export async function readLocalState(
  config: OpenClawConfig,
  context: Pick<CommandContext, "env" | "paths">,
): Promise<LocalState> {
  const { env, paths } = context;
  const sessions = openSessions({ stateDir: paths.stateDir, config: () => config, homeDir: paths.home });
  const defaultAgentId = defaultAgentIdOf(config);
  const agents = sessions.agentIds().map((id): LocalAgent => {
    const workspace = workspaceDir(config, id, env);
    return {
      id,
      name: config.agents?.list?.find((agent) => agent.id.toLowerCase() === id)?.name,
      workspaceDir: workspace,
      bootstrapPending: existsSync(path.join(workspace, "BOOTSTRAP.md")),
      store: readSessionStore(sessions.storePath(id), id),
    };
  });
  return { defaultAgentId, agents, defaults: await sessionDefaults(config, defaultAgentId, env, paths.stateDir) };
}

/** Model and context window of sessions that name none. */
export async function sessionDefaults(
  config: OpenClawConfig,
  agentId: string,
  env: NodeJS.ProcessEnv,
  stateDir: string,
): Promise<SessionDefaults> {
  const models = createModels({ config: () => config, env, log: silentLog, stateDir });
  const ref = await models.defaultRef(agentId);
  const known = (await models.list({ all: true, known: true })).find(
    (model) => model.provider === ref.provider && model.id === ref.model,
  );
  const window = known?.contextWindow || unknownWindow;
  const cap = config.agents?.defaults?.contextTokens;
  return { model: ref.model, contextTokens: cap ? Math.min(cap, window) : window };
}
