import { z } from "zod";
import { rule } from "../checks.ts";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import {
  channelKeys,
  groupToolKeys,
  historyKeys,
  namedKeys,
  nativeCommands,
  openNeedsStar,
  openPolicyText,
  senderKeys,
} from "./channel-keys.ts";

interface CustomCommand {
  command: string;
  description: string;
}

/** The form in which an entry of the command menu is used: no slash, lower case, no spaces around it. */
export function normalizeCustomCommand<T extends CustomCommand>(entry: T): T {
  return {
    ...entry,
    command: entry.command.trim().replace(/^\//, "").toLowerCase(),
    description: entry.description.trim(),
  };
}

interface WebhookOwner {
  enabled?: boolean | undefined;
  webhookUrl?: string | undefined;
  webhookSecret?: string | undefined;
  customCommands?: CustomCommand[] | undefined;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== "";

const checkCustomCommands = rule<WebhookOwner>((value, report) => {
  for (const [index, entry] of (value.customCommands ?? []).entries()) {
    const { command, description } = normalizeCustomCommand(entry);
    if (command === "") {
      report(["customCommands", index, "command"], "Telegram custom command is missing a command name.");
      continue;
    }
    if (!/^[a-z0-9_]{1,32}$/.test(command)) {
      const limits = "use a-z, 0-9, underscore; max 32 chars";
      report(["customCommands", index, "command"], `Telegram custom command "/${command}" is invalid (${limits}).`);
      continue;
    }
    if (description === "") {
      report(
        ["customCommands", index, "description"],
        `Telegram custom command "/${command}" is missing a description.`,
      );
    }
  }
});

const checkWebhooks = rule<WebhookOwner & { accounts?: Record<string, WebhookOwner> | undefined }>((value, report) => {
  if (isSet(value.webhookUrl) && !isSet(value.webhookSecret)) {
    report(["webhookSecret"], "channels.telegram.webhookUrl requires channels.telegram.webhookSecret");
  }
  for (const [id, account] of Object.entries(value.accounts ?? {})) {
    if (account.enabled === false || !isSet(account.webhookUrl)) continue;
    if (isSet(account.webhookSecret) || isSet(value.webhookSecret)) continue;
    report(
      ["accounts", id, "webhookSecret"],
      "channels.telegram.accounts.*.webhookUrl requires channels.telegram.webhookSecret or channels.telegram.accounts.*.webhookSecret",
    );
  }
});

const topicKeys = {
  requireMention: t.flag,
  groupPolicy: t.groupPolicy,
  skills: t.strList,
  enabled: t.flag,
  allowFrom: t.idList,
  systemPrompt: t.str,
};

const keys = (f: Fragments) => ({
  ...channelKeys(f),
  ...namedKeys,
  ...senderKeys,
  ...historyKeys(),
  capabilities: z
    .union([z.array(z.string()), z.strictObject({ inlineButtons: t.option("off", "dm", "group", "all", "allowlist") })])
    .optional(),
  markdown: t.later(f.markdown),
  blockStreaming: t.flag,
  mediaMaxMb: t.numAbove0,
  heartbeat: t.later(f.visibility),
  commands: nativeCommands(),
  customCommands: t.listOf(z.strictObject({ command: t.mustStr, description: t.mustStr })),
  botToken: t.str,
  tokenFile: t.str,
  apiRoot: t.str,
  replyToMode: t.replyMode,
  groups: t.laterMap(() =>
    z.strictObject({ ...topicKeys, ...groupToolKeys(f), topics: t.laterMap(() => z.strictObject(topicKeys)) }),
  ),
  draftChunk: t.later(f.chunk),
  streamMode: t.option("off", "partial", "block"),
  timeoutSeconds: t.intAbove0,
  retry: t.later(f.retry),
  network: z.strictObject({ autoSelectFamily: t.flag }).optional(),
  proxy: t.str,
  webhookUrl: t.str,
  webhookSecret: t.str,
  webhookPath: t.str,
  actions: t.flags("reactions", "sendMessage", "deleteMessage", "sticker", "editMessage"),
  reactionNotifications: t.option("off", "own", "all"),
  reactionLevel: t.option("off", "ack", "minimal", "extensive"),
  linkPreview: t.flag,
});

/** `channels.telegram` */
export const telegramChannel = (f: Fragments) => {
  const shape = keys(f);
  const open = openNeedsStar(openPolicyText("telegram"));
  return z
    .strictObject({
      ...shape,
      accounts: t.laterMap(() => z.strictObject(shape).superRefine(open).superRefine(checkCustomCommands)),
    })
    .superRefine(open)
    .superRefine(checkCustomCommands)
    .superRefine(checkWebhooks);
};
