import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";

/** What the hooks that come with the program need of their Gateway. */
export interface BundledHookServices {
  config(): OpenClawConfig;
  stateDir: string;
  workspaceDir(agentId: string): string;
  agentOf(sessionKey: string): string;
  /** Asks the agent's model for a few words; undefined when it has none that answers in time. */
  ask(agentId: string, question: string, limitMs: number): Promise<string | undefined>;
  /** Runs a turn of the main session whose answer goes nowhere. @throws Error when it fails */
  runInMain(text: string): Promise<void>;
  userTimeZone(): string;
  /** From 0 to below 1. */
  random(): number;
  log: Logger;
}

/** The options of a hook in the configuration. */
export function hookOptions(config: OpenClawConfig, key: string): Readonly<Record<string, unknown>> {
  const entry: unknown = config.hooks?.internal?.entries?.[key];
  return typeof entry === "object" && entry !== null ? { ...entry } : {};
}
