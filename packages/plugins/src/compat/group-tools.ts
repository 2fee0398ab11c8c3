import { accountSection, recordOf } from "./foreign/section-settings.ts";
import { resolveToolsBySender } from "./group-access.ts";

/** The tool rules of one group of a channel, for a sender where there are such; undefined where nothing is said. */
export function groupToolPolicyOf(place: {
  cfg: Readonly<Record<string, unknown>>;
  channel: string;
  groupId?: string | null;
  accountId?: string | null;
  senderId?: string | null;
  senderName?: string | null;
  senderUsername?: string | null;
  senderE164?: string | null;
}): unknown {
  const groups = recordOf(accountSection(place.cfg, place.channel, place.accountId).groups) ?? {};
  for (const group of [place.groupId ? recordOf(groups[place.groupId]) : undefined, recordOf(groups["*"])]) {
    const bySender = resolveToolsBySender({ ...place, toolsBySender: recordOf(group?.toolsBySender) ?? {} });
    const rules = bySender ?? group?.tools;
    if (rules !== undefined) return rules;
  }
  return undefined;
}
