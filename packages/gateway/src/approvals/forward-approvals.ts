import type { Logger } from "@openclaw/log";
import type { Delivery } from "@openclaw/plugin-sdk";
import type { ExecDecision } from "@openclaw/protocol";
import type { SessionEntry } from "@openclaw/sessions";
import type { Clock } from "@openclaw/storage";
import type { PendingApproval } from "./approval-desk.ts";

/** `approvals.exec` of the configuration. */
export interface ForwardingConfig {
  enabled?: boolean | undefined;
  mode?: "session" | "targets" | "both" | undefined;
  agentFilter?: readonly string[] | undefined;
  sessionFilter?: readonly string[] | undefined;
  targets?:
    | readonly {
        channel: string;
        to: string;
        accountId?: string | undefined;
        threadId?: string | number | undefined;
      }[]
    | undefined;
}

export interface ForwardingOptions {
  config(): ForwardingConfig | undefined;
  entry(sessionKey: string): SessionEntry | undefined;
  canSend(channel: string): boolean;
  /** Puts messages for one chat on disk and sends them in order. */
  post(chat: string, messageId: string, deliveries: readonly Delivery[]): Promise<void>;
  redact(text: string): string;
  clock: Clock;
  log: Logger;
}

/** Shows commands that wait for an approval in chats, and what became of them in the same chats. */
export interface ApprovalForwarding {
  requested(approval: PendingApproval): void;
  resolved(approval: PendingApproval, decision: ExecDecision | null, resolvedBy: string | null): void;
}

type Place = Pick<Delivery, "channel" | "accountId" | "to" | "threadId">;

export function createApprovalForwarding(options: ForwardingOptions): ApprovalForwarding {
  /** Where each pending approval was shown. */
  const shown = new Map<string, Place[]>();

  const placesOf = ({ request }: PendingApproval): Place[] => {
    const config = options.config();
    if (config?.enabled !== true || !passes(config, request)) return [];
    const mode = config.mode ?? "session";
    const targets = mode === "session" ? [] : (config.targets ?? []).map(place);
    const entry = request.sessionKey === null ? undefined : options.entry(request.sessionKey);
    const { channel, to, accountId, threadId } = entry?.deliveryContext ?? {};
    const own = mode !== "targets" && channel && to ? [place({ channel, to, accountId, threadId })] : [];
    const places = new Map([...own, ...targets].map((item) => [chatKey(item), item]));
    // A question that comes when it has long expired helps nobody, so it does not wait for its channel.
    return [...places.values()].filter(({ channel: id }) => options.canSend(id));
  };

  const send = (places: readonly Place[], id: string, text: string) => {
    for (const item of places) {
      options.post(chatKey(item), id, [{ ...item, text }]).catch((error: unknown) => {
        options.log.error("an approval could not be shown in a chat", { channel: item.channel, error: String(error) });
      });
    }
  };

  return {
    requested(approval) {
      const places = placesOf(approval);
      if (places.length === 0) return;
      shown.set(approval.id, places);
      send(places, `approval-${approval.id}`, questionText(approval, options));
    },
    resolved({ id }, decision, resolvedBy) {
      const places = shown.get(id) ?? [];
      shown.delete(id);
      const by = resolvedBy === null ? "" : ` Resolved by ${resolvedBy}.`;
      const text =
        decision === null ? `⏱️ Exec approval expired. ID: ${id}` : `✅ Exec approval ${decision}.${by} ID: ${id}`;
      send(places, `approval-end-${id}`, text);
    },
  };
}

function passes({ agentFilter, sessionFilter }: ForwardingConfig, request: PendingApproval["request"]): boolean {
  if (agentFilter?.length && !agentFilter.includes(request.agentId ?? "")) return false;
  return !sessionFilter?.length || sessionFilter.some((filter) => fits(filter, request.sessionKey ?? ""));
}

/** A filter is part of a session's key or an expression for it. */
function fits(filter: string, sessionKey: string): boolean {
  if (sessionKey.includes(filter)) return true;
  try {
    return new RegExp(filter).test(sessionKey);
  } catch {
    // No expression: then it was meant as a part of the key, which it is not.
    return false;
  }
}

function place(target: {
  channel: string;
  to: string;
  accountId?: string | undefined;
  threadId?: string | number | undefined;
}): Place {
  const { channel, to, accountId = "default", threadId } = target;
  return { channel, to, accountId, ...(threadId === undefined ? {} : { threadId: String(threadId) }) };
}

function chatKey({ channel, accountId, to, threadId }: Place): string {
  return [channel, accountId, to, threadId ?? ""].join("|");
}

function questionText(approval: PendingApproval, { clock, redact }: ForwardingOptions): string {
  const { command, cwd, host, agentId, security, ask } = approval.request;
  const shownCommand = redact(command);
  // A fence longer than any in the command keeps the command inside.
  const longest = Math.max(0, ...(shownCommand.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(Math.max(3, longest + 1));
  const seconds = Math.max(0, Math.round((approval.expiresAtMs - clock.now()) / 1000));
  const optional = [
    ["CWD", cwd],
    ["Host", host],
    ["Agent", agentId],
    ["Security", security],
    ["Ask", ask],
  ].flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  return [
    "🔒 Exec approval required",
    `ID: ${approval.id}`,
    "Command:",
    fence,
    shownCommand,
    fence,
    ...optional,
    `Expires in: ${seconds}s`,
    `Reply with: /approve ${approval.id} allow-once|allow-always|deny`,
  ].join("\n");
}
