import { readFile } from "node:fs/promises";
import path from "node:path";
import { ensureWorkspace } from "@openclaw/agent-runtime";
import { mergePatch, openConfigStore } from "@openclaw/config";
import { sessionsDir } from "@openclaw/config/paths";
import { ensurePrivateDir, writeFileAtomic } from "@openclaw/storage";
import { type AgentBinding, type NewAgent, withAgent } from "../agents/index.ts";
import { storeProfiles, storeVariables } from "./commit-draft.ts";
import type { SetupDraft } from "./setup-draft.ts";
import type { SetupWorld } from "./setup-world.ts";

/** Another agent, as it was agreed to. */
export interface AgentPlan {
  agent: NewAgent;
  /** What is to lead to it. */
  bindings: readonly AgentBinding[];
  /** The `auth-profiles.json` that is copied to it. */
  copyFrom?: string | undefined;
  /** Credentials, channels and providers that were set up with it. */
  draft?: SetupDraft | undefined;
}

/** Writes the agent: its directories and credentials, then the configuration that names them. @throws ConfigError, StorageError */
export async function commitAgent(
  { agent, bindings, copyFrom, draft }: AgentPlan,
  world: Omit<SetupWorld, "host">,
): Promise<void> {
  const { paths, env, version, manifests, snapshot } = world;
  const { agents } = snapshot.config;
  const skipBootstrap = agents?.defaults?.skipBootstrap === true;
  const { repository } = await ensureWorkspace(agent.workspace, { skipBootstrap, env });
  await repository;
  await ensurePrivateDir(agent.agentDir);
  await ensurePrivateDir(sessionsDir(paths, agent.id));
  if (copyFrom !== undefined) {
    await writeFileAtomic(path.join(agent.agentDir, "auth-profiles.json"), await readFile(copyFrom), { mode: 0o600 });
  }
  if (draft !== undefined) {
    const others = agents?.list?.filter(({ id }) => id !== agent.id) ?? [];
    const withIt = {
      ...snapshot.config,
      agents: { ...agents, list: [...others, { id: agent.id, agentDir: agent.agentDir }] },
    };
    await storeVariables(draft, world);
    await storeProfiles(draft, () => withIt, world, agent.id);
  }
  await ensurePrivateDir(path.dirname(paths.configPath));
  const store = await openConfigStore({ paths, env, version, manifests });
  try {
    const patch = draft === undefined ? {} : withoutAgents(draft.patch());
    await store.edit((value) => withAgent(mergePatch(value, patch), agent, bindings));
  } finally {
    await store.close();
  }
}

/** What all agents share stays as it is: a model that was chosen with an agent is that agent's. */
function withoutAgents(patch: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { agents: _, ...rest } = patch;
  return rest;
}
