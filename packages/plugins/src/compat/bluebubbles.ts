import type { StatusIssue } from "@openclaw/plugin-sdk";
import { recordOf, requireMentionOf } from "./foreign/section-settings.ts";
import { type GroupPlace, groupToolPolicyOf } from "./group-tools.ts";

/** The actions of BlueBubbles, and the key of `channels.bluebubbles.actions` that switches each. */
export const BLUEBUBBLES_ACTIONS = {
  react: { gate: "reactions" },
  edit: { gate: "edit", unsupportedOnMacOS26: true },
  unsend: { gate: "unsend" },
  reply: { gate: "reply" },
  sendWithEffect: { gate: "sendWithEffect" },
  renameGroup: { gate: "renameGroup", groupOnly: true },
  setGroupIcon: { gate: "setGroupIcon", groupOnly: true },
  addParticipant: { gate: "addParticipant", groupOnly: true },
  removeParticipant: { gate: "removeParticipant", groupOnly: true },
  leaveGroup: { gate: "leaveGroup", groupOnly: true },
  sendAttachment: { gate: "sendAttachment" },
} as const;

export const BLUEBUBBLES_ACTION_NAMES = Object.keys(BLUEBUBBLES_ACTIONS);

export const resolveBlueBubblesGroupRequireMention = (place: GroupPlace): boolean =>
  requireMentionOf({ ...place, channel: "bluebubbles" });

export const resolveBlueBubblesGroupToolPolicy = (place: GroupPlace): unknown =>
  groupToolPolicyOf({ ...place, channel: "bluebubbles" });

export const resolveGoogleChatGroupRequireMention = (place: GroupPlace): boolean =>
  requireMentionOf({ ...place, channel: "googlechat" });

/** What is wrong with accounts of BlueBubbles, told from their rows in the status. */
export function collectBlueBubblesStatusIssues(rows: readonly Readonly<Record<string, unknown>>[]) {
  const channel = "bluebubbles";
  return rows.flatMap((row): (StatusIssue & { channel: string; accountId: string })[] => {
    const place = { channel, accountId: String(row.accountId ?? "default") };
    if (row.enabled === false) return [];
    if (row.configured !== true) {
      return [
        {
          ...place,
          kind: "config",
          message: "Not configured (missing serverUrl or password).",
          fix: "Run: openclaw channels add bluebubbles --http-url <server-url> --password <password>",
        },
      ];
    }
    const probe = recordOf(row.probe);
    const detail = typeof probe?.error === "string" ? probe.error : probe?.status;
    const found: (StatusIssue & { channel: string; accountId: string })[] = [];
    if (probe?.ok === false) {
      found.push({
        ...place,
        kind: "runtime",
        message: `BlueBubbles server unreachable${detail === undefined || detail === null ? "" : ` (${String(detail)})`}`,
        fix: "Check that the BlueBubbles server is running and accessible. Verify serverUrl and password in your config.",
      });
    }
    if (row.running === true && typeof row.lastError === "string" && row.lastError !== "") {
      found.push({
        ...place,
        kind: "runtime",
        message: `Channel error: ${row.lastError}`,
        fix: "Check gateway logs for details. If the webhook is failing, verify the webhook URL is configured in BlueBubbles server settings.",
      });
    }
    return found;
  });
}
