import type { Models } from "@openclaw/models";
import type { Tool } from "@openclaw/plugin-sdk";
import type { Sessions } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { AgentCalls } from "../../calls/agent-calls.ts";
import type { CallWaits } from "../../calls/call-waits.ts";
import type { ToolScope } from "../../run/run-tools.ts";
import type { RuntimeConfig } from "../../run/runtime-config.ts";
import type { Timers } from "../../run/timers.ts";
import type { Subagents } from "../../subagents/subagents.ts";
import type { AgentToAgent } from "./agent-to-agent.ts";
import { createAgentsListTool } from "./agents-list-tool.ts";
import { createSessionAccess } from "./session-access.ts";
import { createSessionStatusTool } from "./session-status-tool.ts";
import { createSessionsHistoryTool } from "./sessions-history-tool.ts";
import { createSessionsListTool } from "./sessions-list-tool.ts";
import { createSessionsSendTool } from "./sessions-send-tool.ts";
import { createSessionsSpawnTool } from "./sessions-spawn-tool.ts";

export interface SessionToolsOptions {
  sessions: Sessions;
  models: Models;
  calls: AgentCalls;
  waits: CallWaits;
  subagents: Subagents;
  agentToAgent: AgentToAgent;
  config: () => RuntimeConfig;
  /** The lines that `/status` answers with. */
  statusCard: (sessionKey: string) => Promise<string>;
  /** IANA zone of the user. */
  timeZone: () => string;
  /** Whether a run sees only its own session and those it made. Default: when it is sandboxed. */
  isSandboxed?: (scope: ToolScope) => boolean;
  newId: () => string;
  clock: Clock;
  timers: Timers;
}

/** The tools with which an agent sees and uses other sessions, for one run. */
export function createSessionTools(options: SessionToolsOptions): (scope: ToolScope) => Tool[] {
  const { sessions, config, clock } = options;
  const access = createSessionAccess({ sessions, config });
  return (scope) => {
    const viewer = {
      sessionKey: scope.sessionKey,
      agentId: scope.agentId,
      sandboxed: options.isSandboxed?.(scope) ?? scope.sandbox !== undefined,
    };
    return [
      createAgentsListTool({ agentId: scope.agentId, config }),
      createSessionsListTool({ viewer, access, sessions, clock }),
      createSessionsHistoryTool({ viewer, access, sessions }),
      createSessionsSendTool({ ...options, viewer, access, holdsNestedPlace: scope.lane === "nested" }),
      createSessionsSpawnTool({ viewer, subagents: options.subagents }),
      createSessionStatusTool({ ...options, viewer, access }),
    ];
  };
}
