import { z } from "zod";
import type { Fragments } from "../fragments.ts";
import * as t from "../leaves.ts";
import { channelKeys, groupToolKeys, historyKeys, openNeedsStar, openPolicyText } from "./channel-keys.ts";

/** `channels.msteams`: one app registration per Gateway, so there are no accounts. */
export const msteamsChannel = (f: Fragments) => {
  const replyStyle = t.option("thread", "top-level");
  const place = { requireMention: t.flag, replyStyle, ...groupToolKeys(f) };
  return z
    .strictObject({
      ...channelKeys(f),
      ...historyKeys(),
      enabled: t.flag,
      markdown: t.later(f.markdown),
      dmPolicy: t.dmPolicy,
      allowFrom: t.strList,
      groupAllowFrom: t.strList,
      mediaMaxMb: t.numAbove0,
      heartbeat: t.later(f.visibility),
      appId: t.str,
      appPassword: t.str,
      tenantId: t.str,
      webhook: z.strictObject({ port: t.intAbove0, path: t.str }).optional(),
      mediaAllowHosts: t.strList,
      mediaAuthAllowHosts: t.strList,
      requireMention: t.flag,
      replyStyle,
      sharePointSiteId: t.str,
      teams: t.laterMap(() => z.strictObject({ ...place, channels: t.laterMap(() => z.strictObject(place)) })),
    })
    .superRefine(openNeedsStar(openPolicyText("msteams")));
};
