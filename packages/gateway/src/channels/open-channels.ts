import path from "node:path";
import type { GatewayApprovals } from "../approvals/open-approvals.ts";
import type { Conversations } from "../conversations.ts";
import type { GatewayOptions } from "../gateway.ts";
import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayPort } from "../http/open-port.ts";
import type { GatewayMedia } from "../media/open-media.ts";
import { outboundLimit } from "../media/outbound-limit.ts";
import type { GatewayStores } from "../open-stores.ts";
import { configuredChats, createDirectory, type Directory } from "../outbound/directory.ts";
import { createMessageActions, type MessageActions } from "../outbound/message-actions.ts";
import { createTargets, type Targets } from "../outbound/resolve-target.ts";
import { createOutboxWorker, type OutboxWorker } from "../pipeline/outbox.ts";
import { createOutgoingFiles } from "../pipeline/outgoing-files.ts";
import type { GatewayPlugins } from "../plugins/gateway-plugins.ts";
import { sendWithHooks, tellReceived } from "../plugins/message-hooks.ts";
import type { ChannelSettings } from "./account-config.ts";
import { type Channels, createChannels } from "./channels.ts";
import { moveChat } from "./move-chat.ts";
import { nativeCommands } from "./native-commands.ts";
import { createQrLogins, type QrLogins } from "./qr-logins.ts";
import { skipsChannels } from "./skip-channels.ts";

/** The chats of a Gateway: where messages come from, and what is sent there. */
export interface GatewayChannels {
  readonly channels: Channels;
  readonly channelSettings: ChannelSettings;
  readonly outbox: OutboxWorker;
  readonly targets: Targets;
  readonly directory: Directory;
  readonly messageActions: MessageActions;
  readonly logins: QrLogins;
}

type OpenChannelsInput = GatewayBase &
  Pick<GatewayStores, "storage" | "systemEvents"> &
  Pick<GatewayPort, "channelRoutes" | "trustedRoots"> &
  Pick<GatewayApprovals, "approvalFeed"> &
  Pick<GatewayMedia, "media"> & { conversations: Conversations; plugins: GatewayPlugins };

export function openChannels(
  gateway: OpenChannelsInput,
  options: Pick<GatewayOptions, "channels" | "channelRestarts">,
): GatewayChannels {
  const { config, env, stateDir, agents, guardedFetch, clock, timers, life, late, log } = gateway;
  const { storage, systemEvents, conversations, plugins } = gateway;
  const channelSettings: ChannelSettings = {
    config,
    env,
    stateDir,
    defaultAgentId: () => agents.defaultId(),
    assistantName: () => agents.givenName(agents.defaultId()),
  };
  const channels = late.channels.open(
    createChannels({
      ...channelSettings,
      routes: gateway.channelRoutes,
      approvals: gateway.approvalFeed,
      channels: options.channels ?? [],
      restarts: options.channelRestarts ?? true,
      skip: skipsChannels(env),
      fetch: gateway.givenFetch ?? fetch,
      clock,
      timers,
      log: log.child("channels"),
    }),
  );
  const outgoingFiles = createOutgoingFiles({
    dir: path.join(stateDir, "media", "outbound"),
    roots: gateway.trustedRoots,
    maxBytes: ({ channel, accountId }, kind) => outboundLimit(config(), { channel, accountId, kind }),
    textLimit: (channel) => channels.get(channel)?.textLimit,
    platform: process.platform,
    guardedFetch,
    log: log.child("outbox"),
  });
  const outbox = late.outbox.open(
    createOutboxWorker({
      outbox: storage.outbox,
      send: (delivery) =>
        sendWithHooks(plugins, delivery, (own) => outgoingFiles.send(own, (copy) => channels.send(copy))),
      canSend: (channel, accountId) => channels.isRunning(channel, accountId),
      log: log.child("outbox"),
      onGivenUp: (item, error) => {
        systemEvents
          .enqueue(conversations.mainKey(), `A reply to ${item.channel} could not be delivered: ${error}`)
          .catch((problem: unknown) => {
            log.error("an undeliverable reply could not be noted", { error: String(problem) });
          });
      },
    }),
  );
  const targets = createTargets({
    channels,
    configured: (channel, accountId, kind) => configuredChats(channelSettings, channel, accountId, kind),
    clock,
  });
  const directory = createDirectory({ channels, targets, settings: channelSettings });
  const messageActions = createMessageActions({
    channels,
    targets,
    outbox,
    settings: channelSettings,
    broadcastAllowed: () => config().tools?.message?.broadcast?.enabled !== false,
  });
  const logins = createQrLogins({
    settings: channelSettings,
    stopAccount: (channel, accountId) => channels.stopAccounts(channel, accountId),
    startAccount: (channel, accountId) => channels.startAccounts(channel, accountId),
    clock,
    log: log.child("channels"),
  });
  life.on("close", () => logins.close());

  life.on("start", async () => {
    await startChannels(gateway, channels, outbox);
    life.on("close", () => channels.stop());
    await outgoingFiles.clear();
    outbox.start();
    life.on("close", () => outbox.stop());
  });
  return { channels, channelSettings, outbox, targets, directory, messageActions, logins };
}

/** Lets the messages of channels into the pipeline. */
async function startChannels(gateway: OpenChannelsInput, channels: Channels, outbox: OutboxWorker): Promise<void> {
  const { configStore, config, agents, media, plugins, late, log } = gateway;
  const pipeline = late.pipeline.get();
  const commands = late.commands.get();
  await channels.start({
    receive: (message) => {
      tellReceived(plugins, message);
      return pipeline.receive(message);
    },
    note: (event) => pipeline.note(event),
    chatMoved: (place, change) => moveChat({ configStore, log: log.child("channels") }, place, change),
    connected: (channel) => outbox.wake(channel),
    nativeCommands: (channel) =>
      nativeCommands(channel, { config: config(), channels, commands, agentId: agents.defaultId() }),
    describeImage: (image, channel) => media.describe(image, channel),
  });
}
