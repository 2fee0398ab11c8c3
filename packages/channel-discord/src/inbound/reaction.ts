import { emojiText } from "../text/emoji.ts";
import { userTag } from "./people.ts";
import type { WireMessage, WireReaction, WireUser } from "./wire.ts";

/** One line about a reaction in a guild. */
export function reactionText(options: {
  reaction: WireReaction;
  added: boolean;
  by: WireUser;
  guildName: string;
  channelName: string;
  /** Undefined when Discord does not show it any more. */
  message: Pick<WireMessage, "author"> | undefined;
}): string {
  const { reaction, message } = options;
  const author = message === undefined ? "" : ` from ${userTag(message.author)}`;
  return `Discord reaction ${options.added ? "added" : "removed"}: ${emojiText(reaction.emoji)} by ${userTag(options.by)} on ${options.guildName} #${options.channelName} msg ${reaction.message_id}${author}`;
}
