import { findGuild, findGuildChannel } from "../access/find-guild.ts";
import { userEntries } from "../access/user-entry.ts";
import type { GuildSettings } from "../account/discord-account.ts";
import { createBoundedMap } from "../places/bounded-map.ts";
import type { Bot } from "../running/bot.ts";
import { attachedFiles } from "./attachments.ts";
import { createChannelQueue } from "./channel-queue.ts";
import { chatOf, type WhereFacts } from "./chat-of.ts";
import { senderOf } from "./people.ts";
import { lookUpProxied } from "./plural-kit.ts";
import { reactionText } from "./reaction.ts";
import { readMessage } from "./read-message.ts";
import { messageKind, systemText } from "./system-message.ts";
import {
  type WireMessage,
  type WireReaction,
  type WireUser,
  wireMessage,
  wirePresence,
  wireReaction,
  wireUser,
} from "./wire.ts";

/** Takes what Discord tells and hands on what concerns the assistant. */
export interface InboundFeed {
  take(event: { type: string; data: unknown }): void;
  /** Where a channel is, for things that are not messages. */
  where(channelId: string, guildId: string | undefined): Promise<WhereFacts>;
  /** Resolves when everything that came so far was handed on. */
  idle(): Promise<void>;
}

export function createInboundFeed(bot: Bot): InboundFeed {
  const { api, places, context, self } = bot;
  const { log, account } = context;
  const { settings } = account;
  const starters = createBoundedMap<Promise<WireMessage | undefined>>(500);
  const queue = createChannelQueue({
    failed: (error) => log.error(`handler failed: ${error instanceof Error ? error.message : String(error)}`),
    slow: (channelId, elapsedMs) => log.warn(`a message of channel ${channelId} took ${elapsedMs} ms to hand over`),
  });

  const where: InboundFeed["where"] = async (channelId, given) => {
    const place = await places.find(channelId);
    const guildId = given ?? place?.guildId;
    const parent = place?.kind === "thread" && place.parentId ? await places.find(place.parentId) : undefined;
    return {
      channelId,
      guildId,
      place,
      parent,
      guildName: guildId === undefined ? undefined : places.guildName(guildId),
    };
  };

  const guildSettings = (facts: WhereFacts): GuildSettings | undefined =>
    facts.guildId === undefined
      ? undefined
      : findGuild(settings.guilds, { id: facts.guildId, name: facts.guildName })?.entry;

  const channelSettings = (facts: WhereFacts) => {
    const { place, parent } = facts;
    return findGuildChannel(guildSettings(facts)?.channels ?? {}, {
      id: facts.channelId,
      ...(place?.name === undefined ? {} : { title: place.name }),
      ...(parent === undefined ? {} : { parentId: parent.id }),
      ...(parent?.name === undefined ? {} : { parentTitle: parent.name }),
    })?.entry;
  };

  /** The first message of a thread, asked for once. In forums it stands in the thread itself. */
  const starterOf = ({ place, parent }: WhereFacts): Promise<WireMessage | undefined> => {
    if (place?.kind !== "thread" || place.parentId === undefined) return Promise.resolve(undefined);
    const known = starters.get(place.id);
    if (known !== undefined) return known;
    const channelId = parent?.isForum ? place.id : place.parentId;
    const found = api.get(wireMessage, `/channels/${channelId}/messages/${place.id}`).catch(() => undefined);
    starters.set(place.id, found);
    return found;
  };

  const takeMessage = async (message: WireMessage) => {
    if (message.author.id === self.id) return;
    const kind = messageKind(message);
    if (kind === "echo") return;
    const facts = await where(message.channel_id, message.guild_id ?? undefined);
    const chat = chatOf(facts, message.author);
    if (kind === "system") {
      const text = systemText(message, chat.label ?? message.channel_id);
      return context.note({
        kind: "system",
        channel: "discord",
        accountId: account.accountId,
        chat,
        text,
        at: Date.now(),
      });
    }
    if (chat.kind === "direct") bot.directChannels.set(message.author.id, message.channel_id);
    const proxied = settings.pluralkit.enabled
      ? await lookUpProxied(message.id, {
          token: settings.pluralkit.token,
          fetch: context.fetch,
          signal: context.signal,
          log,
        })
      : undefined;
    if (proxied?.kind === "original") return;
    const rules = channelSettings(facts);
    const read = readMessage(message, {
      ...facts,
      selfId: self.id,
      accountId: account.accountId,
      ownThread: rules?.autoThread === true && isOwnThread(facts),
      starter: rules?.includeThreadStarter === false ? undefined : await starterOf(facts),
      proxied: proxied?.sender,
    });
    if (read === undefined) return;
    for (const file of attachedFiles(message)) bot.files.set(file.ref, file);
    await context.receive(read);
  };

  const isOwnThread = ({ place }: WhereFacts): boolean =>
    place?.kind === "thread" && (place.ownerId === self.id || bot.ownThreads.get(place.id) === true);

  const takeReaction = async (reaction: WireReaction, added: boolean) => {
    if (reaction.user_id === self.id || !reaction.guild_id) return;
    const facts = await where(reaction.channel_id, reaction.guild_id);
    const mode = guildSettings(facts)?.reactionNotifications ?? "own";
    if (mode === "off") return;
    const by = reaction.member?.user ?? (await person(reaction.user_id));
    if (by === undefined || by.bot) return;
    const sender = senderOf(by);
    if (mode === "allowlist") {
      const users = guildSettings(facts)?.users ?? [];
      if (!users.some((entry) => entry === "*" || userEntries.matches(userEntries.normalizeEntry(entry), sender)))
        return;
    }
    const message = await api
      .get(wireMessage, `/channels/${reaction.channel_id}/messages/${reaction.message_id}`)
      .catch(() => undefined);
    if (mode === "own" && message?.author.id !== self.id) return;
    await context.note({
      kind: "reaction",
      channel: "discord",
      accountId: account.accountId,
      chat: chatOf(facts, by),
      sender,
      text: reactionText({
        reaction,
        added,
        by,
        guildName: facts.guildName ?? reaction.guild_id,
        channelName: facts.place?.name ?? reaction.channel_id,
        message,
      }),
      at: Date.now(),
    });
  };

  const person = (id: string): Promise<WireUser | undefined> =>
    api.get(wireUser, `/users/${id}`).catch(() => undefined);

  const malformed = (type: string, problem: string) =>
    log.warn(`Discord sent a ${type} that cannot be read: ${problem}`);

  return {
    where,
    idle: () => queue.idle(),
    take({ type, data }) {
      switch (type) {
        case "MESSAGE_CREATE": {
          const message = wireMessage.safeParse(data);
          if (!message.success) return malformed(type, message.error.message);
          context.report({ lastEventAt: Date.now() });
          return queue.run(message.data.channel_id, () => takeMessage(message.data));
        }
        case "MESSAGE_REACTION_ADD":
        case "MESSAGE_REACTION_REMOVE": {
          const reaction = wireReaction.safeParse(data);
          if (!reaction.success) return malformed(type, reaction.error.message);
          return queue.run(reaction.data.channel_id, () =>
            takeReaction(reaction.data, type === "MESSAGE_REACTION_ADD"),
          );
        }
        case "PRESENCE_UPDATE": {
          const presence = wirePresence.safeParse(data);
          if (presence.success) bot.presences.set(presence.data.user.id, presence.data);
          return;
        }
        default:
          places.take({ type, data });
      }
    },
  };
}
