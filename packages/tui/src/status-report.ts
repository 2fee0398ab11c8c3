import type { ResultOf } from "@openclaw/protocol";

/** The Gateway's status as lines. */
export function statusReport({ linkChannel, heartbeat, sessions }: ResultOf<"status">): string[] {
  const { model, contextTokens } = sessions.defaults;
  return [
    ...(linkChannel ? [`Channel: ${linkChannel.label} ${linkChannel.linked ? "linked" : "not linked"}`] : []),
    `Heartbeat: ${heartbeat.agents.map(({ agentId, enabled, every }) => `${agentId} ${enabled ? every : "off"}`).join(", ") || "off"}`,
    `Store: ${sessions.paths.join(", ")}`,
    `Model: ${model ?? "none"}${contextTokens ? ` (${contextTokens} tokens of context)` : ""}`,
    `Sessions: ${sessions.count}`,
    ...sessions.recent
      .slice(0, 5)
      .map(({ key, percentUsed }) => `  ${key}${typeof percentUsed === "number" ? ` ${percentUsed}% used` : ""}`),
  ];
}
