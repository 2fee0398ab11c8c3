import { userEntries } from "../access/user-entry.ts";
import type { Bot } from "../bot.ts";
import { senderOf } from "./chat-of.ts";

/** Whether the assistant is told of a reaction, as `reactionNotifications` says. */
export async function isReported(
  bot: Pick<Bot, "context" | "names">,
  { userId, authorId, selfId }: { userId: string; authorId: string | undefined; selfId: string | undefined },
): Promise<boolean> {
  const { reactionNotifications, reactionAllowlist } = bot.context.account.settings;
  switch (reactionNotifications) {
    case "off":
      return false;
    case "own":
      return authorId !== undefined && authorId === selfId;
    case "all":
      return true;
    case "allowlist": {
      const sender = await senderOf(bot.names, userId);
      return reactionAllowlist
        .map(String)
        .some((entry) => entry.trim() === "*" || userEntries.matches(userEntries.normalizeEntry(entry), sender));
    }
  }
}
