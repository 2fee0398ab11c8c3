import type { InboundMessage } from "@openclaw/plugin-sdk";

type Entries = readonly (string | number)[];

/**
 * Whether a channel's message comes from the owner: somebody in `commands.ownerAllowFrom` (entries may begin with the
 * name of their channel), or when that names nobody, in the channel's own `allowFrom`. A `*` makes nobody the owner.
 */
export function isOwner(
  message: Pick<InboundMessage, "channel" | "sender">,
  lists: { ownerAllowFrom?: Entries | undefined; allowFrom?: Entries | undefined },
): boolean {
  const configured = (lists.ownerAllowFrom ?? []).map((entry) => String(entry).trim().toLowerCase());
  const explicit = configured.filter((entry) => entry !== "*" && entry !== "");
  if (explicit.length === 0 && configured.includes("*")) return false;
  const source = explicit.length > 0 ? explicit : (lists.allowFrom ?? []).map((entry) => String(entry).toLowerCase());
  const prefix = `${message.channel.toLowerCase()}:`;
  const names = new Set(
    [message.sender.id, message.sender.username]
      .filter((name) => name !== undefined && name !== "")
      .map((name) => String(name).toLowerCase()),
  );
  return source.some(
    (entry) => entry !== "*" && names.has(entry.startsWith(prefix) ? entry.slice(prefix.length) : entry),
  );
}
