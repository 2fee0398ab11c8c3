import { join } from "node:path";
import { agentSlug, defaultAgentSlug } from "../agent-ids.ts";
import { absolutePath, type ConfigPlaces } from "../home-path.ts";
import type { ConfigIssue } from "../issue.ts";
import type { OpenClawConfig } from "../parse.ts";

const foldsCase = process.platform === "darwin" || process.platform === "win32";

/**
 * Two agents in one directory would share credentials and sessions, so every agent (listed, default or named by a
 * binding) must have its own.
 */
export function checkAgentDirectories(config: OpenClawConfig, places: ConfigPlaces): ConfigIssue[] {
  const listed = new Map<string, string | undefined>();
  for (const agent of config.agents?.list ?? []) {
    const id = agentSlug(agent.id);
    if (!listed.has(id)) listed.set(id, agent.agentDir);
  }
  const defaultId = defaultAgentSlug(config);
  const bound = (config.bindings ?? []).map((binding) => agentSlug(binding.agentId));
  const ids = new Set([...listed.keys(), defaultId, ...bound]);

  const owners = new Map<string, { dir: string; ids: string[] }>();
  for (const id of ids) {
    const configured = listed.get(id)?.trim();
    const moved = id === defaultId ? places.defaultAgentDir : undefined;
    const dir = configured
      ? absolutePath(configured, places.home)
      : (moved ?? join(places.stateDir, "agents", id, "agent"));
    const key = foldsCase ? dir.toLowerCase() : dir;
    const owner = owners.get(key);
    if (owner) owner.ids.push(id);
    else owners.set(key, { dir, ids: [id] });
  }

  const conflicts = [...owners.values()].filter((owner) => owner.ids.length > 1);
  if (conflicts.length === 0) return [];
  const lines = conflicts.map(({ dir, ids }) => `- ${dir}: ${ids.map((id) => `"${id}"`).join(", ")}`);
  const message = [
    "Duplicate agentDir detected (multi-agent config).",
    "An agent's directory holds its credentials and its models; agents that share one overwrite each other's.",
    "",
    "Conflicts:",
    ...lines,
    "",
    "Fix: give each of these agents an agents.list[].agentDir of its own, or remove the key to use the default.",
  ].join("\n");
  return [{ path: "agents.list", message }];
}
