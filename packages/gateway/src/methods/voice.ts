import { isWebChat } from "@openclaw/protocol";
import { type HandlersOf, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `talk.mode` and `voicewake.*`: what the voice assistants of devices have in common. */
export function voiceMethods(gateway: MethodContext): HandlersOf<"talk.mode" | "voicewake.get" | "voicewake.set"> {
  const { connections, voiceWake, clock } = gateway;

  /** A phone or tablet that can talk. */
  const hasMobileNode = () =>
    [...connections.all()].some(
      ({ session }) => session?.role === "node" && /^(ios|ipados|android)\b/i.test(session.client.platform),
    );

  return {
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
