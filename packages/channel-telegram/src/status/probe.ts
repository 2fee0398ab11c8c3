import type { AccountInput, AccountProbe } from "@openclaw/plugin-sdk";
import type { TelegramAccount } from "../account/telegram-accounts.ts";
import { errorText, refusalOf } from "../api/api-error.ts";
import { type BotApi, createBotApi } from "../api/bot-api.ts";

type StatusInput = Pick<AccountInput, "env"> & { account: TelegramAccount; signal: AbortSignal };

/** Asks the service who the bot is, and whether it is fed by a webhook. */
export async function probeBot(input: StatusInput): Promise<AccountProbe> {
  return withBot(input, async ({ api }) => {
    const startedAt = Date.now();
    try {
      const me = await api.raw.getMe();
      const webhook = await api.raw.getWebhookInfo();
      return {
        ok: true,
        status: null,
        error: null,
        elapsedMs: Date.now() - startedAt,
        bot: {
          id: me.id,
          username: me.username,
          canJoinGroups: me.can_join_groups,
          canReadAllGroupMessages: me.can_read_all_group_messages,
          supportsInlineQueries: me.supports_inline_queries,
        },
        webhook: { url: webhook.url ?? "", hasCustomCert: webhook.has_custom_certificate },
      };
    } catch (error) {
      return {
        ok: false,
        status: refusalOf(error)?.error_code ?? null,
        error: errorText(error),
        elapsedMs: Date.now() - startedAt,
      };
    }
  });
}

/** Whether the bot is in the groups it should hear without being mentioned. */
export interface MembershipAudit extends Record<string, unknown> {
  ok: boolean;
  groups: { chatId: string; ok: boolean; status: string | null; error: string | null }[];
  /** Keys that are no chat ids, and so cannot be asked about. */
  unresolvedGroups: string[];
  wildcard: boolean;
}

/** Asks for the bot's own membership in each of those groups. */
export async function auditMemberships(input: StatusInput & { probe: AccountProbe }): Promise<MembershipAudit> {
  const { ids, unresolved, wildcard } = unmentionedGroups(input.account);
  const botId = Number(input.probe.bot?.id);
  return withBot(input, async ({ api }) => {
    const groups: MembershipAudit["groups"] = [];
    for (const chatId of ids) {
      try {
        const { status } = await api.raw.getChatMember({ chat_id: chatId, user_id: botId });
        const ok = status === "creator" || status === "administrator" || status === "member";
        groups.push({ chatId, ok, status, error: ok ? null : "bot not in group" });
      } catch (error) {
        groups.push({ chatId, ok: false, status: null, error: errorText(error) });
      }
    }
    return { ok: groups.every(({ ok }) => ok), groups, unresolvedGroups: unresolved, wildcard };
  });
}

/** Groups that are heard without a mention: their ids, keys that are none, and whether all others are meant too. */
export function unmentionedGroups({ settings }: Pick<TelegramAccount, "settings">) {
  const keys = Object.entries(settings.groups).flatMap(([key, { enabled, requireMention }]) =>
    enabled !== false && requireMention === false ? [key] : [],
  );
  const named = keys.filter((key) => key !== "*");
  return {
    ids: named.filter((key) => /^-?\d+$/.test(key)),
    unresolved: named.filter((key) => !/^-?\d+$/.test(key)),
    wildcard: keys.includes("*"),
  };
}

async function withBot<T>({ account, env, signal }: StatusInput, ask: (bot: BotApi) => Promise<T>): Promise<T> {
  // Somebody waits for the answer: no second attempts.
  const once = { ...account, settings: { ...account.settings, retry: { ...account.settings.retry, attempts: 1 } } };
  const bot = await createBotApi({ account: once, env, signal });
  try {
    return await ask(bot);
  } finally {
    bot.close();
  }
}
