import { z } from "zod";
import { executable } from "../checks.ts";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import { channelKeys, historyKeys, namedKeys, openNeedsStar, openPolicyText, senderKeys } from "./channel-keys.ts";

const keys = (f: Fragments) => ({
  ...channelKeys(f),
  ...namedKeys,
  ...senderKeys,
  ...historyKeys(),
  markdown: t.later(f.markdown),
  blockStreaming: t.flag,
  mediaMaxMb: t.intAbove0,
  heartbeat: t.later(f.visibility),
  account: t.str,
  httpUrl: t.str,
  httpHost: t.str,
  httpPort: t.intAbove0,
  cliPath: executable,
  autoStart: t.flag,
  startupTimeoutMs: t.intBetween(1000, 120_000),
  receiveMode: t.choice("on-start", "manual"),
  ignoreAttachments: t.flag,
  ignoreStories: t.flag,
  sendReadReceipts: t.flag,
  reactionNotifications: t.option("off", "own", "all", "allowlist"),
  reactionAllowlist: t.idList,
  actions: t.flags("reactions"),
  reactionLevel: t.option("off", "ack", "minimal", "extensive"),
});

/** `channels.signal` */
export const signalChannel = (f: Fragments) => {
  const shape = keys(f);
  const open = openNeedsStar(openPolicyText("signal"));
  return z
    .strictObject({ ...shape, accounts: t.laterMap(() => z.strictObject(shape).superRefine(open)) })
    .superRefine(open);
};
