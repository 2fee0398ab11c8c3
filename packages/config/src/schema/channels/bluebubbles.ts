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
  serverUrl: t.str,
  password: t.str,
  webhookPath: t.str,
  sendReadReceipts: t.flag,
  groups: t.laterMap(() => z.strictObject({ requireMention: t.flag, ...groupToolKeys(f) })),
});

/** `channels.bluebubbles` */
export const bluebubblesChannel = (f: Fragments) => {
  const shape = keys(f);
  return z
    .strictObject({
      ...shape,
      actions: t.flags(
        "reactions",
        "edit",
        "unsend",
        "reply",
        "sendWithEffect",
        "renameGroup",
        "setGroupIcon",
        "addParticipant",
        "removeParticipant",
        "leaveGroup",
        "sendAttachment",
      ),
      accounts: t.laterMap(() => z.strictObject(shape).superRefine(openNeedsStar(openAccountText("bluebubbles")))),
    })
    .superRefine(openNeedsStar(openPolicyText("bluebubbles")));
};
