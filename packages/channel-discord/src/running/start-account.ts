import { type ChannelContext, ChannelError, type RunningAccount } from "@openclaw/plugin-sdk";
import { z } from "zod";
import { createNamedUsers } from "../access/named-users.ts";
import { type DiscordAccount, missingToken } from "../account/discord-account.ts";
import { runAction } from "../actions/run-action.ts";
import { createDiscordApi } from "../connection/discord-api.ts";
import { type GatewayLink, openGatewayLink } from "../connection/gateway-link.ts";
import { intentsFor } from "../connection/intents.ts";
import { createInboundFeed } from "../inbound/inbound-feed.ts";
import { wireUser } from "../inbound/wire.ts";
import { watchExecApprovals } from "../interactions/exec-approvals.ts";
import { createInteractionReplies } from "../interactions/interaction-replies.ts";
import { createInteractions } from "../interactions/interactions.ts";
import { channelFor } from "../outbound/direct-channel.ts";
import { fetchFile } from "../outbound/fetch-file.ts";
import { edit, openThread, react, remove, showTyping } from "../outbound/message-changes.ts";
import { sendMessage, sentMessage } from "../outbound/send-message.ts";
import { createBoundedMap } from "../places/bounded-map.ts";
import { logConfiguredChannels } from "../places/configured-places.ts";
import { createDirectory } from "../places/directory.ts";
import { createPlaces, type Places } from "../places/places.ts";
import type { Bot } from "./bot.ts";

const wireApplication = z.object({ id: z.string() });

/** Connects an account of Discord. The library is loaded with this module. */
export async function startDiscordAccount(context: ChannelContext<DiscordAccount>): Promise<RunningAccount> {
  const { account, signal, log } = context;
  const { token, settings } = account;
  if (token === undefined) throw new ChannelError("not_configured", missingToken(context.accountId));
  const api = createDiscordApi({ ...account, token }, { signal });
  try {
    return await connect(context, api, token, settings);
  } catch (error) {
    api.close();
    log.debug("the account did not start");
    throw error;
  }
}

async function connect(
  context: ChannelContext<DiscordAccount>,
  api: ReturnType<typeof createDiscordApi>,
  token: string,
  settings: DiscordAccount["settings"],
): Promise<RunningAccount> {
  const { signal, log, report } = context;
  const applicationId = await resolveApplicationId(api);
  const self = await api.get(wireUser, "/users/@me");
  report({ self: { id: self.id, username: self.username }, mode: "gateway" });

  let link: GatewayLink | undefined;
  const bot: Bot = {
    context,
    api,
    places: createPlaces(api),
    self,
    applicationId,
    replies: createInteractionReplies(api, applicationId),
    link() {
      if (link === undefined) throw new ChannelError("unavailable", "Discord is not connected yet");
      return link;
    },
    directChannels: createBoundedMap(2000),
    ownThreads: createBoundedMap(1000),
    arrived: createBoundedMap(200),
    files: createBoundedMap(1000),
    presences: createBoundedMap(5000),
  };
  const feed = createInboundFeed(bot);
  const approvals = watchExecApprovals(
    settings.execApprovals,
    context.approvals,
    {
      async send(userId, body) {
        const channelId = await channelFor(bot, { to: `user:${userId}` });
        const sent = sentMessage.parse(await api.call("POST", `/channels/${channelId}/messages`, { body }));
        return { channelId, messageId: sent.id };
      },
      async edit({ channelId, messageId }, body) {
        await api.call("PATCH", `/channels/${channelId}/messages/${messageId}`, { body });
      },
    },
    log,
  );
  const users = createNamedUsers(settings, api, { log, signal });
  const seen = new Set<string>();
  let looking: Promise<void> = Promise.resolve();
  const interactions = createInteractions(bot, feed.where, approvals);

  const arrived = (guild: { id: string; name: string }) => {
    logConfiguredChannels(guild, settings, bot.places, log);
    looking = looking.then(() => users.search(guild));
  };
  const opened = await openGatewayLink({
    rest: api.rest,
    token,
    intents: intentsFor(settings.intents),
    onEvent(event) {
      if (event.type === "INTERACTION_CREATE") return interactions.take(event.data);
      feed.take(event);
      if (event.type === "GUILD_CREATE") for (const guild of newGuilds(bot.places, seen)) arrived(guild);
    },
    report,
    log,
    signal,
  });
  link = opened;
  const deployed = interactions.deploy();

  return {
    closed: opened.closed,
    send: (delivery) => sendMessage(bot, delivery),
    typing: (chat) => showTyping(bot, chat),
    react: (message, reaction) => react(bot, message, reaction),
    edit: (message, change) => edit(bot, message, change),
    remove: (message) => remove(bot, message),
    openThread: (message, name) => openThread(bot, message, name),
    fetchMedia: (ref, limits) => fetchFile(bot, ref, limits),
    act: (action) => runAction(bot, action),
    directory: createDirectory(bot),
    entryIds: (entry) => users.idsOf(entry),
    async stop() {
      approvals.close();
      await opened.close();
      await Promise.all([deployed, looking, feed.idle()]);
      api.close();
    },
  };
}

/** Guilds that were not there before. */
function newGuilds(places: Places, seen: Set<string>): { id: string; name: string }[] {
  const fresh = places.guilds().filter(({ id }) => !seen.has(id));
  for (const { id } of fresh) seen.add(id);
  return fresh;
}

async function resolveApplicationId(api: ReturnType<typeof createDiscordApi>): Promise<string> {
  try {
    return (await api.get(wireApplication, "/oauth2/applications/@me")).id;
  } catch (error) {
    const { code, message, retryAfterMs } =
      error instanceof ChannelError ? error : new ChannelError("unavailable", String(error));
    throw new ChannelError(
      code,
      `Failed to resolve Discord application id: ${message}`,
      retryAfterMs === undefined ? {} : { retryAfterMs },
    );
  }
}
