import path from "node:path";
import type { GatewayChannels } from "../channels/open-channels.ts";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayStores } from "../open-stores.ts";
import { type ChatPairing, openChatPairing } from "../pairing/chat-pairing.ts";
import { chatKeyOf } from "../pipeline/reply.ts";
import { type AccessSources, readingOf } from "./access-rules.ts";
import { type Acknowledgements, createAcknowledgements } from "./acknowledgements.ts";
import { type ChannelEntrance, createChannelEntrance } from "./channel-entrance.ts";
import { createEnvelopes, type Envelopes } from "./envelope.ts";

/** Who may speak to a Gateway in chats, and what is made of what they say. */
export interface AccessArea {
  readonly access: AccessSources;
  readonly chatPairing: ChatPairing;
  readonly envelopes: Envelopes;
  readonly acknowledgements: Acknowledgements;
  /** What every message of a channel passes first. */
  readonly entrance: ChannelEntrance;
}

export function openAccess(
  gateway: GatewayBase &
    Pick<GatewayStores, "sessions"> &
    Pick<GatewayChannels, "channels" | "outbox"> & { conversations: Conversations; commands: GatewayCommands },
): AccessArea {
  const { config, env, stateDir, hostTimeZone, agents, clock } = gateway;
  const { sessions, channels, outbox, conversations, commands } = gateway;
  const log = gateway.log.child("channels");
  const chatPairing = openChatPairing({
    dir: path.join(stateDir, "credentials"),
    clock,
    normalizeEntry: (channel, id) => readingOf(channel, channels.get(channel)?.access ?? {}).normalizeEntry(id),
  });
  const acknowledgements = createAcknowledgements({
    config,
    channel: (id) => channels.get(id),
    account: (channel, accountId) => channels.account(channel, accountId),
    emoji: (agentId) => agents.identity(agentId).emoji,
    log,
  });
  const access: AccessSources = {
    config,
    channel: (id) => channels.get(id),
    entryIds: (channel, accountId, entry) => channels.account(channel, accountId)?.entryIds?.(entry) ?? [],
    paired: (channel) => chatPairing.allowed(channel),
  };
  const envelopes = createEnvelopes({ config, hostTimeZone });
  const entrance = createChannelEntrance({
    ...access,
    account: (channel, accountId) => channels.account(channel, accountId),
    ownIds: (channel, accountId) => {
      const self = channels.rows(channel).get(accountId)?.self;
      return self?.id === undefined ? [] : [self.id];
    },
    pairing: chatPairing,
    route: (message, agentId) => conversations.route(message, agentId),
    hasAgent: (id) => agents.has(id),
    identity: (agentId) => ({ name: agents.givenName(agentId), emoji: agents.identity(agentId).emoji }),
    session: (key) => sessions.get(key),
    receive: (message) => commands.receive(message),
    envelopes,
    acknowledgements,
    say: (id, delivery) => outbox.post(chatKeyOf(delivery), id, [delivery]),
    profile: env.OPENCLAW_PROFILE?.trim() || undefined,
    log,
  });
  return { access, chatPairing, envelopes, acknowledgements, entrance };
}
