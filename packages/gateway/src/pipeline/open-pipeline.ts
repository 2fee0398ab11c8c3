import os from "node:os";
import { systemTimers } from "@openclaw/agent-runtime";
import { heartbeatVisibility } from "@openclaw/automation/resident";
import { zoneOf } from "../access/envelope.ts";
import type { AccessArea } from "../access/open-access.ts";
import { channelSummary } from "../channels/channel-summary.ts";
import { mediaMaxBytes } from "../channels/media-limit.ts";
import type { GatewayChannels } from "../channels/open-channels.ts";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayPort } from "../http/open-port.ts";
import type { GatewayMedia } from "../media/open-media.ts";
import type { GatewayRuntime } from "../open-runtime.ts";
import type { GatewayStores } from "../open-stores.ts";
import type { GatewayPlugins } from "../plugins/gateway-plugins.ts";
import { inboundDebounceMs } from "./inbound-debounce.ts";
import { createInboundMedia } from "./inbound-media.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { replySettings } from "./reply-settings.ts";
import type { RunRepliesContext } from "./run-replies.ts";
import { createWaker, type Waker } from "./waker.ts";

/** How long a stopping Gateway waits for active runs, ms. */
const DRAIN_MS = 3000;

/** The one path of every message. */
export interface GatewayPipeline {
  readonly pipeline: Pipeline;
  /** How a chat wants its replies. */
  readonly replySettings: RunRepliesContext["settings"];
  readonly waker: Waker;
}

type OpenPipelineInput = GatewayBase &
  GatewayStores &
  GatewayRuntime &
  GatewayChannels &
  AccessArea &
  Pick<GatewayPort, "webFiles"> &
  Pick<GatewayMedia, "speech" | "media"> & {
    conversations: Conversations;
    commands: GatewayCommands;
    plugins: GatewayPlugins;
  };

export function openPipeline(gateway: OpenPipelineInput): GatewayPipeline {
  const { config, env, hostTimeZone, timeZone, agents, connections, clock, timers, life, late } = gateway;
  const { journal, sessions, sessionFeed, systemEvents, conversations, commands, runtime, runs } = gateway;
  const { channels, outbox, entrance, acknowledgements, speech, media } = gateway;
  const log = gateway.log.child("pipeline");
  const inboundMedia = createInboundMedia({
    stateDir: gateway.stateDir,
    account: (channel, accountId, signal) => channels.connectedAccount(channel, accountId, signal),
    maxBytes: (channel, accountId) => mediaMaxBytes(config(), channel, accountId, channels.get(channel)),
    seesImages: (message) => media.seesImages(message),
    tooLarge: (channel, maxMb) => channels.get(channel)?.mediaTooLarge?.(maxMb),
    log: gateway.log.child("channels"),
  });
  const settings = replySettingsOf(gateway);
  const pipeline = late.pipeline.open(
    createPipeline({
      webFiles: gateway.webFiles,
      journal,
      conversations,
      commands,
      entrance,
      answered: (id) => acknowledgements.answered(id),
      fetched: (message) => inboundMedia.fetched(message),
      edit: (message, change) => channels.edit(message, change),
      runtime,
      runs,
      connections,
      sessionFeed,
      systemEvents,
      media,
      outbox,
      replies: {
        channels,
        settings,
        speak: (reply) => speech.forReply(reply),
        speechMode: (key) => sessions.get(key)?.ttsAuto,
        agentName: (agentId) => agents.givenName(agentId),
        homeDir: env.HOME ?? os.homedir(),
        timers: systemTimers,
        random: Math.random,
      },
      config: () => ({
        userTimeZone: timeZone(),
        eventTimeZone: zoneOf(config().agents?.defaults?.envelopeTimezone, timeZone(), hostTimeZone),
        showsHeartbeats: heartbeatVisibility(config(), "webchat", undefined).showOk,
        queue: config().messages?.queue,
        debounceMs: (channel) => inboundDebounceMs(config(), channel),
        agentsInTurn: config().broadcast?.strategy === "sequential",
      }),
      timers,
      clock,
      log,
      onRan: (message, result) => gateway.metrics.ran(message, result),
      onCommand: tellOfCommand(gateway),
      channelSummary: () => channelSummary(channels),
    }),
  );
  life.on("drain", () => pipeline.stop(DRAIN_MS));
  const waker = late.waker.open(createWaker({ pipeline, conversations, systemEvents, runs, clock, log }));
  life.on("drain", () => waker.stop());
  return { pipeline, replySettings: settings, waker };
}

/** How the chat of a message wants its replies. */
function replySettingsOf({ config, agents, channels }: OpenPipelineInput): RunRepliesContext["settings"] {
  return ({ channel, accountId, chatType, mentioned, self }, agentId) => ({
    ...replySettings(
      config(),
      {
        channel,
        accountId,
        agentId,
        direct: (chatType ?? "direct") === "direct",
        kind: chatType,
        mentioned: mentioned === true,
        selfPrefix: self ? `[${agents.givenName(agentId) ?? "openclaw"}]` : undefined,
      },
      channels.get(channel),
    ),
    chunk: channels.chunker(channel, accountId),
  });
}

/** Tells the hooks of plugins and of this machine; what they say goes to the chat. */
function tellOfCommand({ late, plugins }: OpenPipelineInput): Parameters<typeof createPipeline>[0]["onCommand"] {
  return async (action, message) => {
    const { sessionKey, senderId, agentId } = message;
    // What the conversation was is looked at before another one begins.
    const emitOwn = late.automation.opened?.onCommand(action, message);
    const told = plugins.host?.bus.emit({ type: "command", action, sessionKey, context: { senderId, agentId } });
    return [...((await told) ?? []), ...((await emitOwn?.()) ?? [])];
  };
}
