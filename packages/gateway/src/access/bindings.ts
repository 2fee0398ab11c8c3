import type { OpenClawConfig } from "@openclaw/config";
import { type InboundChat, normalizeAccountId } from "@openclaw/plugin-sdk";

/** Which rule chose the agent. */
export type MatchedBy =
  | "binding.peer"
  | "binding.peer.parent"
  | "binding.guild"
  | "binding.team"
  | "binding.account"
  | "binding.channel"
  | "default";

type Binding = NonNullable<OpenClawConfig["bindings"]>[number];

export interface BoundMessage {
  channel: string;
  accountId: string;
  chat: InboundChat;
  sender?: { id: string } | undefined;
}

/** The agent the configuration binds a chat to: the first hit of the steps in this order, inside one in that of the list. */
export function matchBinding(
  bindings: OpenClawConfig["bindings"],
  message: BoundMessage,
): { agentId: string | undefined; matchedBy: MatchedBy } {
  const { chat } = message;
  const mine = (bindings ?? []).filter(
    ({ match }) =>
      match.channel.trim().toLowerCase() === message.channel && isAccount(match.accountId, message.accountId),
  );
  const peer = ({ match }: Binding) => match.peer;
  const isPeer = (kinds: readonly string[], ids: readonly (string | undefined)[]) => (binding: Binding) => {
    const wanted = peer(binding);
    return wanted !== undefined && kinds.includes(wanted.kind) && ids.includes(wanted.id);
  };
  const kinds: readonly string[] = chat.kind === "direct" ? ["direct", "dm"] : [chat.kind];
  const own = chat.peerId ?? (chat.kind === "direct" ? (message.sender?.id ?? chat.id) : chat.id);
  const topic =
    chat.threadKind === "topic" && chat.threadId !== undefined ? `${own}:topic:${chat.threadId}` : undefined;
  const bare = ({ match }: Binding) => !match.peer && !match.guildId && !match.teamId;
  const { space } = chat;
  const steps: readonly [MatchedBy, (binding: Binding) => boolean][] = [
    ["binding.peer", isPeer(kinds, [topic ?? own, ...(chat.kind === "direct" ? [chat.id] : [])])],
    ["binding.peer.parent", isPeer(["group", "channel"], [...(topic === undefined ? [] : [own]), chat.parentId])],
    ["binding.guild", ({ match }) => !match.peer && space?.kind === "guild" && match.guildId === space.id],
    ["binding.team", ({ match }) => !match.peer && space?.kind === "team" && match.teamId === space.id],
    ["binding.account", (binding) => bare(binding) && binding.match.accountId !== "*"],
    ["binding.channel", (binding) => bare(binding) && binding.match.accountId === "*"],
  ];
  for (const [matchedBy, isHit] of steps) {
    const hit = mine.find(isHit);
    if (hit !== undefined) return { agentId: hit.agentId, matchedBy };
  }
  return { agentId: undefined, matchedBy: "default" };
}

/** Without an account a binding means the account `default`. */
function isAccount(wanted: string | undefined, accountId: string): boolean {
  return wanted === "*" || normalizeAccountId(wanted) === accountId;
}
