import { type AccountInput, type ChannelAccounts, defaultAccountId } from "@openclaw/plugin-sdk";
import { readSettings, type SlackSettings } from "./slack-settings.ts";

/** Where a token came from. */
export type TokenSource = "config" | "env" | "none";

/** One app in one workspace. */
export interface SlackAccount {
  accountId: string;
  botToken: string | undefined;
  botTokenSource: TokenSource;
  /** Opens the connection of Socket Mode. */
  appToken: string | undefined;
  appTokenSource: TokenSource;
  /** A person's token, for reading what the bot may not. */
  userToken: string | undefined;
  signingSecret: string | undefined;
  /** Where the Web API is, with a slash at the end. */
  apiUrl: string;
  settings: SlackSettings;
}

const slackApi = "https://slack.com/api/";

/** How the apps of the configuration are read. */
export const slackAccounts: ChannelAccounts<SlackAccount> = {
  resolve(input) {
    const bot = findToken(input, "botToken", "SLACK_BOT_TOKEN");
    const app = findToken(input, "appToken", "SLACK_APP_TOKEN");
    return {
      accountId: input.accountId,
      botToken: bot.token,
      botTokenSource: bot.source,
      appToken: app.token,
      appTokenSource: app.source,
      userToken: textOf(input.config.userToken),
      signingSecret: textOf(input.config.signingSecret),
      apiUrl: apiRoot(input.env.SLACK_API_URL),
      settings: readSettings(input.config),
    };
  },
  isConfigured: (account) => missingCredentials(account) === undefined,
  unconfiguredReason: (account) => missingCredentials(account) ?? "not configured",
  questions: [
    { name: "botToken", message: "Enter Slack bot token (xoxb-...)", secret: true },
    { name: "appToken", message: "Enter Slack app token (xapp-...)", secret: true },
  ],
  checkInput({ accountId, useEnv, values }) {
    if (useEnv) {
      return accountId === defaultAccountId ? undefined : "Slack env tokens can only be used for the default account.";
    }
    return textOf(values.botToken) !== undefined && textOf(values.appToken) !== undefined
      ? undefined
      : "Slack requires --bot-token and --app-token (or --use-env).";
  },
  setup({ useEnv, values: { botToken, appToken } }) {
    return useEnv ? {} : { botToken: textOf(botToken), appToken: textOf(appToken) };
  },
};

/** The token an account writes with: the bot's, or the person's where that may write and there is no bot. */
export function writingToken({
  botToken,
  userToken,
  settings,
}: Pick<SlackAccount, "botToken" | "userToken" | "settings">): string | undefined {
  return botToken ?? (settings.userTokenReadOnly ? undefined : userToken);
}

/** What an account lacks to connect, for the person who configures it; undefined when it has all. */
export function missingCredentials(account: SlackAccount): string | undefined {
  const { accountId, appToken, signingSecret, settings } = account;
  const botToken = writingToken(account);
  const section = `channels.slack.accounts.${accountId}`;
  if (settings.mode === "socket") {
    if (botToken !== undefined && appToken !== undefined) return undefined;
    return `Slack bot + app tokens missing for account "${accountId}" (set ${section}.botToken/appToken or SLACK_BOT_TOKEN/SLACK_APP_TOKEN for default).`;
  }
  if (botToken === undefined) {
    return `Slack bot token missing for account "${accountId}" (set ${section}.botToken or SLACK_BOT_TOKEN for default).`;
  }
  if (signingSecret !== undefined) return undefined;
  return `Slack signing secret missing for account "${accountId}" (set channels.slack.signingSecret or ${section}.signingSecret).`;
}

function findToken(
  { accountId, config, env }: AccountInput,
  key: "botToken" | "appToken",
  variable: string,
): { token: string | undefined; source: TokenSource } {
  const configured = textOf(config[key]);
  if (configured !== undefined) return { token: configured, source: "config" };
  const fromEnv = accountId === defaultAccountId ? textOf(env[variable]) : undefined;
  return { token: fromEnv, source: fromEnv === undefined ? "none" : "env" };
}

/** The address of a stand-in for Slack on this machine; tokens never go to another one. */
function apiRoot(override: string | undefined): string {
  if (override === undefined || !URL.canParse(override)) return slackApi;
  const { hostname } = new URL(override);
  if (!["127.0.0.1", "localhost", "[::1]"].includes(hostname)) return slackApi;
  return override.endsWith("/") ? override : `${override}/`;
}

function textOf(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" ? undefined : text;
}
