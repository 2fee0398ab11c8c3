import {
  type ChannelAccounts,
  defaultAccountId,
  listAccountIds,
  normalizeAccountId,
  pickDefaultAccount,
} from "@openclaw/plugin-sdk";
import { findBotToken, missingToken, type TokenSource, tokenVariable } from "./bot-token.ts";
import { readSettings, type TelegramSettings } from "./telegram-settings.ts";

/** One bot of the configuration. */
export interface TelegramAccount {
  accountId: string;
  token: string | undefined;
  tokenSource: TokenSource;
  settings: TelegramSettings;
}

/** How the bots of the configuration are read. */
export const telegramAccounts: Required<
  Pick<
    ChannelAccounts<TelegramAccount>,
    "list" | "defaultId" | "resolve" | "isConfigured" | "unconfiguredReason" | "questions" | "checkInput" | "setup"
  >
> = {
  list({ section, bindings }) {
    const named = bindings.flatMap(({ accountId }) =>
      accountId === undefined || accountId === "*" ? [] : [normalizeAccountId(accountId)],
    );
    return [...new Set([...listAccountIds(section), ...named])].sort();
  },
  defaultId(input) {
    const bound = input.bindings.find(
      ({ isDefaultAgent, accountId }) => isDefaultAgent && accountId !== undefined && accountId !== "*",
    )?.accountId;
    return bound === undefined ? pickDefaultAccount(telegramAccounts.list(input)) : normalizeAccountId(bound);
  },
  resolve(input) {
    const { token, source } = findBotToken(input);
    return { accountId: input.accountId, token, tokenSource: source, settings: readSettings(input.config) };
  },
  isConfigured: ({ token }) => token !== undefined,
  unconfiguredReason: ({ accountId }) => missingToken(accountId),
  questions: [{ name: "token", message: "Enter Telegram bot token", secret: true }],
  checkInput({ accountId, useEnv, values }) {
    if (useEnv) {
      return accountId === defaultAccountId ? undefined : `${tokenVariable} can only be used for the default account.`;
    }
    return values.token || values.tokenFile || values.botToken
      ? undefined
      : "Telegram requires token or --token-file (or --use-env).";
  },
  setup({ useEnv, values: { token, botToken, tokenFile } }) {
    if (useEnv) return {};
    if (tokenFile) return { tokenFile };
    return { botToken: token || botToken };
  },
};
