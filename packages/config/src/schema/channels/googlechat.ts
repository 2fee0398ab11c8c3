import { z } from "zod";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import { channelKeys, directKeys, historyKeys, namedKeys, openDmNeedsStar } from "./channel-keys.ts";

const keys = (f: Fragments) => ({
  ...channelKeys(f),
  ...namedKeys,
  ...historyKeys(),
  groupAllowFrom: t.idList,
  blockStreaming: t.flag,
  mediaMaxMb: t.numAbove0,
  allowBots: t.flag,
  requireMention: t.flag,
  groups: t.laterMap(() =>
    z.strictObject({
      enabled: t.flag,
      allow: t.flag,
      requireMention: t.flag,
      users: t.idList,
      systemPrompt: t.str,
    }),
  ),
  serviceAccount: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  serviceAccountFile: t.str,
  audienceType: t.option("app-url", "project-number"),
  audience: t.str,
  webhookPath: t.str,
  webhookUrl: t.str,
  botUser: t.str,
  replyToMode: t.replyMode,
  actions: t.flags("reactions"),
  dm: z.strictObject(directKeys).optional(),
  typingIndicator: t.option("none", "message", "reaction"),
});

/** `channels.googlechat` */
export const googlechatChannel = (f: Fragments) => {
  const shape = keys(f);
  const open = openDmNeedsStar("googlechat");
  return z
    .strictObject({
      ...shape,
      defaultAccount: t.str,
      accounts: t.laterMap(() => z.strictObject(shape).superRefine(open)),
    })
    .superRefine(open);
};
