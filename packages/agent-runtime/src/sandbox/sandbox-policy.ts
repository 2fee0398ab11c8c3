import { resolveToolPolicy, type ToolPolicyConfig } from "../policy/tool-policy.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { SandboxMode } from "./sandbox-config.ts";

const defaultAllow = [
  "exec",
  "process",
  "read",
  "write",
  "edit",
  "apply_patch",
  "image",
  "sessions_list",
  "sessions_history",
  "sessions_send",
  "sessions_spawn",
  "session_status",
];

/** Ids of the channels; a channel's own tools carry its id. */
const channelIds = [
  "telegram",
  "whatsapp",
  "discord",
  "googlechat",
  "slack",
  "signal",
  "imessage",
  "msteams",
  "bluebubbles",
  "mattermost",
  "matrix",
  "feishu",
  "line",
  "nextcloud-talk",
  "nostr",
  "tlon",
  "twitch",
  "zalo",
  "zalouser",
];
const defaultDeny = ["browser", "canvas", "nodes", "cron", "gateway", ...channelIds];

const changingFileTools = ["write", "edit", "apply_patch"];

/** Where a list comes from, and the configuration key that changes it. */
export interface PolicySource {
  source: "default" | "global" | "agent";
  key: string;
}

export interface SandboxToolPolicy {
  allow: readonly string[];
  deny: readonly string[];
  sources: { allow: PolicySource; deny: PolicySource };
}

/** The tool lists of sandboxed runs. An agent's list replaces the global one, each list for itself. */
export function sandboxToolPolicy(config: RuntimeConfig, agentId: string): SandboxToolPolicy {
  const own = config.agents?.list?.find((agent) => agent.id.trim().toLowerCase() === agentId.toLowerCase());
  const agent = own?.tools?.sandbox?.tools;
  const global = config.tools?.sandbox?.tools;
  const deny = agent?.deny ?? global?.deny ?? defaultDeny;
  return {
    allow: withImage(agent?.allow ?? global?.allow ?? defaultAllow, deny),
    deny,
    sources: { allow: sourceOf("allow", agent, global), deny: sourceOf("deny", agent, global) },
  };
}

function sourceOf(
  list: "allow" | "deny",
  agent: ToolPolicyConfig | undefined,
  global: ToolPolicyConfig | undefined,
): PolicySource {
  if (agent?.[list] !== undefined) return { source: "agent", key: `agents.list[].tools.sandbox.tools.${list}` };
  return { source: global?.[list] === undefined ? "default" : "global", key: `tools.sandbox.tools.${list}` };
}

/** Pictures a user sends should be seen in a sandbox too, so a list that was written down gets `image` added. */
function withImage(allow: readonly string[], deny: readonly string[]): readonly string[] {
  if (allow.length === 0 || !passes("image", { deny })) return allow;
  return passes("image", { allow }) ? allow : [...allow, "image"];
}

function passes(tool: string, sandbox: ToolPolicyConfig): boolean {
  return resolveToolPolicy({ provider: "", model: "", sandbox }).allows(tool);
}

/** The policy of a run: the lists, and without the tools that change files when the workspace cannot be written. */
export function runPolicy(policy: SandboxToolPolicy, access: "none" | "ro" | "rw"): ToolPolicyConfig {
  return { allow: policy.allow, deny: access === "ro" ? [...policy.deny, ...changingFileTools] : policy.deny };
}

/** What a model and its user are told when they want a tool that only the sandbox takes away; undefined for others. */
export function blockedToolText(options: {
  tool: string;
  policy: SandboxToolPolicy;
  mode: SandboxMode;
  access: "none" | "ro" | "rw";
  sessionKey: string;
}): string | undefined {
  const { tool, policy, mode, sessionKey } = options;
  const head = `Tool "${tool}" blocked by sandbox tool policy (mode=${mode}).\nSession: ${sessionKey}`;
  const see = `See: openclaw sandbox explain --session ${sessionKey}`;
  const off = "- Turn the sandbox off: agents.defaults.sandbox.mode=off";
  const main = "- Use the main session, which mode non-main leaves alone";
  if (options.access === "ro" && changingFileTools.includes(tool)) {
    const fix = "- Let it write: agents.defaults.sandbox.workspaceAccess=rw";
    return [head, "Reason: deny list", "Fix:", off, fix, main, see].join("\n");
  }
  if (!passes(tool, { deny: policy.deny })) {
    const fix = `- Take it out of ${policy.sources.deny.key}`;
    return [head, "Reason: deny list", "Fix:", off, fix, main, see].join("\n");
  }
  if (!passes(tool, { allow: policy.allow })) {
    const fix = `- Add it to ${policy.sources.allow.key}`;
    return [head, "Reason: not in allow list", "Fix:", off, fix, main, see].join("\n");
  }
  return undefined;
}
