import { accountSection, recordOf } from "./foreign/section-settings.ts";
import { resolveToolsBySender } from "./group-access.ts";

/** A group, and who writes in it. */
export interface GroupPlace {
  cfg: Readonly<Record<string, unknown>>;
  groupId?: string | null;
  accountId?: string | null;
  senderId?: string | null;
  senderName?: string | null;
  senderUsername?: string | null;
  senderE164?: string | null;
}

/** The tool rules of one group of a channel, for a sender where there are such; undefined where nothing is said. */
export function groupToolPolicyOf(place: GroupPlace & { channel: string }): unknown {
  const groups = recordOf(accountSection(place.cfg, place.channel, place.accountId).groups) ?? {};
  for (const group of [place.groupId ? recordOf(groups[place.groupId]) : undefined, recordOf(groups["*"])]) {
    const bySender = resolveToolsBySender({ ...place, toolsBySender: recordOf(group?.toolsBySender) ?? {} });
    const rules = bySender ?? group?.tools;
    if (rules !== undefined) return rules;
  }
  return undefined;
}
