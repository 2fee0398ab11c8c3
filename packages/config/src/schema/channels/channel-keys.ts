import { z } from "zod";
import { rule } from "../checks.ts";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";

/** Keys that every channel has. */
export const channelKeys = (f: Fragments) => ({
  configWrites: t.flag,
  capabilities: t.strList,
  groupPolicy: t.groupPolicy,
  textChunkLimit: t.intAbove0,
  chunkMode: t.option("length", "newline"),
  blockStreamingCoalesce: t.later(f.coalesce),
  responsePrefix: t.str,
});

/** The display name and the switch of a channel or account. */
export const namedKeys = { name: t.str, enabled: t.flag };

/** How much of a conversation is shown to the model. */
export const historyKeys = () => ({
  historyLimit: t.intFrom0,
  dmHistoryLimit: t.intFrom0,
  dms: t.laterMap(() => z.strictObject({ historyLimit: t.intFrom0 })),
});

/** Who may write in private, for channels that keep it at the top (others have a `dm` object). */
export const senderKeys = { dmPolicy: t.dmPolicy, allowFrom: t.idList, groupAllowFrom: t.idList };

/** Switches for the native slash commands of a platform. */
export const nativeCommands = () => z.strictObject({ native: t.flagOrAuto, nativeSkills: t.flagOrAuto }).optional();

/** A policy for everybody in a group, and exceptions by sender. */
export const groupToolKeys = (f: Fragments) => ({
  tools: t.later(f.toolPolicy),
  toolsBySender: t.laterMap(f.toolPolicy),
});

const admitsEverybody = (allowFrom: readonly (string | number)[] | undefined): boolean =>
  allowFrom?.some((entry) => String(entry).trim() === "*") ?? false;

interface OpenToSenders {
  dmPolicy?: string | undefined;
  allowFrom?: (string | number)[] | undefined;
}

/** The text for a `dmPolicy` of `"open"` that its list contradicts. */
export const openPolicyText = (channel: string): string =>
  `channels.${channel}.dmPolicy="open" requires channels.${channel}.allowFrom to include "*"`;

/** {@link openPolicyText} as WhatsApp and BlueBubbles word it for accounts. */
export const openAccountText = (channel: string): string =>
  `channels.${channel}.accounts.*.dmPolicy="open" requires allowFrom to include "*"`;

/**
 * An open channel must say so twice: with the policy and with a `*` among its senders. The list of the same object
 * counts, so that an account cannot become open through a list somewhere else.
 */
export function openNeedsStar(message: string) {
  return rule<OpenToSenders>((value, report) => {
    if (value.dmPolicy === "open" && !admitsEverybody(value.allowFrom)) report(["allowFrom"], message);
  });
}

interface OpenDirectMessages {
  dm?: { policy?: string | undefined; allowFrom?: (string | number)[] | undefined } | undefined;
}

/** {@link openNeedsStar} for channels that keep both in a `dm` object. */
export function openDmNeedsStar(channel: string) {
  const message = `channels.${channel}.dm.policy="open" requires channels.${channel}.dm.allowFrom to include "*"`;
  return rule<OpenDirectMessages>((value, report) => {
    if (value.dm?.policy === "open" && !admitsEverybody(value.dm.allowFrom)) report(["dm", "allowFrom"], message);
  });
}

/** The keys of a `dm` object. */
export const directKeys = { enabled: t.flag, policy: t.dmPolicy, allowFrom: t.idList };
