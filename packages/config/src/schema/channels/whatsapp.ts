import { z } from "zod";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import {
  channelKeys,
  groupToolKeys,
  historyKeys,
  namedKeys,
  openAccountText,
  openNeedsStar,
  openPolicyText,
} from "./channel-keys.ts";

const keys = (f: Fragments) => ({
  ...channelKeys(f),
  ...historyKeys(),
  markdown: t.later(f.markdown),
  dmPolicy: t.dmPolicy,
  // WhatsApp senders are phone numbers, and a bare number loses its plus sign.
  allowFrom: t.strList,
  groupAllowFrom: t.strList,
  blockStreaming: t.flag,
  mediaMaxMb: t.intAbove0,
  heartbeat: t.later(f.visibility),
  sendReadReceipts: t.flag,
  messagePrefix: t.str,
  selfChatMode: t.flag,
  groups: t.laterMap(() => z.strictObject({ requireMention: t.flag, ...groupToolKeys(f) })),
  ackReaction: z
    .strictObject({ emoji: t.str, direct: t.flag, group: t.option("always", "mentions", "never") })
    .optional(),
  debounceMs: t.intFrom0,
});

/** `channels.whatsapp`: it starts because an account is linked, so it has no `enabled` of its own. */
export const whatsappChannel = (f: Fragments) => {
  const shape = keys(f);
  return z
    .strictObject({
      ...shape,
      actions: t.flags("reactions", "sendMessage", "polls"),
      accounts: t.laterMap(() =>
        z
          .strictObject({ ...shape, ...namedKeys, authDir: t.str })
          .superRefine(openNeedsStar(openAccountText("whatsapp"))),
      ),
    })
    .superRefine(openNeedsStar(openPolicyText("whatsapp")));
};
