import { ChannelError } from "@openclaw/plugin-sdk";

const custom = /^<?(a)?:?([\w~]+):(\d+)>?$/;
// Discord knows ❤ and not ❤ with a selector behind it.
const variationSelectors = /[\ufe0e\ufe0f]/g;

/**
 * An emoji as reaction routes take it, not yet encoded: the character itself, or `name:id` for one of a guild's own.
 * @throws ChannelError for an empty text
 */
export function reactionEmoji(raw: string): string {
  const wanted = raw.trim();
  if (wanted === "") throw new ChannelError("unsupported", "emoji required");
  const own = custom.exec(wanted);
  return own ? `${own[2]}:${own[3]}` : wanted.replace(variationSelectors, "");
}

/** An emoji of a reaction as people write it: the character, or `<:name:id>`. */
export function emojiText(emoji: { id?: string | null | undefined; name?: string | null | undefined }): string {
  const name = emoji.name ?? "emoji";
  return emoji.id ? `<:${name}:${emoji.id}>` : name;
}
