import type { AgentTools } from "./agent-calls/agent-tools.ts";
import type { Automation } from "./automation/open-automation.ts";
import type { Channels } from "./channels/channels.ts";
import type { GatewayCommands } from "./commands/gateway-commands.ts";
import type { Conversations } from "./conversations.ts";
import type { ApiServices } from "./http/api/api-services.ts";
import { type Late, late } from "./late.ts";
import type { NodesDoor } from "./nodes/nodes-door.ts";
import type { OutboxWorker } from "./pipeline/outbox.ts";
import type { Pipeline } from "./pipeline/pipeline.ts";
import type { Waker } from "./pipeline/waker.ts";
import type { ForeignDoor } from "./plugins/foreign-door.ts";
import type { GatewayPlugins } from "./plugins/gateway-plugins.ts";

/** The parts of a Gateway that earlier ones call: a run needs tools, a tool begins runs. In the order of their opening. */
export interface LateParts {
  plugins: Late<GatewayPlugins>;
  conversations: Late<Conversations>;
  channels: Late<Channels>;
  outbox: Late<OutboxWorker>;
  commands: Late<GatewayCommands>;
  pipeline: Late<Pipeline>;
  foreignChannels: Late<ForeignDoor>;
  waker: Late<Waker>;
  nodes: Late<NodesDoor>;
  agentTools: Late<AgentTools>;
  automation: Late<Automation>;
  apiServices: Late<ApiServices>;
}

export function createLateParts(): LateParts {
  return {
    plugins: late("plugins"),
    conversations: late("conversations"),
    channels: late("channels"),
    outbox: late("outbox"),
    commands: late("commands"),
    pipeline: late("pipeline"),
    foreignChannels: late("channels of the reference release"),
    waker: late("waker"),
    nodes: late("nodes"),
    agentTools: late("agent tools"),
    automation: late("automation"),
    apiServices: late("APIs"),
  };
}
