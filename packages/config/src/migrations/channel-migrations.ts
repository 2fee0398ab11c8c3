import { at, drop, isPlainObject, type Migration, move, put, take } from "./tree.ts";

const formerSections = ["whatsapp", "telegram", "discord", "slack", "signal", "imessage", "msteams"];

/** Sections of channels move below `channels`; what was the same for all of them moves to each. */
export function migrateChannels(migration: Migration): void {
  const { root, changes } = migration;
  move(migration, "telegram.requireMention", "channels.telegram.groups.*.requireMention");
  for (const id of formerSections) mergeSection(migration, id);
  if (at(root, "routing.allowFrom") !== undefined) {
    if (isPlainObject(at(root, "channels.whatsapp")))
      move(migration, "routing.allowFrom", "channels.whatsapp.allowFrom");
    else drop(migration, "routing.allowFrom", "channels.whatsapp is not configured");
  }
  const mention = at(root, "routing.groupChat.requireMention");
  if (mention !== undefined) {
    const targets = [...(isPlainObject(at(root, "channels.whatsapp")) ? ["whatsapp"] : []), "telegram", "imessage"];
    for (const id of targets) {
      const place = `channels.${id}.groups.*.requireMention`;
      if (at(root, place) !== undefined) changes.push(`Kept ${place} (already set).`);
      else if (put(root, place, mention)) changes.push(`Moved routing.groupChat.requireMention → ${place}.`);
    }
    take(root, "routing.groupChat.requireMention");
  }
  copyAckReaction(migration);
}

function mergeSection(migration: Migration, id: string): void {
  const { root, changes } = migration;
  const old = root[id];
  const current = at(root, `channels.${id}`);
  if (!isPlainObject(old) || !isPlainObject(current)) return move(migration, id, `channels.${id}`);
  delete root[id];
  const missing = Object.entries(old).filter(([key]) => !Object.hasOwn(current, key));
  for (const [key, value] of missing) current[key] = value;
  changes.push(
    missing.length === 0
      ? `Removed ${id} (channels.${id} already set).`
      : `Moved ${id} → channels.${id} (only what was missing there: ${missing.map(([key]) => key).join(", ")}).`,
  );
}

/** WhatsApp has an acknowledgement of its own; the general one counts there until that is written down. */
function copyAckReaction({ root, changes }: Migration): void {
  const emoji = at(root, "messages.ackReaction");
  const whatsapp = at(root, "channels.whatsapp");
  if (typeof emoji !== "string" || emoji.trim() === "" || !isPlainObject(whatsapp)) return;
  if (whatsapp.ackReaction !== undefined) return;
  const scope = at(root, "messages.ackReactionScope") ?? "group-mentions";
  const direct = scope === "all" || scope === "direct";
  const group = scope === "all" || scope === "group-all" ? "always" : scope === "direct" ? "never" : "mentions";
  whatsapp.ackReaction = { emoji: emoji.trim(), direct, group };
  changes.push(`Copied messages.ackReaction → channels.whatsapp.ackReaction (scope ${String(scope)}).`);
}
