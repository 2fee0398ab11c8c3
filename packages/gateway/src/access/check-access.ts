import type { AccessRefusal, InboundMessage } from "@openclaw/plugin-sdk";
import { type AccessRules, directList, groupList } from "./access-rules.ts";

export type Access =
  | { kind: "admitted" }
  | { kind: "refused"; reason: AccessRefusal; text: string }
  /** A stranger who may ask to be let in. */
  | { kind: "pairing" };

type Asking = Pick<InboundMessage, "chat" | "sender" | "stale">;

/** Decides whether a channel's message may reach an agent. */
export function checkAccess(message: Asking, rules: AccessRules): Access {
  return message.chat.kind === "direct" ? checkDirect(message, rules) : checkGroup(message, rules);
}

/** Whether a list names the sender, whatever the policy says. */
export function isSenderListed({ chat, sender }: Asking, rules: AccessRules): boolean {
  const list = chat.kind === "direct" ? directList(rules) : (rules.group?.senders ?? groupList(rules));
  return rules.lists(list, sender);
}

function checkDirect({ sender, stale }: Asking, rules: AccessRules): Access {
  const policy = rules.direct.policy ?? "pairing";
  if (policy === "disabled") return refused("direct-disabled", "direct messages are disabled");
  if (sender.isSelf && rules.channel.selfIsAllowed) return { kind: "admitted" };
  if (rules.lists(directList(rules), sender)) return { kind: "admitted" };
  switch (policy) {
    case "open":
      // Open counts only together with an explicit "*", which the list would have had.
      return refused("sender-not-listed", 'dmPolicy "open" needs allowFrom ["*"]');
    case "allowlist":
      return refused("sender-not-listed", "the sender is not in the allowlist");
    case "pairing":
      if (rules.channel.idLine === undefined) return refused("sender-not-listed", "the sender is not in the allowlist");
      return stale ? refused("sender-not-listed", "a stranger wrote before the connection") : { kind: "pairing" };
  }
}

function checkGroup({ sender }: Asking, rules: AccessRules): Access {
  const group = rules.group ?? {};
  if (group.enabled === false) return refused("place-disabled", "the group is disabled");
  if (group.senders !== undefined && !rules.lists(group.senders, sender)) {
    return refused("sender-not-listed", "the sender is not among those of this group");
  }
  if (rules.groupPolicy === "disabled") return refused("groups-disabled", "group messages are disabled");
  if (rules.groupPolicy === "allowlist") {
    if (group.allowlistNames === "places") {
      if (group.listed !== true) return refused("place-not-listed", "the place is not in the allowlist");
    } else if (group.senders === undefined && !rules.lists(groupList(rules), sender)) {
      return refused("sender-not-listed", "the sender is not in the allowlist");
    }
  }
  return group.listed === false
    ? refused("place-not-listed", "the group is not in the allowlist")
    : { kind: "admitted" };
}

function refused(reason: AccessRefusal, text: string): Access {
  return { kind: "refused", reason, text };
}
