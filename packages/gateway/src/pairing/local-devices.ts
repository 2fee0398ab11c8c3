import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import type { Clock } from "@openclaw/storage";
import { openDeviceStore } from "./device-store.ts";
import { showDevice } from "./paired-device.ts";

/** No such request, device or token; the message is the Gateway's for the same. */
export class LocalDevicesError extends Error {
  readonly code = "unknown-pairing-entry";

  constructor(what: string) {
    super(what);
    this.name = "LocalDevicesError";
  }
}

/**
 * The paired devices of a state directory that no Gateway uses, with the answers a Gateway would give. Whoever opens it
 * holds the lease of the state directory.
 */
export interface LocalDevices {
  list(): object;
  /** @throws LocalDevicesError like the following */
  approve(requestId: string): object;
  reject(requestId: string): object;
  remove(deviceId: string): object;
  rotate(deviceId: string, role: string, scopes?: readonly string[]): object;
  revoke(deviceId: string, role: string): object;
  close(): void;
}

export function openLocalDevices(options: {
  stateDir: string;
  clock: Clock;
  timers: Timers;
  log: Logger;
}): LocalDevices {
  const store = openDeviceStore(options);
  return {
    list() {
      const { pending, paired } = store.list();
      return { pending, paired: paired.map((device) => showDevice(device, 3, false)) };
    },
    approve(requestId) {
      const { device } = known(store.approve(requestId), "requestId");
      return { requestId, device: showDevice(device, 3, false) };
    },
    reject(requestId) {
      return { requestId, deviceId: known(store.reject(requestId), "requestId").deviceId };
    },
    remove(deviceId) {
      known(store.remove(deviceId), "deviceId");
      return { deviceId };
    },
    rotate(deviceId, role, scopes) {
      const { token, ...rest } = known(store.rotate(deviceId, role, scopes), "deviceId/role");
      return { deviceId, role, token, scopes: rest.scopes, rotatedAtMs: rest.rotatedAtMs };
    },
    revoke(deviceId, role) {
      return { deviceId, role, revokedAtMs: known(store.revoke(deviceId, role), "deviceId/role").revokedAtMs };
    },
    close: () => store.close(),
  };
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new LocalDevicesError(`unknown ${what}`);
  return found;
}
