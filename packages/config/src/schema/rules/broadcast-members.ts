import type { ConfigIssue } from "../issue.ts";
import type { OpenClawConfig } from "../parse.ts";

/** Members of broadcast groups must be listed agents, as soon as agents are listed at all. */
export function checkBroadcastMembers(config: OpenClawConfig): ConfigIssue[] {
  const agents = config.agents?.list ?? [];
  if (agents.length === 0) return [];
  const known = new Set(agents.map((agent) => agent.id));
  const issues: ConfigIssue[] = [];
  for (const [peer, members] of Object.entries(config.broadcast ?? {})) {
    if (peer === "strategy" || !Array.isArray(members)) continue;
    for (const [index, id] of members.entries()) {
      if (known.has(id)) continue;
      issues.push({ path: `broadcast.${peer}.${index}`, message: `Unknown agent id "${id}" (not in agents.list).` });
    }
  }
  return issues;
}
