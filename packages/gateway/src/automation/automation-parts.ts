import type { AgentRuntime, Timers } from "@openclaw/agent-runtime";
import type { Heartbeats } from "@openclaw/automation/resident";
import type { ConfigStore, OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { Models } from "@openclaw/models";
import type { Sessions } from "@openclaw/sessions";
import type { Clock, Storage } from "@openclaw/storage";
import type { Agents } from "../agents.ts";
import type { ChannelSettings } from "../channels/account-config.ts";
import type { Channels } from "../channels/channels.ts";
import type { Conversations } from "../conversations.ts";
import type { HotReload } from "../hot-reload.ts";
import type { GatewayMetrics } from "../metrics/gateway-metrics.ts";
import type { Targets } from "../outbound/resolve-target.ts";
import type { OutboxWorker } from "../pipeline/outbox.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { ChannelRoute } from "../pipeline/reply.ts";
import type { ReplySettings } from "../pipeline/reply-settings.ts";
import type { SystemEvents } from "../pipeline/system-events.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { Connections } from "../ws/connections.ts";

/** The parts of a Gateway that act without being asked work with. */
export interface AutomationGateway {
  stateDir: string;
  env: NodeJS.ProcessEnv;
  config(): OpenClawConfig;
  configStore: ConfigStore;
  storage: Storage;
  sessions: Sessions;
  models: Models;
  agents: Agents;
  runtime: AgentRuntime;
  conversations: Conversations;
  systemEvents: SystemEvents;
  pipeline: Pipeline;
  runs: RunRegistry;
  connections: Connections;
  channels: Channels;
  channelSettings: ChannelSettings;
  targets: Targets;
  metrics: Pick<GatewayMetrics, "webhook">;
  outbox: OutboxWorker;
  hotReload: HotReload;
  /** How a chat wants what is written to it. */
  replySettings(route: ChannelRoute, agentId: string): ReplySettings;
  /** The port this Gateway listens on. */
  port: number;
  trustedProxies: readonly string[];
  userTimeZone(): string;
  hostTimeZone: string;
  clock: Clock;
  timers: Timers;
  log: Logger;
}

/** The same with what decides when agents look after things. */
export interface AutomationParts extends AutomationGateway {
  heartbeats: Heartbeats;
}
