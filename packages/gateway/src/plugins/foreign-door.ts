import type { AccessArea } from "../access/open-access.ts";
import type { GatewayChannels } from "../channels/open-channels.ts";
import type { GatewayCommands } from "../commands/gateway-commands.ts";
import type { Conversations } from "../conversations.ts";
import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayStores } from "../open-stores.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { GatewayPlugins } from "./gateway-plugins.ts";
import { tellReceived } from "./message-hooks.ts";
import type { ForeignChannels } from "./open-foreign-channels.ts";

/** The way to what channels of the reference release need, which is loaded with the first of them. */
export type ForeignDoor = () => Promise<ForeignChannels>;

export function createForeignDoor(
  gateway: GatewayBase &
    Pick<GatewayStores, "sessions"> &
    Pick<GatewayChannels, "channels" | "outbox"> &
    AccessArea & {
      conversations: Conversations;
      commands: GatewayCommands;
      pipeline: Pipeline;
      plugins: GatewayPlugins;
    },
): ForeignDoor {
  const { config, stateDir, env, agents, sessions, conversations, commands, pipeline, outbox, channels } = gateway;
  let opening: Promise<ForeignChannels> | undefined;
  return () =>
    (opening ??= import("./open-foreign-channels.ts").then(({ openForeignChannels }) =>
      openForeignChannels({
        config,
        stateDir,
        profile: env.OPENCLAW_PROFILE?.trim() || undefined,
        access: gateway.access,
        conversations,
        sessions: {
          updatedAt: (key) => sessions.get(key)?.updatedAt,
          storePath: (agentId) => sessions.storePath(agentId),
        },
        pairing: gateway.chatPairing,
        envelopes: gateway.envelopes,
        identity: (agentId) => ({ name: agents.givenName(agentId), emoji: agents.identity(agentId).emoji }),
        isCommand: (message) => ["command", "reset"].includes(commands.receive(message).kind),
        pipeline,
        outbox,
        channels,
        received: (message) => tellReceived(gateway.plugins, message),
        guardedFetch: gateway.guardedFetch,
        now: () => gateway.clock.now(),
      }),
    ));
}
