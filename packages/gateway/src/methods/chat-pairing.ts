import crypto from "node:crypto";
import { approvedText } from "../access/pairing-reply.ts";
import { accountIds, channelConfigInput } from "../channels/account-config.ts";
import { pairingLimits } from "../pairing/chat-pairing.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type ChatPairingMethod = "channels.pairing.list" | "channels.pairing.approve" | "channels.pairing.dismiss";

/** `channels.pairing.*`: strangers who have written on a channel and wait to be let in. */
export function chatPairingMethods(gateway: MethodContext): HandlersOf<ChatPairingMethod> {
  const { channels, channelSettings, chatPairing, configStore, log } = gateway;

  /** The channels whose strangers are asked to pair. */
  const pairingChannels = async (named: string | undefined) => {
    const ids = named === undefined ? channels.ids().filter((id) => channels.isConfigured(id)) : [idOf(named)];
    const loaded = await Promise.all(ids.map((id) => channels.load(id)));
    return loaded.filter((channel) => channel.access?.idLine !== undefined);
  };
  const idOf = (named: string): string => {
    const id = channels.idOf(named);
    if (id === undefined) throw invalidRequest(`unknown channel: ${named}`);
    return id;
  };
  const waiting = (channel: string, requestId: string) => {
    const found = chatPairing.pending(channel).find(({ id }) => id === requestId);
    if (found === undefined) throw invalidRequest("unknown requestId");
    return found;
  };

  return {
    async "channels.pairing.list"({ channel: named, accountId: wanted }) {
      const found = (await pairingChannels(named)).map((channel) => {
        const { id } = channel.meta;
        const { ids, defaultId } = accountIds(channel, channelConfigInput(channelSettings, id));
        return { channel: id, ids: ids.filter((each) => wanted === undefined || each === wanted), defaultId };
      });
      return {
        accounts: found.flatMap(({ channel, ids }) => ids.map((accountId) => ({ channel, accountId }))),
        // A request belongs to its channel: all accounts of it let in the same people.
        requests: found
          .filter(({ ids }) => ids.length > 0)
          .flatMap(({ channel, defaultId }) =>
            chatPairing.pending(channel).map(({ id, createdAt, lastSeenAt, meta }) => ({
              channel,
              accountId: wanted ?? defaultId,
              requestId: id,
              senderId: id,
              createdAt,
              ...(lastSeenAt === undefined ? {} : { lastSeenAt }),
              ...(meta === undefined ? {} : { meta }),
            })),
          ),
        commandOwnerConfigured: (configStore.snapshot().config.commands?.ownerAllowFrom ?? []).length > 0,
        limits: pairingLimits,
      };
    },

    async "channels.pairing.approve"({ channel: named, accountId, requestId, notify }) {
      const channel = idOf(named);
      const approved = await chatPairing.approve(channel, waiting(channel, requestId).code);
      if (approved === undefined) throw invalidRequest("unknown requestId");
      if (notify) await tell(channel, accountId, approved.id);
      return { ok: true as const, channel, requestId, senderId: approved.id };
    },

    async "channels.pairing.dismiss"({ channel: named, requestId }) {
      const channel = idOf(named);
      const { id } = waiting(channel, requestId);
      await chatPairing.dismiss(channel, id);
      return { ok: true as const, channel, requestId, senderId: id };
    },
  };

  /** Being let in counts, whether the news arrives or not. */
  async function tell(id: string, accountId: string | undefined, senderId: string): Promise<void> {
    try {
      const channel = await channels.load(id);
      const target = channel.access?.directChat?.(senderId) ?? senderId;
      await gateway.messageActions.run({
        action: "send",
        dryRun: false,
        id: `paired|${crypto.randomUUID()}`,
        channel: id,
        ...(accountId === undefined ? {} : { accountId }),
        params: { target, message: approvedText },
        media: (source) => source,
        signal: new AbortController().signal,
      });
    } catch (error) {
      log.child("channels").warn(`${senderId} was let in on ${id} and could not be told`, { error: String(error) });
    }
  }
}
