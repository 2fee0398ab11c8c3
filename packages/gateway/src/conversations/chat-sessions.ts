import type { OpenClawConfig } from "@openclaw/config";
import { normalizeAgentId, type PeerAddress, peerSessionKey } from "@openclaw/sessions";
import { type MatchedBy, matchBinding } from "../access/bindings.ts";
import type { Agents } from "../agents.ts";
import type { RoutedMessage } from "../pipeline/channel-inbound.ts";

/** Which session and which agent a chat has. */
export interface ChatSessions {
  /** Session of a direct chat with somebody, of the default agent when none is named. */
  directKey(
    peer: { peerId: string; channel: string; accountId?: string | undefined },
    agentId?: string | undefined,
  ): string;
  /** Session and agent of a channel's chat: by the bindings, or of the agent that is named. */
  route(
    message: RoutedMessage,
    agentId?: string,
  ): {
    sessionKey: string;
    agentId: string;
    matchedBy: MatchedBy;
    /** For threads that continue it: the session of the chat they are in. */
    parentKey?: string;
  };
}

export function createChatSessions({ config, agents }: { config(): OpenClawConfig; agents: Agents }): ChatSessions {
  const peerKey = (address: PeerAddress, agentId = agents.defaultId()): string => {
    const { session } = config();
    return peerSessionKey(address, {
      defaultAgentId: agents.defaultId(),
      agentId,
      ...(session?.mainKey ? { mainKey: session.mainKey } : {}),
      ...(session?.scope ? { scope: session.scope } : {}),
      ...(session?.dmScope ? { dmScope: session.dmScope } : {}),
      ...(session?.identityLinks ? { identityLinks: session.identityLinks } : {}),
    });
  };

  return {
    directKey: ({ peerId, channel, accountId }, agentId) =>
      peerKey({ kind: "direct", channel, peerId, ...(accountId ? { accountId } : {}) }, agentId),
    route(message, named) {
      const bound = matchBinding(config().bindings, message);
      const wanted = named ?? (bound.agentId === undefined ? undefined : normalizeAgentId(bound.agentId));
      const agentId = wanted !== undefined && agents.has(wanted) ? wanted : agents.defaultId();
      const { chat, channel, accountId } = message;
      const own = chat.threadId !== undefined && chat.threadSharesSession !== true ? chat.threadId : undefined;
      const isTopic = chat.threadKind === "topic";
      const thread = own === undefined ? {} : isTopic && chat.kind !== "direct" ? { topicId: own } : { threadId: own };
      const around: PeerAddress =
        chat.kind === "direct"
          ? { kind: "direct", channel, accountId, peerId: chat.peerId ?? message.sender?.id ?? chat.id }
          : { kind: chat.kind, channel, peerId: chat.peerId ?? chat.id };
      const sessionKey = peerKey({ ...around, ...thread }, agentId);
      const parent = own === undefined && chat.parentId !== undefined ? { ...around, peerId: chat.parentId } : around;
      return {
        sessionKey,
        agentId,
        matchedBy: bound.matchedBy,
        ...(chat.threadContinuesParent === true ? { parentKey: peerKey(parent, agentId) } : {}),
      };
    },
  };
}
