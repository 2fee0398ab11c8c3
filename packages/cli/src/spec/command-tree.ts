import { acpCommands } from "./acp-commands.ts";
import { agentCommands } from "./agent-commands.ts";
import { agentsCommands } from "./agents-commands.ts";
import { approvalsCommands } from "./approvals-commands.ts";
import { channelCommands } from "./channel-commands.ts";
import type { AnyCommand, GroupSpec } from "./command-spec.ts";
import { completionCommands } from "./completion-commands.ts";
import { configCommands } from "./config-commands.ts";
import { cronCommands } from "./cron-commands.ts";
import { devicesCommands } from "./devices-commands.ts";
import { dnsCommands } from "./dns-commands.ts";
import { docsCommands } from "./docs-commands.ts";
import { doctorCommands } from "./doctor-commands.ts";
import { gatewayCommands } from "./gateway-commands.ts";
import { hooksCommands } from "./hooks-commands.ts";
import { mcpCommands } from "./mcp-commands.ts";
import { messageCommands } from "./message-commands.ts";
import { modelsCommands } from "./models-commands.ts";
import { nodeCommands } from "./node-commands.ts";
import { nodesCommands } from "./nodes-commands.ts";
import { observeCommands } from "./observe-commands.ts";
import { onboardingCommands } from "./onboarding-commands.ts";
import { pluginsCommands } from "./plugins-commands.ts";
import { removalCommands } from "./removal-commands.ts";
import { sandboxCommands } from "./sandbox-commands.ts";
import { securityCommands } from "./security-commands.ts";
import { serviceCommands } from "./service-commands.ts";
import { skillsCommands } from "./skills-commands.ts";
import { systemCommands } from "./system-commands.ts";
import { tuiCommands } from "./tui-commands.ts";
import { updateCommands } from "./update-commands.ts";
import { webhooksCommands } from "./webhooks-commands.ts";

/** Every command, by id. */
export const commands: readonly AnyCommand[] = [
  ...acpCommands,
  ...agentCommands,
  ...agentsCommands,
  ...approvalsCommands,
  ...channelCommands,
  ...completionCommands,
  ...configCommands,
  ...devicesCommands,
  ...doctorCommands,
  ...dnsCommands,
  ...docsCommands,
  ...gatewayCommands,
  ...mcpCommands,
  ...modelsCommands,
  ...messageCommands,
  ...nodeCommands,
  ...nodesCommands,
  ...observeCommands,
  ...onboardingCommands,
  ...pluginsCommands,
  ...removalCommands,
  ...sandboxCommands,
  ...securityCommands,
  ...serviceCommands,
  ...cronCommands,
  ...skillsCommands,
  ...systemCommands,
  ...tuiCommands,
  ...hooksCommands,
  ...webhooksCommands,
  ...updateCommands,
];

/** Words without an action of their own. */
export const groups: readonly GroupSpec[] = [
  { id: "approvals", summary: "Exec approvals file of this host or of the Gateway's" },
  { id: "approvals allowlist", summary: "Per-agent allowlist" },
  { id: "channels", summary: "Chat channel accounts" },
  { id: "devices", summary: "Device pairing and device tokens" },
  { id: "directory", summary: "Look up own identity, peers and groups" },
  { id: "directory groups", summary: "Groups" },
  { id: "directory peers", summary: "Contacts" },
  { id: "mcp", summary: "MCP servers for agents, and the Gateway as one" },
  { id: "dns", summary: "DNS helpers for wide-area discovery" },
  { id: "message", summary: "Send messages and act on channels" },
  { id: "message channel", summary: "Channels of a server" },
  { id: "message emoji", summary: "Emojis of a server" },
  { id: "message event", summary: "Events of a server" },
  { id: "message member", summary: "Members of a server" },
  { id: "message role", summary: "Roles of a server" },
  { id: "message sticker", summary: "Stickers" },
  { id: "message thread", summary: "Threads" },
  { id: "message voice", summary: "Voice channels" },
  { id: "node", summary: "Headless node host on this machine" },
  { id: "pairing", summary: "Direct-message pairing requests" },
  { id: "cron", summary: "Scheduled jobs through the Gateway" },
  { id: "models aliases", summary: "Model alias table" },
  { id: "models auth order", summary: "Per-agent profile order override" },
  { id: "models fallbacks", summary: "Text model fallback list" },
  { id: "models image-fallbacks", summary: "Image model fallback list" },
  { id: "node", summary: "Headless node host on this machine" },
  { id: "nodes", summary: "Paired nodes seen by the Gateway" },
  { id: "nodes camera", summary: "Cameras of a node" },
  { id: "nodes canvas", summary: "Canvas of a node" },
  { id: "nodes canvas a2ui", summary: "A2UI surfaces on the canvas" },
  { id: "nodes location", summary: "Location of a node" },
  { id: "nodes screen", summary: "Screen of a node" },
  { id: "plugins", summary: "Plugins and their config" },
  { id: "sandbox", summary: "Sandbox containers and effective policy" },
  { id: "security", summary: "Security tools" },
  { id: "system", summary: "System events, heartbeat control and presence" },
  { id: "system heartbeat", summary: "Heartbeats" },
  { id: "webhooks", summary: "Webhook integrations" },
  { id: "webhooks gmail", summary: "Gmail Pub/Sub integration" },
];

/** Hidden names: the words on the left are read as those on the right. */
export const aliases: Readonly<Record<string, string>> = {
  daemon: "gateway",
  "exec-approvals": "approvals",
  service: "gateway status",
};

/** A place in the tree: a command, a group, or both. */
export interface TreeNode {
  readonly id: string;
  readonly command: AnyCommand | undefined;
  readonly summary: string;
  readonly hidden: boolean;
}

/** The node with this id. */
export function findNode(id: string): TreeNode | undefined {
  const command = commands.find((spec) => spec.id === id);
  const group = groups.find((spec) => spec.id === id);
  const summary = command?.summary ?? group?.summary;
  if (summary === undefined) return undefined;
  return { id, command, summary, hidden: (command ?? group)?.hidden ?? false };
}

/** The nodes one word below `id`, by name; `""` is the root. */
export function childrenOf(id: string): TreeNode[] {
  const prefix = id === "" ? "" : `${id} `;
  const ids = new Set<string>();
  for (const spec of [...commands, ...groups]) {
    if (!spec.id.startsWith(prefix) || spec.id === id) continue;
    const word = spec.id.slice(prefix.length).split(" ", 1)[0];
    if (word) ids.add(`${prefix}${word}`);
  }
  return [...ids]
    .sort()
    .map((child) => findNode(child))
    .filter((node) => node !== undefined);
}
