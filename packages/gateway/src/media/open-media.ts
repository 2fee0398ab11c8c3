import type { GatewayBase } from "../gateway-base.ts";
import type { GatewayPort } from "../http/open-port.ts";
import type { GatewayModels } from "../open-models.ts";
import type { GatewayStores } from "../open-stores.ts";
import { openVoiceWake, type VoiceWake } from "../voice-wake.ts";
import { createGatewaySpeech, type GatewaySpeech } from "./gateway-speech.ts";
import { createMessageMedia, type MessageMedia } from "./message-media.ts";

/** What a Gateway hears, sees and says. */
export interface GatewayMedia {
  readonly speech: GatewaySpeech;
  readonly voiceWake: VoiceWake;
  /** Understands the files of messages. */
  readonly media: MessageMedia;
}

export function openMedia(
  gateway: GatewayBase &
    Pick<GatewayStores, "storage" | "sessions"> &
    Pick<GatewayModels, "models"> &
    Pick<GatewayPort, "webFiles">,
  options: { edgeSpeechUrl: string | undefined },
): GatewayMedia {
  const { config, env, stateDir, fetch, guardedFetch, agents, models, sessions, storage, clock, life, log } = gateway;
  const speech = createGatewaySpeech({
    models,
    config,
    env,
    stateDir,
    fetch,
    clock,
    log: log.child("speech"),
    isWaiting: (file) =>
      gateway.webFiles.isOffered(file) || JSON.stringify(storage.outbox.pending()).includes(JSON.stringify(file)),
    edgeUrl: options.edgeSpeechUrl,
  });
  life.on("close", () => speech.close());
  const media = createMessageMedia({
    models,
    defaultAgentId: () => agents.defaultId(),
    config,
    sessions,
    env,
    stateDir,
    fetch,
    guardedFetch,
    log: log.child("media"),
  });
  return { speech, voiceWake: openVoiceWake({ stateDir, clock, log: log.child("voice") }), media };
}
