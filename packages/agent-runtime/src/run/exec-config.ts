import type { ExecConfig } from "../tools/exec-tool.ts";
import { agentConfig } from "./run-setup.ts";
import type { RuntimeConfig } from "./runtime-config.ts";

/** `tools.exec` with the agent's own settings over it. */
export function execConfig(config: RuntimeConfig, agentId: string): ExecConfig {
  return {
    ...config.agents?.defaults?.exec,
    ...config.tools?.exec,
    ...agentConfig(config, agentId)?.tools?.exec,
  };
}
