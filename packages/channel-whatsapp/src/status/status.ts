import { existsSync } from "node:fs";
import type { ChannelStatus, StatusIssue } from "@openclaw/plugin-sdk";
import { z } from "zod";
import type { WhatsAppAccount } from "../account/whatsapp-accounts.ts";
import { credsBackup, credsFile } from "../auth/auth-dir.ts";
import { credsChangedAt, readLinkedUser } from "../auth/linked-user.ts";

const rowSchema = z.object({
  enabled: z.boolean().optional(),
  configured: z.boolean().optional(),
  linked: z.boolean().optional(),
  running: z.boolean().optional(),
  connected: z.boolean().optional(),
  reconnectAttempts: z.number().optional().catch(undefined),
  lastError: z.string().nullish().catch(undefined),
  lastDisconnect: z
    .object({ error: z.string().optional(), status: z.number().optional(), loggedOut: z.boolean().optional() })
    .optional()
    .catch(undefined),
});

const isLinked = ({ authDir }: WhatsAppAccount) => existsSync(credsFile(authDir)) || existsSync(credsBackup(authDir));

/** What `channels status` shows of a linked device. */
export const whatsappStatus: ChannelStatus<WhatsAppAccount> = {
  describe: (account) => ({
    connected: false,
    reconnectAttempts: 0,
    lastConnectedAt: null,
    lastDisconnect: null,
    lastMessageAt: null,
    lastEventAt: null,
    linked: isLinked(account),
  }),
  async summary(_row, { authDir }) {
    const [user, changedAt] = await Promise.all([readLinkedUser(authDir), credsChangedAt(authDir)]);
    return {
      authAgeMs: changedAt === undefined ? null : Math.max(0, Date.now() - changedAt),
      self: { e164: user?.e164 ?? null, jid: user?.jid ?? null },
    };
  },
  heartbeatProblem(row, account) {
    const { enabled, running, connected } = rowSchema.parse(row);
    if (!account.web.enabled || enabled === false) return "whatsapp-disabled";
    if (!isLinked(account)) return "whatsapp-not-linked";
    return running && connected !== false ? undefined : "whatsapp-not-running";
  },
  issues(row, account) {
    const { enabled, running, connected, reconnectAttempts = 0, lastError, lastDisconnect } = rowSchema.parse(row);
    const issues: StatusIssue[] = [];
    if (enabled === false || !account.web.enabled) return issues;
    const fix = `openclaw channels login --channel whatsapp${account.accountId === "default" ? "" : ` --account ${account.accountId}`}`;
    if (!isLinked(account) || lastDisconnect?.loggedOut) {
      issues.push({ kind: "auth", message: "Not linked (no WhatsApp Web session).", fix });
    } else if (running && connected === false) {
      const error = lastError ?? lastDisconnect?.error;
      issues.push({
        kind: "runtime",
        message: `Linked but disconnected (reconnectAttempts=${reconnectAttempts})${error ? `: ${error}` : ""}`,
        fix: "openclaw doctor, or restart the Gateway.",
      });
    }
    return issues;
  },
};
