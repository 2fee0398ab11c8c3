import type { Logger } from "@openclaw/log";
import type { ModelInfo, Models } from "@openclaw/models";
import type { GuardedFetch } from "@openclaw/net";
import type { Tool } from "@openclaw/plugin-sdk";
import { isSubagentKey } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import { resolveToolPolicy } from "../policy/tool-policy.ts";
import { sendOrder } from "../prompt/tool-list.ts";
import type { ApprovedCommands } from "../tools/approved-command.ts";
import { createEditTool } from "../tools/edit-tool.ts";
import type { ExecApprovals } from "../tools/exec-approvals.ts";
import { createExecGuard } from "../tools/exec-guard.ts";
import { createExecTool, type ExecConfig } from "../tools/exec-tool.ts";
import { createImageTool } from "../tools/image-tool.ts";
import { createReadTool } from "../tools/read-tool.ts";
import { createWebTools } from "../tools/web/web-tools.ts";
import { createWriteTool } from "../tools/write-tool.ts";
import { elevatedSettings, type MessageSender } from "./elevated-settings.ts";
import { agentConfig } from "./run-setup.ts";
import type { RuntimeConfig } from "./runtime-config.ts";
import type { Timers } from "./timers.ts";

/** What a tool may need to know about the run it is made for. */
export interface ToolScope {
  agentId: string;
  sessionKey: string;
  workspaceDir: string;
  channel?: string;
  /** Who wrote the message of the run. */
  sender?: MessageSender;
}

export interface RunToolsOptions {
  models: Models;
  /** Further tools, beside the built-in ones. */
  tools?: (scope: ToolScope) => readonly Tool[];
  config: () => RuntimeConfig;
  env: NodeJS.ProcessEnv;
  homeDir: string;
  platform: NodeJS.Platform;
  loginPath: () => Promise<string | undefined>;
  secretNames: readonly string[];
  clock: Clock;
  timers: Timers;
  log: Logger;
  /** For services that the configuration names. */
  fetch: typeof fetch;
  /** For addresses that models name. */
  guardedFetch: GuardedFetch;
  /** What the session itself says about commands. */
  sessionExec: (sessionKey: string) => ExecConfig;
  /** The level a session was switched to with `/elevated`. */
  sessionElevated: (sessionKey: string) => string | undefined;
  execApprovals?: ExecApprovals;
  approved: ApprovedCommands;
}

/** Makes the tools of a run: the built-in ones and the ones passed in, without those that a policy takes away. */
export function createRunTools(options: RunToolsOptions): (scope: ToolScope, model: ModelInfo) => Tool[] {
  const warned = new Set<string>();
  const warnOnce = (text: string) => {
    if (warned.has(text)) return;
    warned.add(text);
    options.log.warn(text);
  };

  const webTools = createWebTools({ ...options, config: () => options.config().tools?.web ?? {} });

  const imageTools = (scope: ToolScope, active: ModelInfo): Tool[] => {
    const maxMb = options.config().agents?.defaults?.mediaMaxMb;
    const tool = createImageTool({ ...options, workspaceDir: scope.workspaceDir, active, maxMb });
    return tool === undefined ? [] : [tool];
  };

  return (scope, model) => {
    const config = options.config();
    const exec = () => ({ ...execConfig(options.config(), scope.agentId), ...options.sessionExec(scope.sessionKey) });
    const files = { workspaceDir: scope.workspaceDir, homeDir: options.homeDir, platform: options.platform };
    const builtin = [
      createReadTool(files),
      createEditTool(files),
      createWriteTool(files),
      createExecTool({
        ...files,
        config: exec,
        guard: createExecGuard({
          config: exec,
          agentId: scope.agentId,
          sessionKey: scope.sessionKey,
          channel: scope.channel ?? "webchat",
          // No sandbox is part of this build.
          sandboxed: false,
          elevated: () => elevatedSettings(options.config(), scope, options.sessionElevated(scope.sessionKey)),
          ...(options.execApprovals === undefined ? {} : { approvals: options.execApprovals }),
          platform: options.platform,
          log: options.log,
        }),
        approved: options.approved,
        sessionKey: scope.sessionKey,
        agentId: scope.agentId,
        env: options.env,
        loginPath: options.loginPath,
        secretNames: options.secretNames,
        clock: options.clock,
        timers: options.timers,
      }),
      ...webTools(),
      ...imageTools(scope, model),
    ];
    const policy = resolveToolPolicy({
      global: config.tools,
      agent: agentConfig(config, scope.agentId)?.tools,
      provider: model.provider,
      model: model.id,
      subagent: isSubagentKey(scope.sessionKey),
    });
    for (const warning of policy.warnings) warnOnce(warning);

    const offered = new Map<string, Tool>();
    for (const tool of [...builtin, ...(options.tools?.(scope) ?? [])]) {
      if (!policy.allows(tool.name)) continue;
      if (offered.has(tool.name)) warnOnce(`tools: there is more than one tool named ${tool.name}; the first is used`);
      else offered.set(tool.name, tool);
    }
    return sendOrder([...offered.values()]);
  };
}

/** `tools.exec` with the agent's own settings over it. */
function execConfig(config: RuntimeConfig, agentId: string): ExecConfig {
  const older = config.agents?.defaults?.exec?.timeoutSec;
  return {
    ...(older === undefined ? {} : { timeoutSec: older }),
    ...config.tools?.exec,
    ...agentConfig(config, agentId)?.tools?.exec,
  };
}
