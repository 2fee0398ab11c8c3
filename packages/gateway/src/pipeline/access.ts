import type { InboundMessage } from "@openclaw/plugin-sdk";

/** The part of a channel's configuration that says who may talk to the assistant. */
export interface AccessPolicy {
  dmPolicy?: string | undefined;
  allowFrom?: readonly (string | number)[] | undefined;
  groupPolicy?: string | undefined;
  groupAllowFrom?: readonly (string | number)[] | undefined;
}

export type Access = { admitted: true } | { admitted: false; reason: string };

/**
 * Decides whether a channel message may reach an agent: direct messages by `dmPolicy` and `allowFrom`, group messages by
 * `groupPolicy` and `groupAllowFrom`. Pairing with codes is not part of this build, so its default admits only senders
 * that are listed.
 */
export function checkAccess(message: InboundMessage, policy: AccessPolicy): Access {
  const direct = message.chat.kind === "direct";
  const kind = direct ? (policy.dmPolicy ?? "pairing") : (policy.groupPolicy ?? "allowlist");
  const list = (direct ? policy.allowFrom : (policy.groupAllowFrom ?? policy.allowFrom)) ?? [];
  if (kind === "disabled") return { admitted: false, reason: `${direct ? "direct" : "group"} messages are disabled` };
  if (kind === "open") {
    // For direct messages `open` counts only together with an explicit "*".
    return !direct || list.includes("*")
      ? { admitted: true }
      : { admitted: false, reason: 'dmPolicy "open" needs allowFrom ["*"]' };
  }
  const names = new Set(
    [message.sender.id, message.sender.username].filter(Boolean).map((name) => String(name).toLowerCase()),
  );
  const listed = list.some((entry) => entry === "*" || names.has(String(entry).toLowerCase()));
  return listed ? { admitted: true } : { admitted: false, reason: "the sender is not in the allowlist" };
}
