import type { ElevatedConfig } from "@openclaw/approvals";
import type { SendPolicyConfig } from "@openclaw/sessions";
import type { ToolPolicyConfig, ToolsPolicyConfig } from "../policy/tool-policy.ts";
import type { QueueConfig } from "../queue/queue-settings.ts";
import type { SandboxConfig } from "../sandbox/sandbox-config.ts";
import type { ExecConfig } from "../tools/exec-tool.ts";
import type { WebToolsConfig } from "../tools/web/web-config.ts";

/** The part of the configuration the runtime reads. Every section is optional. */
export interface RuntimeConfig {
  agents?: {
    defaults?: AgentDefaultsConfig;
    list?: readonly AgentConfig[];
  };
  tools?: ToolsConfig;
  cron?: { maxConcurrentRuns?: number };
  commands?: { ownerAllowFrom?: readonly (string | number)[] };
  plugins?: { slots?: { memory?: string } };
  /** Limits of direct chats by channel id. */
  channels?: Readonly<Record<string, unknown>>;
  session?: {
    mainKey?: string;
    scope?: "per-sender" | "global";
    sendPolicy?: SendPolicyConfig;
    agentToAgent?: { maxPingPongTurns?: number };
  };
  messages?: { queue?: QueueConfig };
}

/** A model as configuration names it: alone, or with those to fall back on. */
export type ModelChoice = string | { primary?: string };

/** How an agent starts subagents. */
export interface SubagentConfig {
  allowAgents?: readonly string[];
  model?: ModelChoice;
  thinking?: string;
}

export interface AgentDefaultsConfig {
  workspace?: string;
  repoRoot?: string;
  skipBootstrap?: boolean;
  bootstrapMaxChars?: number;
  userTimezone?: string;
  contextTokens?: number;
  thinkingDefault?: string;
  verboseDefault?: string;
  elevatedDefault?: string;
  timeoutSeconds?: number;
  maxConcurrent?: number;
  compaction?: CompactionConfig;
  contextPruning?: ContextPruningConfig;
  subagents?: Omit<SubagentConfig, "allowAgents"> & { maxConcurrent?: number; archiveAfterMinutes?: number };
  heartbeat?: { prompt?: string };
  /** Largest image that the image tool sends, in MB. */
  mediaMaxMb?: number;
  sandbox?: SandboxConfig;
  /** Older place of some `tools.exec` keys. */
  exec?: { backgroundMs?: number; timeoutSec?: number; cleanupMs?: number };
}

export interface CompactionConfig {
  mode?: "default" | "safeguard";
  reserveTokensFloor?: number;
  maxHistoryShare?: number;
  memoryFlush?: { enabled?: boolean; softThresholdTokens?: number; prompt?: string; systemPrompt?: string };
}

export interface ContextPruningConfig {
  mode?: "off" | "adaptive" | "aggressive" | "cache-ttl";
  ttl?: string;
  keepLastAssistants?: number;
  softTrimRatio?: number;
  hardClearRatio?: number;
  minPrunableToolChars?: number;
  softTrim?: { maxChars?: number; headChars?: number; tailChars?: number };
  hardClear?: { enabled?: boolean; placeholder?: string };
  tools?: { allow?: readonly string[]; deny?: readonly string[] };
}

export interface AgentConfig {
  id: string;
  default?: boolean;
  name?: string;
  workspace?: string;
  subagents?: SubagentConfig;
  sandbox?: SandboxConfig;
  tools?: ToolsConfig;
}

export interface ToolsConfig extends ToolsPolicyConfig {
  elevated?: ElevatedConfig;
  exec?: ExecConfig;
  web?: WebToolsConfig;
  agentToAgent?: { enabled?: boolean; allow?: readonly string[] };
  /** What sandboxed sessions get. */
  sandbox?: { tools?: ToolPolicyConfig };
}
