import type { ChannelStatus, StatusIssue } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { TelegramAccount } from "../account/telegram-accounts.ts";
import { auditMemberships, unmentionedGroups } from "./probe.ts";

const rowSchema = z.object({
  audit: z
    .object({
      groups: z.array(
        z.object({ chatId: z.string(), ok: z.boolean(), status: z.string().nullable(), error: z.string().nullable() }),
      ),
    })
    .optional()
    .catch(undefined),
  probe: z
    .object({ bot: z.object({ canReadAllGroupMessages: z.boolean().optional() }).optional() })
    .optional()
    .catch(undefined),
});

/** What `channels status` shows of a bot. */
export const telegramStatus: ChannelStatus<TelegramAccount> = {
  describe: (account) => {
    const { ids, unresolved, wildcard } = unmentionedGroups(account);
    return {
      tokenSource: account.tokenSource,
      mode: account.settings.webhookUrl ? "webhook" : "polling",
      allowUnmentionedGroups: wildcard || ids.length > 0 || unresolved.length > 0,
    };
  },
  audit: auditMemberships,
  issues(row, account) {
    const { ids, unresolved, wildcard } = unmentionedGroups(account);
    const read = rowSchema.safeParse(row);
    const { audit, probe } = read.success ? read.data : {};
    const issues: StatusIssue[] = [];
    if ((ids.length > 0 || unresolved.length > 0 || wildcard) && probe?.bot?.canReadAllGroupMessages !== true) {
      issues.push({
        kind: "config",
        message:
          "Groups are to be heard without a mention, but Telegram's privacy mode hides unmentioned messages from a bot.",
        fix: "Talk to @BotFather, run /setprivacy for the bot and disable it, then remove the bot from the groups and add it again.",
      });
    }
    if (wildcard) {
      issues.push({
        kind: "config",
        message: 'groups."*" is heard without a mention: whether the bot is in those groups cannot be checked.',
        fix: "List the groups by their numeric ids to have them checked.",
      });
    }
    if (unresolved.length > 0) {
      issues.push({
        kind: "config",
        message: `Groups that are not named by a numeric id are never matched: ${unresolved.join(", ")}.`,
        fix: "Use the chat id (-100…), as the log shows it when somebody writes in the group.",
      });
    }
    for (const { chatId, ok, status, error } of audit?.groups ?? []) {
      if (ok) continue;
      const details = [status && `status ${status}`, error].filter(Boolean).join(", ");
      issues.push({
        kind: "runtime",
        message: `Group ${chatId} not reachable by bot.${details === "" ? "" : ` (${details})`}`,
        fix: "Add the bot to the group, or correct the id.",
      });
    }
    return issues;
  },
};
