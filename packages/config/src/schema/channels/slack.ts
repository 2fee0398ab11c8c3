import { z } from "zod";
import { rule } from "../checks.ts";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import {
  channelKeys,
  directKeys,
  groupToolKeys,
  historyKeys,
  namedKeys,
  nativeCommands,
  openDmNeedsStar,
} from "./channel-keys.ts";

interface Transport {
  enabled?: boolean | undefined;
  mode?: string | undefined;
  signingSecret?: string | undefined;
}

const checkSigningSecrets = rule<Transport & { accounts?: Record<string, Transport> | undefined }>((value, report) => {
  if (value.mode === "http" && !value.signingSecret?.trim()) {
    report(["signingSecret"], 'channels.slack.mode="http" requires channels.slack.signingSecret');
  }
  for (const [id, account] of Object.entries(value.accounts ?? {})) {
    if (account.enabled === false || (account.mode ?? value.mode) !== "http") continue;
    if ((account.signingSecret ?? value.signingSecret)?.trim()) continue;
    report(
      ["accounts", id, "signingSecret"],
      'channels.slack.accounts.*.mode="http" requires channels.slack.signingSecret or channels.slack.accounts.*.signingSecret',
    );
  }
});

const room = (f: Fragments) =>
  z.strictObject({
    ...groupToolKeys(f),
    allow: t.flag,
    enabled: t.flag,
    requireMention: t.flag,
    allowBots: t.flag,
    users: t.idList,
    skills: t.strList,
    systemPrompt: t.str,
  });

const keys = (f: Fragments) => ({
  ...channelKeys(f),
  ...namedKeys,
  ...historyKeys(),
  markdown: t.later(f.markdown),
  blockStreaming: t.flag,
  mediaMaxMb: t.numAbove0,
  heartbeat: t.later(f.visibility),
  mode: t.option("socket", "http"),
  signingSecret: t.str,
  webhookPath: t.str,
  commands: nativeCommands(),
  botToken: t.str,
  appToken: t.str,
  userToken: t.str,
  userTokenReadOnly: t.flag,
  allowBots: t.flag,
  requireMention: t.flag,
  reactionNotifications: t.option("off", "own", "all", "allowlist"),
  reactionAllowlist: t.idList,
  replyToMode: t.replyMode,
  replyToModeByChatType: z.strictObject({ direct: t.replyMode, group: t.replyMode, channel: t.replyMode }).optional(),
  thread: z.strictObject({ historyScope: t.option("thread", "channel"), inheritParent: t.flag }).optional(),
  actions: t.flags("reactions", "messages", "pins", "search", "permissions", "memberInfo", "channelInfo", "emojiList"),
  slashCommand: z.strictObject({ enabled: t.flag, name: t.str, sessionPrefix: t.str, ephemeral: t.flag }).optional(),
  dm: z
    .strictObject({ ...directKeys, groupEnabled: t.flag, groupChannels: t.idList, replyToMode: t.replyMode })
    .optional(),
  channels: t.laterMap(() => room(f)),
});

/** `channels.slack` */
export const slackChannel = (f: Fragments) => {
  const shape = keys(f);
  const open = openDmNeedsStar("slack");
  return z
    .strictObject({ ...shape, accounts: t.laterMap(() => z.strictObject(shape).superRefine(open)) })
    .superRefine(open)
    .superRefine(checkSigningSecrets);
};
