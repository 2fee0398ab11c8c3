import type { AgentRuntime, Timers } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { GuardedFetch } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";
import type { Agents } from "../../agents.ts";
import type { Conversations } from "../../conversations.ts";
import type { MessageMedia } from "../../media/message-media.ts";
import type { GatewayMetrics } from "../../metrics/gateway-metrics.ts";
import type { Pipeline } from "../../pipeline/pipeline.ts";

/** What the APIs for programs use of the Gateway. */
export interface ApiServices {
  stateDir: string;
  config(): OpenClawConfig;
  agents: Agents;
  conversations: Conversations;
  runtime: AgentRuntime;
  pipeline: Pipeline;
  metrics: GatewayMetrics;
  media: Pick<MessageMedia, "seesImages">;
  /** For files that requests name. */
  guardedFetch: GuardedFetch;
  clock: Clock;
  timers: Timers;
  log: Logger;
}
