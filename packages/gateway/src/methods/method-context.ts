import type { AccessArea } from "../access/open-access.ts";
import type { AgentTools } from "../agent-calls/agent-tools.ts";
import type { GatewayApprovals } from "../approvals/open-approvals.ts";
import type { Automation } from "../automation/open-automation.ts";
import type { GatewayChannels } from "../channels/open-channels.ts";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayPort } from "../http/open-port.ts";
import type { GatewayMedia } from "../media/open-media.ts";
import type { NodesDoor } from "../nodes/nodes-door.ts";
import type { GatewayClients } from "../open-clients.ts";
import type { GatewayModels } from "../open-models.ts";
import type { GatewayRuntime } from "../open-runtime.ts";
import type { GatewayStores } from "../open-stores.ts";
import type { GatewayPipeline } from "../pipeline/open-pipeline.ts";
import type { GatewayPlugins } from "../plugins/gateway-plugins.ts";
import type { Wizard } from "../wizard/open-wizard.ts";
import type { Updater } from "./update.ts";

/** What the methods work with: everything the areas of one Gateway have opened. */
export interface MethodContext
  extends GatewayBase,
    GatewayPort,
    GatewayStores,
    GatewayModels,
    GatewayApprovals,
    GatewayMedia,
    GatewayRuntime,
    GatewayClients,
    GatewayChannels,
    AccessArea,
    GatewayPipeline {
  readonly conversations: Conversations;
  readonly plugins: GatewayPlugins;
  readonly commands: GatewayCommands;
  readonly nodes: NodesDoor;
  readonly agentTools: AgentTools;
  readonly automation: Automation;
  /** Brings the program up to date; absent where there is no source of updates. */
  readonly update: Updater | undefined;
  /** Sets up with questions; absent where there is nothing to set up with. */
  readonly wizard: Wizard | undefined;
}
