import type { Logger } from "@openclaw/log";
import type { ModelInfo, Models } from "@openclaw/models";
import type { GuardedFetch } from "@openclaw/net";
import type { Tool } from "@openclaw/plugin-sdk";
import { isSubagentKey, type PlaceRules } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { ExecChange } from "../directives/exec-directive.ts";
import type { LevelValues } from "../levels/level-words.ts";
import { groupToolPolicy } from "../policy/group-tool-policy.ts";
import { namedInAllowLists } from "../policy/named-tools.ts";
import { coreToolOrder } from "../policy/tool-groups.ts";
import { resolveToolPolicy, type ToolPolicyInput } from "../policy/tool-policy.ts";
import { sendOrder } from "../prompt/tool-list.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createApplyPatchTool } from "../tools/apply-patch/apply-patch-tool.ts";
import type { ApprovedCommands } from "../tools/approved-command.ts";
import type { CommandLauncher } from "../tools/command-launcher.ts";
import { createEditTool } from "../tools/edit-tool.ts";
import type { ExecApprovals } from "../tools/exec-approvals.ts";
import { createExecGuard } from "../tools/exec-guard.ts";
import type { ExecNodes } from "../tools/exec-nodes.ts";
import { createExecTool, type ExecConfig } from "../tools/exec-tool.ts";
import { createImageTool } from "../tools/image-tool.ts";
import type { JobRegistry } from "../tools/jobs/job-registry.ts";
import { createProcessTool } from "../tools/process/process-tool.ts";
import { createReadTool } from "../tools/read-tool.ts";
import { createWebTools } from "../tools/web/web-tools.ts";
import { createWriteTool } from "../tools/write-tool.ts";
import { elevatedSettings, type MessageSender } from "./elevated-settings.ts";
import { execConfig } from "./exec-config.ts";
import type { GlobalLane } from "./lanes.ts";
import { hookTools, type PluginRunTool, type RunPlugins } from "./run-plugins.ts";
import { agentConfig } from "./run-setup.ts";
import type { RuntimeConfig } from "./runtime-config.ts";
import type { Timers } from "./timers.ts";

/** What a tool may need to know about the run it is made for. */
export interface ToolScope {
  agentId: string;
  sessionKey: string;
  workspaceDir: string;
  channel?: string;
  /** The account of the channel, where whoever asked has named one. */
  accountId?: string;
  /** Set when the run is sandboxed: what the model asks for must then reach no other files and run no other programs. */
  sandbox?: Sandbox;
  /** Who wrote the message of the run. */
  sender?: MessageSender;
  /** The run; absent where a prompt is only shown. */
  runId?: string;
  /** The lane the run has a place in. */
  lane?: GlobalLane;
  /** The levels of the run. */
  levels: LevelValues;
  /** What the message says about commands, for this run alone. */
  exec?: ExecChange;
  /** The elevated level the message asks for, for this run alone. */
  elevated?: string;
  /** Further variables for the commands of the run. */
  commandEnv?: Readonly<Record<string, string>>;
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
  /** The session that made a subagent's session. */
  spawnedBy: (sessionKey: string) => string | undefined;
  /** What counts in the place a session is about, as its last message brought it along. */
  placeRules: (sessionKey: string) => PlaceRules | undefined;
  /** What the session itself says about commands. */
  sessionExec: (sessionKey: string) => ExecConfig;
  /** The level a session was switched to with `/elevated`. */
  sessionElevated: (sessionKey: string) => string | undefined;
  execApprovals?: ExecApprovals;
  execNodes?: ExecNodes;
  approved: ApprovedCommands;
  jobs: JobRegistry;
  /** What runs the commands of a session. */
  launcherFor: (scope: ToolScope) => CommandLauncher;
}

