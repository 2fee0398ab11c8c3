import type { ApprovalDecision, ChannelApprovals, ChannelLog, PendingApproval } from "@openclaw/plugin-sdk";
import { ButtonStyle, ComponentType } from "discord-api-types/v10";
import { userEntries } from "../access/user-entry.ts";
import type { DiscordSettings } from "../account/discord-account.ts";
import { createBoundedMap } from "../places/bounded-map.ts";

const maxCommand = 1000;
const prefix = "execapproval:";

const results: Readonly<Record<ApprovalDecision, string>> = {
  "allow-once": "Allowed (once)",
  "allow-always": "Allowed (always)",
  deny: "Denied",
};

const isDecision = (text: string): text is ApprovalDecision => Object.hasOwn(results, text);

/** Commands that wait for somebody's word, shown to those who may give it. */
export interface ExecApprovals {
  /** Whether a press is on one of these buttons. */
  read(customId: string): { id: string; decision: ApprovalDecision } | undefined;
  mayDecide(userId: string): boolean;
  /** @returns what the person is told when it did not work */
  decide(press: { id: string; decision: ApprovalDecision }, by: string): Promise<string | undefined>;
  close(): void;
}

export interface ExecApprovalMessages {
  /** Sends to one person; resolves with where the message is. */
  send(userId: string, body: object): Promise<SentMessage>;
  edit(message: SentMessage, body: object): Promise<void>;
}

interface SentMessage {
  channelId: string;
  messageId: string;
}

export function watchExecApprovals(
  settings: DiscordSettings["execApprovals"],
  approvals: ChannelApprovals,
  messages: ExecApprovalMessages,
  log: ChannelLog,
): ExecApprovals {
  const approvers = settings.approvers.map((entry) => userEntries.normalizeEntry(entry));
  // Promises, because one may be decided while its messages are still on their way.
  const shown = createBoundedMap<{ approval: PendingApproval; sent: Promise<SentMessage | undefined>[] }>(200);
  const isOn = settings.enabled && approvers.length > 0;

  const stopRequested = isOn
    ? approvals.onRequested((approval) => {
        if (!isWanted(approval, settings)) return;
        const sent = approvers.map((userId) =>
          messages.send(userId, requestBody(approval)).catch((error: unknown) => {
            log.warn(`approver ${userId} could not be asked: ${textOf(error)}`);
            return undefined;
          }),
        );
        shown.set(approval.id, { approval, sent });
      })
    : () => {};
  const stopResolved = isOn
    ? approvals.onResolved((id, decision) => {
        const entry = shown.get(id);
        if (entry === undefined) return;
        shown.delete(id);
        const body = resultBody(entry.approval, decision === undefined ? "Expired" : results[decision]);
        for (const sending of entry.sent) {
          sending
            .then((message) => message && messages.edit(message, body))
            .catch((error: unknown) => log.warn(`an approval could not be updated: ${textOf(error)}`));
        }
      })
    : () => {};

  return {
    read(customId) {
      if (!customId.startsWith(prefix)) return undefined;
      const fields = new Map(
        customId
          .slice(prefix.length)
          .split(";")
          .map((pair): [string, string] => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
      );
      const decision = fields.get("action") ?? "";
      const id = decodeURIComponent(fields.get("id") ?? "");
      return id !== "" && isDecision(decision) ? { id, decision } : undefined;
    },
    mayDecide: (userId) => isOn && approvers.includes(userId),
    async decide({ id, decision }, by) {
      try {
        await approvals.resolve(id, decision, by);
        return undefined;
      } catch (error) {
        return `❌ Failed to submit approval: ${textOf(error)}`;
      }
    },
    close() {
      stopRequested();
      stopResolved();
    },
  };
}

/** Whether an approval is among those that are to be shown: its agent is listed, its session contains or matches a filter. */
export function isWanted(
  approval: Pick<PendingApproval, "agentId" | "sessionKey">,
  { agentFilter, sessionFilter }: Pick<DiscordSettings["execApprovals"], "agentFilter" | "sessionFilter">,
): boolean {
  const { agentId, sessionKey } = approval;
  if (agentFilter.length > 0 && (agentId === undefined || !agentFilter.includes(agentId))) return false;
  return sessionFilter.length === 0 || sessionFilter.some((filter) => contains(sessionKey ?? "", filter));
}

function contains(text: string, filter: string): boolean {
  if (text.includes(filter)) return true;
  try {
    return new RegExp(filter).test(text);
  } catch {
    return false;
  }
}

function requestBody(approval: PendingApproval) {
  const button = (label: string, style: ButtonStyle, decision: ApprovalDecision) => ({
    type: ComponentType.Button,
    style,
    label,
    custom_id: `${prefix}id=${encodeURIComponent(approval.id)};action=${decision}`,
  });
  return {
    embeds: [embed(approval, "A command waits for your approval")],
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          button("Allow once", ButtonStyle.Success, "allow-once"),
          button("Always allow", ButtonStyle.Primary, "allow-always"),
          button("Deny", ButtonStyle.Danger, "deny"),
        ],
      },
    ],
  };
}

function resultBody(approval: PendingApproval, result: string) {
  return { embeds: [embed(approval, result)], components: [] };
}

function embed({ command, cwd, host, agentId, expiresAt }: PendingApproval, title: string) {
  const field = (name: string, value: string | undefined) =>
    value === undefined ? [] : [{ name, value, inline: true }];
  const cut = command.length > maxCommand ? `${command.slice(0, maxCommand - 1)}…` : command;
  return {
    title,
    description: `\`\`\`sh\n${cut.replaceAll("```", "`\u200b``")}\n\`\`\``,
    fields: [
      ...field("Directory", cwd),
      ...field("Host", host),
      ...field("Agent", agentId),
      ...field("Expires", `<t:${Math.floor(expiresAt / 1000)}:R>`),
    ],
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
