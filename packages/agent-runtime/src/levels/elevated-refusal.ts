import type { ElevatedAccess } from "@openclaw/approvals";

/** What a chat is told when its sender may not use elevated commands: which gates are shut, and where to look. */
export function chatElevatedRefusal(
  access: Extract<ElevatedAccess, { allowed: false }>,
  place: { channel: string; sessionKey: string; sandboxed: boolean },
): string {
  const { channel, sessionKey, sandboxed } = place;
  const keys = {
    enabled: "tools.elevated.enabled / agents.list[].tools.elevated.enabled",
    allowFrom: `tools.elevated.allowFrom.${channel} / agents.list[].tools.elevated.allowFrom.${channel}`,
  };
  return [
    `elevated is not available right now (runtime=${sandboxed ? "sandboxed" : "direct"}).`,
    `Failing gates: ${access.failing.map((gate) => `${gate} (${keys[gate]})`).join(", ")}`,
    `See: openclaw sandbox explain --session ${sessionKey}`,
  ].join("\n");
}
