import { coreToolOrder, subagentDenied, type ToolProfile, toolGroups, toolProfiles } from "./tool-groups.ts";

export interface ToolPolicyConfig {
  allow?: readonly string[];
  deny?: readonly string[];
}

export interface ToolProfilePolicyConfig extends ToolPolicyConfig {
  profile?: ToolProfile;
  alsoAllow?: readonly string[];
}

/** The `tools` section of the configuration or of one agent, as far as it decides which tools there are. */
export interface ToolsPolicyConfig extends ToolProfilePolicyConfig {
  byProvider?: Readonly<Record<string, ToolProfilePolicyConfig | undefined>>;
  subagents?: { tools?: ToolPolicyConfig };
}

export interface ToolPolicyInput {
  global?: ToolsPolicyConfig | undefined;
  agent?: ToolsPolicyConfig | undefined;
  provider: string;
  model: string;
  /** Policy of the chat group the session belongs to. */
  group?: ToolProfilePolicyConfig | undefined;
  /** Only for sandboxed runs. */
  sandbox?: ToolPolicyConfig | undefined;
  subagent?: boolean;
  /** Plugin id → names of its tools. */
  pluginTools?: Readonly<Record<string, readonly string[]>>;
}

export interface ToolPolicy {
  /** True when the tool passes every level. A refused tool must be neither offered nor run. */
  allows(toolName: string): boolean;
  /** Lines for the log about allow lists that cannot mean what they say. */
  warnings: readonly string[];
}

interface Level {
  source: string;
  allow?: readonly string[] | undefined;
  deny?: readonly string[] | undefined;
  /** Allow lists without any core tool are ignored here, so that a typo does not take all tools away. */
  guarded: boolean;
}

/** Combines all levels of the tool policy. Every level can only take tools away. */
export function resolveToolPolicy(input: ToolPolicyInput): ToolPolicy {
  const plugins = input.pluginTools ?? {};
  const warnings: string[] = [];
  const levels = policyLevels(input).map((level) => compileLevel(level, plugins, warnings));
  const decisions = new Map<string, boolean>();
  return {
    warnings,
    allows(toolName) {
      const name = normaliseName(toolName);
      const known = decisions.get(name);
      if (known !== undefined) return known;
      const allowed = levels.every((passes) => passes(name));
      decisions.set(name, allowed);
      return allowed;
    },
  };
}

function policyLevels(input: ToolPolicyInput): Level[] {
  const { global, agent } = input;
  const globalProvider = matchingProvider(global?.byProvider, input);
  const agentProvider = matchingProvider(agent?.byProvider, input);
  const profile = agent?.profile ?? global?.profile;
  const providerProfile = agentProvider?.profile !== undefined ? agentProvider : globalProvider;
  const subagentTools = global?.subagents?.tools;
  return [
    {
      source: "tools.profile",
      allow: profileAllow(profile, agent?.alsoAllow ?? global?.alsoAllow),
      guarded: true,
    },
    {
      source: "tools.byProvider.profile",
      allow: profileAllow(providerProfile?.profile, providerProfile?.alsoAllow),
      guarded: true,
    },
    { source: "tools", ...lists(global), guarded: true },
    { source: "tools.byProvider", ...lists(globalProvider), guarded: true },
    { source: "agents.list[].tools", ...lists(agent), guarded: true },
    { source: "agents.list[].tools.byProvider", ...lists(agentProvider), guarded: true },
    { source: "group tools", ...lists(input.group), guarded: true },
    { source: "sandbox tools", ...lists(input.sandbox), guarded: false },
    ...(input.subagent === true
      ? [
          {
            source: "subagent tools",
            allow: subagentTools?.allow,
            deny: [...subagentDenied, ...(subagentTools?.deny ?? [])],
            guarded: false,
          },
        ]
      : []),
  ];
}

