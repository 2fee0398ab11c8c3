import { jsonResult, type Tool } from "@openclaw/plugin-sdk";
import { normalizeAgentId } from "@openclaw/sessions";
import { agentConfig } from "../../run/run-setup.ts";
import type { RuntimeConfig } from "../../run/runtime-config.ts";

const parameters = { type: "object", properties: {} };

export function createAgentsListTool(options: { agentId: string; config: () => RuntimeConfig }): Tool {
  return {
    name: "agents_list",
    label: "Agents",
    description: "List the agents that sessions_spawn may start.",
    parameters,
    readOnly: true,
    async execute() {
      const config = options.config();
      const requester = normalizeAgentId(options.agentId);
      const { allowAny, ids } = allowedAgents(config, requester);
      const configured = new Set((config.agents?.list ?? []).map(({ id }) => normalizeAgentId(id)));
      const others = (allowAny ? [...configured] : ids).filter((id) => id !== requester).sort();
      const agents = [requester, ...others].map((id) => {
        const name = agentConfig(config, id)?.name;
        return { id, ...(name === undefined ? {} : { name }), configured: configured.has(id) };
      });
      return jsonResult({ requester, allowAny, agents });
    },
  };
}

/** The agents beside itself whose subagents an agent may start. */
export function allowedAgents(config: RuntimeConfig, agentId: string): { allowAny: boolean; ids: string[] } {
  const listed = agentConfig(config, agentId)?.subagents?.allowAgents ?? [];
  const names = listed.map((name) => name.trim()).filter((name) => name !== "");
  const ids = names.filter((name) => name !== "*").map((name) => normalizeAgentId(name));
  return { allowAny: names.includes("*"), ids: [...new Set(ids)] };
}
