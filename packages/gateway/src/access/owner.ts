import type { InboundMessage } from "@openclaw/plugin-sdk";
import type { AccessRules } from "./access-rules.ts";
import { type CommandAccess, ownersFor } from "./command-authorization.ts";

/**
 * Whether a channel's message comes from the owner: somebody in `commands.ownerAllowFrom` (entries may begin with the
 * name of their channel), else one of the people named for the place where its channel says that these are owners, else one in the channel's own `allowFrom`, else the
 * account itself where that list is empty. A `*` makes nobody the owner.
 */
export function isOwner(
  { channel, sender }: Pick<InboundMessage, "channel" | "sender">,
  rules: AccessRules,
  commands: CommandAccess,
): boolean {
  const named = (commands.ownerAllowFrom ?? []).map((entry) => String(entry).trim()).filter((entry) => entry !== "");
  const explicit = named.filter((entry) => entry !== "*");
  if (explicit.length > 0) return rules.lists(ownersFor(channel, explicit), sender);
  if (named.includes("*")) return false;
  const people = (list: readonly (string | number)[] | undefined) =>
    list?.filter((entry) => String(entry).trim() !== "*") ?? [];
  const here = rules.group?.sendersAreOwners ? people(rules.group.senders) : [];
  if (here.length > 0 && rules.lists(here, sender)) return true;
  if (rules.direct.allowFrom?.length === 0) return sender.isSelf === true;
  return rules.lists(people(rules.direct.allowFrom), sender);
}