function lists(policy: ToolPolicyConfig | undefined): Pick<Level, "allow" | "deny"> {
  return { allow: policy?.allow, deny: policy?.deny };
}

function profileAllow(
  profile: ToolProfile | undefined,
  alsoAllow: readonly string[] | undefined,
): readonly string[] | undefined {
  const allow = profile === undefined ? undefined : toolProfiles[profile];
  return allow === undefined ? undefined : [...allow, ...(alsoAllow ?? [])];
}

/** `provider/model` beats `provider`; letter case does not matter. */
function matchingProvider(
  byProvider: ToolsPolicyConfig["byProvider"],
  run: { provider: string; model: string },
): ToolProfilePolicyConfig | undefined {
  const provider = run.provider.toLowerCase();
  const exact = `${provider}/${run.model.toLowerCase()}`;
  const entries = Object.entries(byProvider ?? {}).map(([key, policy]) => [key.trim().toLowerCase(), policy] as const);
  return (entries.find(([key]) => key === exact) ?? entries.find(([key]) => key === provider))?.[1];
}

function compileLevel(
  level: Level,
  plugins: Readonly<Record<string, readonly string[]>>,
  warnings: string[],
): (name: string) => boolean {
  const deny = matcher(level.deny ?? [], plugins);
  const patterns = usableAllow(level, plugins, warnings);
  if (patterns.length === 0) return (name) => !deny(name);
  const allow = matcher(patterns, plugins);
  return (name) => !deny(name) && (allow(name) || (name === "apply_patch" && allow("exec")));
}

function usableAllow(
  level: Level,
  plugins: Readonly<Record<string, readonly string[]>>,
  warnings: string[],
): readonly string[] {
  const allow = level.allow ?? [];
  if (!level.guarded || allow.length === 0) return allow;
  const isCore = (pattern: string) => {
    const matches = matcher([pattern], {});
    return coreToolOrder.some(matches);
  };
  const isPlugin = (pattern: string) =>
    normaliseName(pattern) === "group:plugins" ||
    Object.hasOwn(plugins, normaliseName(pattern)) ||
    Object.values(plugins).some((tools) => tools.some(matcher([pattern], plugins)));
  const unknown = allow.filter((pattern) => !isCore(pattern) && !isPlugin(pattern));
  const anyCore = allow.some(isCore);
  if (unknown.length > 0) {
    const consequence = anyCore
      ? "These entries won't match any tool unless the plugin is enabled."
      : "Ignoring allowlist so core tools remain available. Use tools.alsoAllow for additive plugin tool enablement.";
    warnings.push(`tools: ${level.source} allowlist contains unknown entries (${unknown.join(", ")}). ${consequence}`);
  }
  return anyCore ? allow : [];
}

/** Whether a tool is meant by one of the patterns: names, `*`, groups and ids of plugins, whatever the letter case. */
export function toolMatcher(
  patterns: readonly string[],
  plugins: Readonly<Record<string, readonly string[]>> = {},
): (name: string) => boolean {
  const matches = matcher(patterns, plugins);
  return (name) => matches(normaliseName(name));
}

function matcher(
  patterns: readonly string[],
  plugins: Readonly<Record<string, readonly string[]>>,
): (name: string) => boolean {
  const exact = new Set<string>();
  const wild: RegExp[] = [];
  for (const pattern of patterns.map(normaliseName)) {
    const group =
      pattern === "group:plugins" ? Object.values(plugins).flat() : (toolGroups[pattern] ?? plugins[pattern]);
    if (group !== undefined) for (const name of group) exact.add(normaliseName(name));
    else if (pattern.includes("*")) wild.push(wildcard(pattern));
    else exact.add(pattern);
  }
  return (name) => exact.has(name) || wild.some((expression) => expression.test(name));
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`);
}

function normaliseName(name: string): string {
  const lower = name.trim().toLowerCase();
  if (lower === "bash") return "exec";
  return lower === "apply-patch" ? "apply_patch" : lower;
}
