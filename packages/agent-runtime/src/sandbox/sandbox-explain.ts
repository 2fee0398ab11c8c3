import type { RuntimeConfig, ToolsConfig } from "../run/runtime-config.ts";
import { bwrapProblems } from "./bwrap-settings.ts";
import { resolveSandboxSettings, type SandboxSettings } from "./sandbox-config.ts";
import { type PolicySource, sandboxToolPolicy } from "./sandbox-policy.ts";
import { isSandboxed, mainKeyOf } from "./sandbox-scope.ts";

const docsUrl = "https://docs.openclaw.ai/sandbox";

type AllowFrom = readonly (string | number)[];

/** What holds for one session: whether it is sandboxed, how, which tools it has, and what would change that. */
export interface SandboxExplanation {
  docsUrl: string;
  agentId: string;
  sessionKey: string;
  mainSessionKey: string;
  sandbox: {
    backend: SandboxSettings["backend"];
    mode: SandboxSettings["mode"];
    scope: SandboxSettings["scope"];
    perSession: boolean;
    workspaceAccess: SandboxSettings["workspaceAccess"];
    workspaceRoot: string;
    sessionIsSandboxed: boolean;
    tools: {
      allow: readonly string[];
      deny: readonly string[];
      sources: { allow: PolicySource; deny: PolicySource };
    };
    /** Settings the backend refuses; sandboxed turns fail until they are changed. */
    problems: string[];
  };
  elevated: {
    enabled: boolean;
    channel?: string;
    allowedByConfig: boolean;
    alwaysAllowedByConfig: boolean;
    allowFrom: { global?: AllowFrom; agent?: AllowFrom };
    failures: { gate: string; key: string }[];
  };
  fixIt: string[];
}

export function explainSandbox(request: {
  config: RuntimeConfig;
  env: NodeJS.ProcessEnv;
  sessionKey: string;
  agentId: string;
  channel?: string;
}): SandboxExplanation {
  const { config, agentId, sessionKey } = request;
  const settings = resolveSandboxSettings(config, agentId, request.env);
  const mainSessionKey = mainKeyOf(config, agentId);
  const sessionIsSandboxed = isSandboxed(settings.mode, sessionKey, mainSessionKey);
  return {
    docsUrl,
    agentId,
    sessionKey,
    mainSessionKey,
    sandbox: {
      backend: settings.backend,
      mode: settings.mode,
      scope: settings.scope,
      perSession: settings.scope === "session",
      workspaceAccess: settings.workspaceAccess,
      workspaceRoot: settings.workspaceRoot,
      sessionIsSandboxed,
      tools: sandboxToolPolicy(config, agentId),
      problems: sandboxProblems(settings),
    },
    elevated: explainElevated(request),
    fixIt: [
      "agents.defaults.sandbox.mode=off",
      "agents.list[].sandbox.mode=off",
      "tools.sandbox.tools.allow",
      "tools.sandbox.tools.deny",
      "agents.list[].tools.sandbox.tools.allow",
      "agents.list[].tools.sandbox.tools.deny",
      "tools.elevated.enabled",
      ...(request.channel === undefined ? [] : [`tools.elevated.allowFrom.${request.channel}`]),
    ],
  };
}

/** What keeps the configured backend from being used, as far as the settings alone show it. */
export function sandboxProblems(settings: SandboxSettings): string[] {
  if (settings.mode === "off" || settings.backend !== "bwrap") return [];
  return bwrapProblems(settings.docker).map((problem) => problem.message);
}

/** Which gates of elevated execution are shut for everybody on this channel; who the sender is, is not known here. */
function explainElevated(request: { config: RuntimeConfig; agentId: string; channel?: string }) {
  const { config, agentId, channel } = request;
  const global: ToolsConfig["elevated"] = config.tools?.elevated;
  const own = config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === agentId.toLowerCase());
  const agent = own?.tools?.elevated;
  const enabledGlobally = global?.enabled !== false;
  const enabledForAgent = agent?.enabled !== false;
  const globalList = channel === undefined ? undefined : global?.allowFrom?.[channel];
  const agentList = channel === undefined ? undefined : agent?.allowFrom?.[channel];
  const failures = [
    ...(enabledGlobally ? [] : [{ gate: "enabled", key: "tools.elevated.enabled" }]),
    ...(enabledForAgent ? [] : [{ gate: "enabled", key: "agents.list[].tools.elevated.enabled" }]),
    ...(channel !== undefined && !globalList?.length
      ? [{ gate: "allowFrom", key: `tools.elevated.allowFrom.${channel}` }]
      : []),
    ...(agentList !== undefined && agentList.length === 0
      ? [{ gate: "allowFrom", key: `agents.list[].tools.elevated.allowFrom.${channel}` }]
      : []),
  ];
  const lists = [globalList, ...(agentList === undefined ? [] : [agentList])];
  const allowedByConfig = channel !== undefined && failures.length === 0;
  return {
    enabled: enabledGlobally && enabledForAgent,
    ...(channel === undefined ? {} : { channel }),
    allowedByConfig,
    alwaysAllowedByConfig:
      allowedByConfig && lists.every((list) => list?.some((entry) => String(entry).trim() === "*")),
    allowFrom: {
      ...(globalList === undefined ? {} : { global: globalList }),
      ...(agentList === undefined ? {} : { agent: agentList }),
    },
    failures,
  };
}
