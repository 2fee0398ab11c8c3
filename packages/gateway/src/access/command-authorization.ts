import type { InboundMessage } from "@openclaw/plugin-sdk";
import { type AccessRules, directList, groupList } from "./access-rules.ts";

/** The part of `commands` that says who may use commands. */
export interface CommandAccess {
  useAccessGroups?: boolean | undefined;
  ownerAllowFrom?: readonly (string | number)[] | undefined;
}

type Asking = Pick<InboundMessage, "chat" | "channel" | "sender">;

/** Channels whose direct chats need a list too: there a message may come from anybody. */
const listedDirectChats = new Set(["telegram", "slack"]);

/**
 * Whether the sender of a message that was let in may use commands and directives. In groups that takes a list the sender
 * is in; a list of owners, where there is one, goes over everything.
 */
export function mayUseCommands(message: Asking, rules: AccessRules, commands: CommandAccess): boolean {
  return isAuthorised(message, rules, commands) && isAmongOwners(message, rules, commands);
}

function isAuthorised({ chat, channel, sender }: Asking, rules: AccessRules, commands: CommandAccess): boolean {
  const direct = chat.kind === "direct";
  const listed = rules.channel.listedDirectCommands ?? listedDirectChats.has(channel);
  if (direct && !listed) return true;
  const lists = direct ? [directList(rules)] : [directList(rules), rules.group?.senders ?? groupList(rules)];
  const configured = lists.filter((list) => list.length > 0);
  const allowed = configured.some((list) => rules.lists(list, sender));
  if (commands.useAccessGroups !== false) return allowed;
  const always = rules.channel.listedCommandsAlways ?? channel === "discord";
  return always && configured.length > 0 ? allowed : true;
}

function isAmongOwners({ channel, sender }: Asking, rules: AccessRules, commands: CommandAccess): boolean {
  const owners = ownersFor(channel, commands.ownerAllowFrom);
  if (owners.includes("*")) return true;
  if (owners.length > 0) return rules.lists(owners, sender);
  // Some services obey the people in their own list alone, also in groups that are open to more.
  const own = rules.direct.allowFrom ?? [];
  const ownersOnly = rules.channel.ownersOnly ?? channel === "whatsapp";
  return !ownersOnly || own.length === 0 || rules.lists(own, sender);
}

/** The entries of `commands.ownerAllowFrom` that concern a channel, without its name in front. */
export function ownersFor(channel: string, entries: CommandAccess["ownerAllowFrom"]): string[] {
  return (entries ?? []).flatMap((each) => {
    const entry = String(each).trim();
    if (entry === "") return [];
    const prefixed = /^([a-z][a-z0-9_-]*):(.+)$/i.exec(entry);
    if (!prefixed) return [entry];
    return prefixed[1]?.toLowerCase() === channel ? [prefixed[2] ?? ""] : [];
  });
}
