import { type OfferedTool, toolGroups, toolInWords, toolProfiles } from "@openclaw/agent-runtime";
import { displayTool } from "@openclaw/protocol";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

const groupLabels: Readonly<Record<string, string>> = {
  "group:fs": "Files",
  "group:runtime": "Commands",
  "group:web": "Web",
  "group:memory": "Memory",
  "group:sessions": "Sessions",
  "group:ui": "Browser and canvas",
  "group:messaging": "Messages",
  "group:automation": "Automation",
  "group:nodes": "Nodes",
};
const profileLabels = { minimal: "Minimal", coding: "Coding", messaging: "Messaging", full: "Full" } as const;

/** `tools.catalog` and `tools.effective`: what agents can be given, and what one has. */
export function toolMethods(gateway: MethodContext): HandlersOf<"tools.catalog" | "tools.effective"> {
  const { agents, conversations, runtime } = gateway;

  const agentOf = (named: string | undefined): string => {
    const agentId = named?.trim().toLowerCase() ?? agents.defaultId();
    if (!agents.has(agentId)) throw invalidRequest(`unknown agent id "${named}"`);
    return agentId;
  };
  const toolsOf = (sessionKey: string, agentId: string): Promise<readonly OfferedTool[]> =>
    runtime.listTools({ sessionKey, agentId, channel: "webchat" });

  return {
    async "tools.catalog"({ agentId: named }) {
      const agentId = agentOf(named);
      const offered = await toolsOf(conversations.mainKey(agentId), agentId);
      const core = Object.entries(groupLabels).map(([group, label]) => ({
        id: group.slice("group:".length),
        label,
        source: "core" as const,
        tools: (toolGroups[group] ?? []).map((name) =>
          described(offered.find((tool) => tool.name === name) ?? { name, core: true }),
        ),
      }));
      const grouped = new Set(core.flatMap(({ tools }) => tools.map(({ id }) => id)));
      const rest = offered.filter(({ name }) => !grouped.has(name));
      const others = [
        { id: "more", label: "More", source: "core" as const, tools: rest.filter((tool) => tool.core) },
        { id: "plugins", label: "Plugins", source: "plugin" as const, tools: rest.filter((tool) => !tool.core) },
      ].map((group) => ({ ...group, tools: group.tools.map(described) }));
      return {
        agentId,
        profiles: Object.entries(profileLabels).map(([id, label]) => ({ id, label })),
        groups: [...core, ...others.filter(({ tools }) => tools.length > 0)],
      };
    },

    async "tools.effective"({ sessionKey: given, agentId: named }) {
      const sessionKey =
        given === undefined ? conversations.mainKey(agentOf(named)) : conversations.canonicalKey(given, named);
      const agentId = agentOf(conversations.agentOf(sessionKey));
      const offered = await toolsOf(sessionKey, agentId);
      return {
        agentId,
        sessionKey,
        tools: offered.map((tool) => {
          const { defaultProfiles: _profiles, ...shown } = described(tool);
          return shown;
        }),
      };
    },
  };
}

function described({ name, description, core }: Partial<OfferedTool> & Pick<OfferedTool, "name" | "core">) {
  const inProfile = ([, tools]: readonly [string, readonly string[] | undefined]) => tools?.includes(name) === true;
  return {
    id: name,
    label: displayTool(name, {}).title,
    description: toolInWords(name) ?? description ?? "",
    source: core ? ("core" as const) : ("plugin" as const),
    defaultProfiles: Object.entries(toolProfiles)
      .filter(inProfile)
      .map(([id]) => id),
  };
}
