import { type ChannelAction, ChannelError } from "@openclaw/plugin-sdk";
import type { Bot } from "../running/bot.ts";
import { allowedActions } from "./action-gates.ts";
import { guildActions } from "./guild-actions.ts";
import { messageActions } from "./message-actions.ts";
import { moderationActions } from "./moderation-actions.ts";
import type { ActionTable } from "./params.ts";
import { setPresence } from "./set-presence.ts";
import { threadActions } from "./thread-actions.ts";
import { uploadActions } from "./upload-actions.ts";

const table: ActionTable = {
  ...messageActions,
  ...threadActions,
  ...guildActions,
  ...uploadActions,
  ...moderationActions,
  "set-presence": setPresence,
};

/**
 * Does one of the actions that are more than sending, reacting, editing and deleting.
 * @throws ChannelError for actions that are switched off, wrong parameters, and what Discord refuses
 */
export async function runAction(bot: Bot, action: ChannelAction): Promise<unknown> {
  const run = table[action.action];
  if (run === undefined || !allowedActions(bot.context.account.settings.actions).includes(action.action)) {
    throw new ChannelError("unsupported", `Action ${action.action} is not supported for provider discord.`);
  }
  return run({ bot, action });
}
