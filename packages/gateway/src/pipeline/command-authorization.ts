import type { InboundMessage } from "@openclaw/plugin-sdk";
import type { AccessPolicy } from "./access.ts";

/** The part of `commands` that says who may use commands. */
export interface CommandAccess {
  useAccessGroups?: boolean | undefined;
  ownerAllowFrom?: readonly (string | number)[] | undefined;
}

/** Channels whose direct chats need a list too: there a message may come from anybody. */
const listedDirectChats = new Set(["telegram", "slack"]);

/**
 * Whether the sender of a message that was let in may use commands and directives. In groups that takes a list the sender
 * is in; a list of owners, where there is one, goes over everything.
 */
export function mayUseCommands(message: InboundMessage, policy: AccessPolicy, commands: CommandAccess): boolean {
  return isAuthorised(message, policy, commands) && isAmongOwners(message, policy, commands);
}

function isAuthorised(message: InboundMessage, policy: AccessPolicy, commands: CommandAccess): boolean {
  if (message.chat.kind === "direct" && !listedDirectChats.has(message.channel)) return true;
  const lists = [policy.allowFrom ?? [], ...(message.chat.kind === "direct" ? [] : [policy.groupAllowFrom ?? []])];
  const configured = lists.filter((list) => list.length > 0);
  const allowed = configured.some((list) => isListed(list, message));
  if (commands.useAccessGroups !== false) return allowed;
  return message.channel === "discord" && configured.length > 0 ? allowed : true;
}

function isAmongOwners(message: InboundMessage, policy: AccessPolicy, commands: CommandAccess): boolean {
  const entries = (commands.ownerAllowFrom ?? []).map(String).map((entry) => entry.trim());
  if (entries.includes("*")) return true;
  const owners = entries.flatMap((entry) => {
    const prefixed = /^([a-z][a-z0-9_-]*):(.+)$/i.exec(entry);
    if (!prefixed) return entry === "" ? [] : [entry];
    return prefixed[1]?.toLowerCase() === message.channel ? [prefixed[2] ?? ""] : [];
  });
  if (owners.length > 0) return isListed(owners, message);
  // WhatsApp obeys the people in its own list, also in groups that are open to more.
  const own = policy.allowFrom ?? [];
  return message.channel !== "whatsapp" || own.length === 0 || isListed(own, message);
}

function isListed(list: readonly (string | number)[], { sender }: InboundMessage): boolean {
  const names = new Set([sender.id, sender.username].filter(Boolean).map((name) => String(name).toLowerCase()));
  return list.some((entry) => entry === "*" || names.has(String(entry).toLowerCase().replace(/^@/, "")));
}
