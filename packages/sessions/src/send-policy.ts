import { type ChatType, normalizeChannelId, sessionKeyRest } from "./session-key.ts";

/** `session.sendPolicy`. */
export interface SendPolicyConfig {
  default?: "allow" | "deny";
  rules?: readonly {
    action: "allow" | "deny";
    match?: { channel?: string; chatType?: string; keyPrefix?: string };
  }[];
}

/** The conversation a policy is asked about. */
export interface SendPolicyInput {
  key: string;
  channel?: string;
  chatType?: ChatType;
  /** The session's own `sendPolicy`; it decides before the rules. */
  override?: "allow" | "deny";
}

/** Whether the assistant may answer in a conversation. The first rule that matches and denies wins. */
export function sendPolicyFor(policy: SendPolicyConfig | undefined, input: SendPolicyInput): "allow" | "deny" {
  if (input.override) return input.override;
  let isAllowed = false;
  for (const rule of policy?.rules ?? []) {
    if (!matches(rule.match ?? {}, input)) continue;
    if (rule.action === "deny") return "deny";
    isAllowed = true;
  }
  return isAllowed ? "allow" : (policy?.default ?? "allow");
}

function matches(match: { channel?: string; chatType?: string; keyPrefix?: string }, input: SendPolicyInput): boolean {
  if (match.channel && normalizeChannelId(match.channel) !== normalizeChannelId(input.channel)) return false;
  const given = input.chatType ?? "direct";
  const chatType = given === "direct" ? (chatTypeOfKey(input.key) ?? given) : given;
  if (match.chatType && chatTypeOf(match.chatType) !== chatType) return false;
  const prefix = match.keyPrefix?.trim().toLowerCase();
  if (!prefix) return true;
  const key = input.key.toLowerCase();
  return key.startsWith(prefix) || sessionKeyRest(key).startsWith(prefix);
}

/** What a key says of a group that nobody has noted anything else about yet. */
function chatTypeOfKey(key: string): ChatType | undefined {
  const [, kind] = /^[^:]+:(group|channel):/i.exec(sessionKeyRest(key)) ?? [];
  return kind === undefined ? undefined : kind.toLowerCase() === "group" ? "group" : "channel";
}

function chatTypeOf(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower === "dm" ? "direct" : lower === "room" ? "channel" : lower;
}
