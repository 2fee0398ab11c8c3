/** What the set-up entry of a channel's package exports. */
export function defineSetupPluginEntry<P>(plugin: P): { plugin: P } {
  return { plugin };
}

type Peer = { kind: string; id: string };

/** Where a message that is sent belongs: the session of its chat, and of the thread in it. */
export function channelSessionRoute(
  asked: {
    agentId?: string;
    channel: string;
    accountId?: string | null;
    peer: Peer;
    chatType: "direct" | "group" | "channel";
    from: string;
    to: string;
    threadId?: string | number;
  },
  sessionKeyOf: (place: { channel: string; accountId?: string; peer: Peer }) => string,
) {
  const { peer, chatType, from, to, threadId } = asked;
  const baseSessionKey = sessionKeyOf({
    channel: asked.channel,
    ...(asked.accountId ? { accountId: asked.accountId } : {}),
    peer,
  });
  const thread = threadId === undefined ? {} : { threadId };
  const sessionKey = threadId === undefined ? baseSessionKey : `${baseSessionKey}:thread:${threadId}`;
  return { sessionKey, baseSessionKey, peer, chatType, from, to, ...thread };
}