/** Makes the tools of a run: the built-in ones and the ones passed in, without those that a policy takes away. */
export function createRunTools(
  options: RunToolsOptions,
): (
  scope: ToolScope,
  model: ModelInfo,
  plugins: RunPlugins | undefined,
  external?: readonly PluginRunTool[],
) => Tool[] {
  const warned = new Set<string>();
  const warnOnce = (text: string) => {
    if (warned.has(text)) return;
    warned.add(text);
    options.log.warn(text);
  };

  const webTools = createWebTools({ ...options, config: () => options.config().tools?.web ?? {} });

  const imageTools = (scope: ToolScope, active: ModelInfo): Tool[] => {
    const maxMb = options.config().agents?.defaults?.mediaMaxMb;
    const files = scope.sandbox === undefined ? {} : { files: scope.sandbox.files };
    const tool = createImageTool({
      ...options,
      agentId: scope.agentId,
      workspaceDir: scope.workspaceDir,
      ...files,
      active,
      maxMb,
    });
    return tool === undefined ? [] : [tool];
  };

  return (scope, model, plugins, external = []) => {
    const config = options.config();
    const { agentId, sessionKey, sandbox } = scope;
    const files = {
      workspaceDir: scope.workspaceDir,
      homeDir: options.homeDir,
      platform: options.platform,
      ...(sandbox === undefined ? {} : { files: sandbox.files }),
    };
    const subagent = isSubagentKey(sessionKey);
    // A subagent may do no more in a group than the one that made it.
    const chatKey = subagent ? (options.spawnedBy(sessionKey) ?? sessionKey) : sessionKey;
    const exec = () => ({
      ...execConfig(options.config(), agentId),
      ...options.sessionExec(sessionKey),
      ...scope.exec,
    });
    const passedIn = options.tools?.(scope) ?? [];
    const isCore = (name: string) =>
      coreToolOrder.some((core) => core === name) || passedIn.some((tool) => tool.name === name);
    const plugged = [...(plugins?.tools(scope, isCore) ?? []), ...external.filter(({ tool }) => !isCore(tool.name))];
    const rules: ToolPolicyInput = {
      global: config.tools,
      agent: agentConfig(config, agentId)?.tools,
      provider: model.provider,
      model: model.id,
      group: groupToolPolicy(config, chatKey, scope.sender?.names, options.placeRules(chatKey), scope.accountId),
      subagent,
      sandbox: sandbox?.toolPolicy,
      ...(plugged.length === 0 ? {} : { pluginTools: namesByPlugin(plugged) }),
    };
    const policy = resolveToolPolicy(rules);
    const builtin = [
      createReadTool(files),
      createEditTool(files),
      createWriteTool(files),
      ...(knowsPatches(exec(), model) ? [createApplyPatchTool(files)] : []),
      createExecTool({
        ...files,
        config: exec,
        guard: createExecGuard({
          config: exec,
          agentId,
          sessionKey,
          channel: scope.channel ?? "webchat",
          elevated: () => ({
            ...elevatedSettings(options.config(), scope, options.sessionElevated(sessionKey)),
            inline: scope.elevated,
          }),
          sandboxed: sandbox !== undefined,
          ...(options.execApprovals === undefined ? {} : { approvals: options.execApprovals }),
          platform: options.platform,
          log: options.log,
        }),
        approved: options.approved,
        ...(options.execNodes === undefined ? {} : { nodes: options.execNodes }),
        ...(options.execApprovals?.desk === undefined ? {} : { desk: options.execApprovals.desk }),
        agentId,
        sessionKey,
        env: options.env,
        ...(scope.commandEnv === undefined ? {} : { added: scope.commandEnv }),
        loginPath: options.loginPath,
        secretNames: options.secretNames,
        jobs: options.jobs,
        launcher: options.launcherFor(scope),
        mayBackground: policy.allows("process"),
        clock: options.clock,
        timers: options.timers,
        ...(sandbox === undefined ? {} : { sandbox }),
      }),
      createProcessTool({ agentId, sandboxName: sandbox?.name, jobs: options.jobs, clock: options.clock }),
      ...webTools(),
      ...imageTools(scope, model),
    ];
    for (const warning of policy.warnings) warnOnce(warning);

    const offered = new Map<string, Tool>();
    const isNamed = plugged.some(({ optional }) => optional) ? namedInAllowLists(rules) : () => true;
    const fromPlugins = plugged.filter(({ optional, tool }) => !optional || isNamed(tool.name));
    for (const tool of [...builtin, ...passedIn, ...fromPlugins.map((own) => own.tool)]) {
      if (!policy.allows(tool.name)) continue;
      if (offered.has(tool.name)) warnOnce(`tools: there is more than one tool named ${tool.name}; the first is used`);
      else offered.set(tool.name, tool);
    }
    const tools = sendOrder([...offered.values()]);
    return plugins === undefined ? tools : hookTools(tools, plugins.hooks, scope, () => options.clock.now());
  };
}

function namesByPlugin(tools: readonly PluginRunTool[]): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const { pluginId, group, tool } of tools) {
    for (const id of [pluginId, ...(group === undefined ? [] : [group])]) {
      const name = id.toLowerCase();
      names[name] = [...(names[name] ?? []), tool.name];
    }
  }
  return names;
}

/** Providers whose models were trained on the format of `apply_patch`. */
const patchProviders = new Set(["openai", "openai-codex"]);

function knowsPatches(config: ExecConfig, model: ModelInfo): boolean {
  const { enabled, allowModels = [] } = config.applyPatch ?? {};
  const provider = model.provider.toLowerCase();
  if (enabled !== true || !patchProviders.has(provider)) return false;
  const name = model.id.toLowerCase();
  const allowed = allowModels.map((entry) => entry.trim().toLowerCase());
  return allowed.length === 0 || allowed.includes(name) || allowed.includes(`${provider}/${name}`);
}
