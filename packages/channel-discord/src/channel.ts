import type { Channel } from "@openclaw/plugin-sdk";
import { convertTables } from "@openclaw/plugin-sdk/markdown";
import { discordGroupRules } from "./access/discord-rules.ts";
import { userEntries } from "./access/user-entry.ts";
import { type DiscordAccount, missingToken, resolveDiscordAccount } from "./account/discord-account.ts";
import { allowedActions } from "./actions/action-gates.ts";
import { discordMeta } from "./meta.ts";
import { discordIssues } from "./status/issues.ts";
import { probeDiscord } from "./status/probe.ts";
import { parseTarget, targetHint } from "./targets/parse-target.ts";
import { discordTextLimit, splitText } from "./text/split-text.ts";

/** Discord: a bot in guilds, threads and private chats. */
export const discordChannel: Channel<DiscordAccount> = {
  meta: discordMeta,
  capabilities: {
    chatKinds: ["direct", "group", "channel"],
    threads: true,
    media: true,
    polls: true,
    reactions: true,
    edit: true,
    reply: true,
    nativeCommands: true,
    blockStreaming: true,
  },
  textLimit: discordTextLimit,
  chunk: (text, limit, { settings }) =>
    splitText(convertTables(text, settings.markdown.tables), {
      chars: limit,
      lines: settings.maxLinesPerMessage,
      mode: settings.chunkMode,
    }),
  blockJoining: { minChars: 1500, idleMs: 1000 },
  replyToMode: ({ replyToMode }) => (replyToMode === "first" || replyToMode === "all" ? replyToMode : "off"),
  historyMark: (messageId, chat) => `[id:${messageId} channel:${chat.peerId ?? chat.id}]`,
  pollMaxOptions: 10,
  mediaMaxMb: 8,
  historyLimit: 20,
  buttonsPerRow: () => 5,
  accounts: {
    resolve: resolveDiscordAccount,
    isConfigured: ({ token }) => token !== undefined,
    unconfiguredReason: ({ accountId }) => missingToken(accountId),
    questions: [{ name: "token", message: "Enter Discord bot token", secret: true }],
    checkInput: ({ useEnv, values, accountId }) => {
      if (useEnv && accountId !== "default") return "DISCORD_BOT_TOKEN is for the default account only.";
      return useEnv || (values.token ?? "").trim() !== ""
        ? undefined
        : "Discord needs --token, or --use-env for DISCORD_BOT_TOKEN.";
    },
    setup: ({ useEnv, values }) => (useEnv ? {} : { token: (values.token ?? "").trim() }),
  },
  access: {
    idLabel: "discordUserId",
    idLine: (id) => `Your Discord user id: ${id}`,
    directChat: (id) => `user:${id}`,
    pairingDetails: ({ tag, name }) => ({
      ...(tag === undefined ? {} : { tag }),
      ...(name === undefined ? {} : { name }),
    }),
    normalizeEntry: userEntries.normalizeEntry,
    matches: userEntries.matches,
    group: discordGroupRules,
    listedCommandsAlways: true,
    refusal: (reason, chat) => {
      const isGroup = chat.kind === "group";
      switch (reason) {
        case "direct-disabled":
          return "Discord DMs are disabled.";
        case "place-disabled":
          return isGroup ? "This group DM is not allowed." : "This channel is disabled.";
        case "groups-disabled":
        case "place-not-listed":
          return isGroup ? "This group DM is not allowed." : "This channel is not allowed.";
        case "sender-not-listed":
        case "commands-not-allowed":
          return "You are not authorized to use this command.";
      }
    },
  },
  targets: { hint: targetHint, parse: parseTarget },
  mentionMarks: [/<@!?\d+>/g],
  actions: ({ settings }) => allowedActions(settings.actions),
  status: {
    describe: ({ tokenSource }) => ({ tokenSource, mode: "gateway" }),
    async audit({ account, probe, signal }) {
      const { auditDiscord } = await import("./status/audit.ts");
      return auditDiscord(account, String(probe.bot?.id ?? ""), signal);
    },
    issues: (row, { settings }) => discordIssues(row, settings.intents),
  },
  probe: ({ account, signal }) => probeDiscord(account, signal),
  setup: async () => (await import("./setup/discord-setup.ts")).discordSetup,
  secretKeys: ["token"],
  async start(context) {
    const { startDiscordAccount } = await import("./running/start-account.ts");
    return startDiscordAccount(context);
  },
};
