import type { ElevatedConfig } from "@openclaw/approvals";
import type { ToolsPolicyConfig } from "../policy/tool-policy.ts";
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
  subagents?: { maxConcurrent?: number };
  compaction?: CompactionConfig;
  contextPruning?: ContextPruningConfig;
  sandbox?: SandboxConfig;
  heartbeat?: { prompt?: string };
  /** Largest image that the image tool sends, in MB. */
  mediaMaxMb?: number;
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

/** What decides whether an agent can write into its workspace. */
export interface SandboxConfig {
  mode?: string;
  workspaceAccess?: string;
}

export interface AgentConfig {
  id: string;
  default?: boolean;
  workspace?: string;
  sandbox?: SandboxConfig;
  tools?: ToolsConfig;
}

export interface ToolsConfig extends ToolsPolicyConfig {
  elevated?: ElevatedConfig;
  exec?: ExecConfig;
  web?: WebToolsConfig;
}
