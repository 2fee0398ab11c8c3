import { redactedSentinel } from "@openclaw/config";
import { isWebChat } from "@openclaw/protocol";
import { type HandlersOf, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `talk.*` and `voicewake.*`: what the voice assistants of devices have in common. */
export function voiceMethods(
  gateway: MethodContext,
): HandlersOf<"talk.config" | "talk.mode" | "voicewake.get" | "voicewake.set"> {
  const { connections, voiceWake, clock, configStore, env } = gateway;

  /** A phone or tablet that can talk. */
  const hasMobileNode = () =>
    [...connections.all()].some(
      ({ session }) => session?.role === "node" && /^(ios|ipados|android)\b/i.test(session.client.platform),
    );

  return {
    "talk.config"({ includeSecrets }) {
      const { talk, session } = configStore.snapshot().config;
      const { apiKey, ...told } = talk ?? {};
      const voiceId = told.voiceId?.trim() || env.ELEVENLABS_VOICE_ID?.trim() || env.SAG_VOICE_ID?.trim();
      return {
        config: {
          talk: {
            ...told,
            modelId: told.modelId ?? "eleven_v3",
            interruptOnSpeech: told.interruptOnSpeech ?? true,
            ...(voiceId ? { voiceId } : {}),
            ...(apiKey ? { apiKey: includeSecrets === true ? apiKey : redactedSentinel } : {}),
          },
          session: { mainKey: session?.mainKey ?? "main" },
        },
      };
    },

    "talk.mode"({ enabled, phase }, { session }) {
      if (isWebChat(session.client) && !hasMobileNode()) {
        throw unavailable("talk disabled: no connected iOS/Android nodes");
      }
      const mode = { enabled, phase: phase ?? null, ts: clock.now() };
      connections.broadcast("talk.mode", mode, { droppable: true });
      return mode;
    },

    "voicewake.get": () => ({ triggers: [...voiceWake.triggers()] }),

    async "voicewake.set"({ triggers }) {
      const stored = { triggers: [...(await voiceWake.set(triggers))] };
      connections.broadcast("voicewake.changed", stored, { droppable: true });
      return stored;
    },
  };
}
