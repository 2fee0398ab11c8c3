import { z } from "zod";
import { executable } from "../checks.ts";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import {
  channelKeys,
  groupToolKeys,
  historyKeys,
  namedKeys,
  openNeedsStar,
  openPolicyText,
  senderKeys,
} from "./channel-keys.ts";

const keys = (f: Fragments) => ({
  ...channelKeys(f),
  ...namedKeys,
  ...senderKeys,
  ...historyKeys(),
  markdown: t.later(f.markdown),
  blockStreaming: t.flag,
  mediaMaxMb: t.intAbove0,
  heartbeat: t.later(f.visibility),
  cliPath: executable,
  dbPath: t.str,
  remoteHost: t.str,
  service: t.choice("imessage", "sms", "auto"),
  region: t.str,
  includeAttachments: t.flag,
  probeTimeoutMs: t.intAbove0,
  groups: t.laterMap(() => z.strictObject({ requireMention: t.flag, ...groupToolKeys(f) })),
});

/** `channels.imessage` */
export const imessageChannel = (f: Fragments) => {
  const shape = keys(f);
  const open = openNeedsStar(openPolicyText("imessage"));
  return z
    .strictObject({ ...shape, accounts: t.laterMap(() => z.strictObject(shape).superRefine(open)) })
    .superRefine(open);
};
