import { type Channel, pause } from "@openclaw/plugin-sdk";
import { convertTables } from "@openclaw/plugin-sdk/markdown";
import { slackAccess } from "./access/slack-access.ts";
import { type SlackAccount, slackAccounts } from "./account/slack-account.ts";
import { readSettings, replyModeFor } from "./account/slack-settings.ts";
import { allowedActions } from "./actions/action-gates.ts";
import { slackMeta } from "./meta.ts";
import { slackTargets } from "./targets/parse-target.ts";
import { chunkForSlack, SLACK_TEXT_LIMIT } from "./text/chunk-text.ts";

/** The world around the channel; for tests. */
export interface SlackChannelOptions {
  /** Waits some ms before it connects again; ends early, without an error, when the signal is aborted. */
  wait?(ms: number, signal: AbortSignal): Promise<void>;
}

/** Makes the channel. Libraries are loaded when an account starts or is probed. */
export function createSlackChannel({ wait = pause }: SlackChannelOptions = {}): Channel<SlackAccount> {
  return {
    meta: slackMeta,
    capabilities: {
      chatKinds: ["direct", "group", "channel"],
      threads: true,
      media: true,
      reactions: true,
      edit: true,
      unsend: true,
      reply: true,
      nativeCommands: true,
      blockStreaming: true,
    },
    textLimit: SLACK_TEXT_LIMIT,
    chunk: (text, limit, { settings }) =>
      chunkForSlack(convertTables(text, settings.markdown.tables), limit, settings.chunkMode),
    blockJoining: { minChars: 1500, idleMs: 1000 },
    replyToMode: (config, kind) => replyModeFor(readSettings(config), kind),
    replyTagsAlways: true,
    historyMark: (messageId, chat) => `[id:${messageId} channel:${chat.peerId ?? chat.id}]`,
    mediaMaxMb: 20,
    buttonsPerRow: () => 5,
    historyLimit: 50,
    accounts: slackAccounts,
    access: slackAccess,
    targets: slackTargets,
    mentionMarks: [/<@[^>]+>/g],
    actions: allowedActions,
    status: {
      describe: ({ botTokenSource, appTokenSource, settings }) => ({
        botTokenSource,
        appTokenSource,
        mode: settings.mode,
      }),
    },
    async probe({ account, signal }) {
      const { probeSlack } = await import("./status/probe.ts");
      return probeSlack(account, signal);
    },
    setup: async () => (await import("./setup/slack-setup.ts")).slackSetup,
    secretKeys: ["botToken", "appToken", "userToken"],
    async start(context) {
      const { startSlackAccount } = await import("./start-account.ts");
      return startSlackAccount(context, { wait });
    },
  };
}

/** Slack, as programs use it. */
export const slackChannel: Channel<SlackAccount> = createSlackChannel();
