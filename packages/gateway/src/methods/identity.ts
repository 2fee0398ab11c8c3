import type { HandlersOf } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** `gateway.identity.get`: the key pair this Gateway's host is known by, made at the first question. */
export function identityMethods({ stateDir, clock }: MethodContext): HandlersOf<"gateway.identity.get"> {
  return {
    async "gateway.identity.get"() {
      const { loadDeviceIdentity } = await import("@openclaw/client/node");
      const { deviceId, publicKey } = loadDeviceIdentity(stateDir, () => clock.now());
      return { deviceId, publicKey };
    },
  };
}
