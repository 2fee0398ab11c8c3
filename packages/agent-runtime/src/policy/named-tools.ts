import { type ToolPolicyInput, type ToolProfilePolicyConfig, toolMatcher } from "./tool-policy.ts";

/** Whether an allow list that applies to a run names a tool by itself: `*` alone names none. */
export function namedInAllowLists(input: ToolPolicyInput): (toolName: string) => boolean {
  const { global, agent, group, sandbox, pluginTools, subagent } = input;
  const model = [`${input.provider}/${input.model}`.toLowerCase(), input.provider.toLowerCase()];
  const ofProvider = (byProvider: Readonly<Record<string, ToolProfilePolicyConfig | undefined>> | undefined) =>
    Object.entries(byProvider ?? {}).flatMap(([key, policy]) =>
      model.includes(key.trim().toLowerCase()) && policy ? [policy] : [],
    );
  const levels: (ToolProfilePolicyConfig | undefined)[] = [
    global,
    agent,
    ...ofProvider(global?.byProvider),
    ...ofProvider(agent?.byProvider),
    group,
    sandbox,
    ...(subagent ? [global?.subagents?.tools] : []),
  ];
  const named = levels.flatMap((level) => [...(level?.allow ?? []), ...(level?.alsoAllow ?? [])]);
  return toolMatcher(
    named.filter((pattern) => !/^\*+$/.test(pattern.trim())),
    pluginTools,
  );
}
