import { showDevice } from "../pairing/paired-device.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type DeviceMethod =
  | "device.pair.list"
  | "device.pair.approve"
  | "device.pair.reject"
  | "device.pair.remove"
  | "device.pair.rename"
  | "device.token.rotate"
  | "device.token.revoke";

/** `device.*`: who may connect, and with which token. */
export function deviceMethods(gateway: MethodContext): HandlersOf<DeviceMethod> {
  const { devices, pairingEvents, clock } = gateway;

  return {
    "device.pair.list"(_params, { session: { protocol } }) {
      const { pending, paired } = devices.list();
      const live = connectedDevices(gateway);
      return { pending, paired: paired.map((device) => showDevice(device, protocol, live.has(device.deviceId))) };
    },
    "device.pair.approve"({ requestId }, { session }) {
      const { device } = approveDevice(gateway, requestId, session.scopes);
      const connected = connectedDevices(gateway).has(device.deviceId);
      return { requestId, device: showDevice(device, session.protocol, connected) };
    },
    "device.pair.reject"({ requestId }) {
      const request = devices.reject(requestId);
      if (!request) throw invalidRequest("unknown requestId");
      pairingEvents.resolved(request, "rejected");
      return { requestId, deviceId: request.deviceId };
    },
    "device.pair.remove"({ deviceId }) {
      removeDevice(gateway, deviceId, "unknown deviceId");
      return { deviceId };
    },
    "device.pair.rename"({ deviceId, label }) {
      const wanted = label.trim();
      if (wanted === "") throw invalidRequest("label required");
      if (!devices.rename(deviceId, wanted)) throw invalidRequest("unknown deviceId");
      pairingEvents.changed(deviceId, "renamed");
      return { deviceId, label: wanted };
    },
    "device.token.rotate"(params) {
      const token = devices.rotate(params.deviceId, params.role, params.scopes);
      if (!token) throw invalidRequest("unknown deviceId/role");
      pairingEvents.changed(params.deviceId, "rotated");
      const { role, scopes, rotatedAtMs } = token;
      return { deviceId: params.deviceId, role, token: token.token, scopes, rotatedAtMs: rotatedAtMs ?? clock.now() };
    },
    "device.token.revoke"({ deviceId, role }) {
      const token = devices.revoke(deviceId, role);
      if (token?.revokedAtMs === undefined) throw invalidRequest("unknown deviceId/role");
      closeConnections(gateway, deviceId, role);
      pairingEvents.changed(deviceId, "revoked");
      return { deviceId, role, revokedAtMs: token.revokedAtMs };
    },
  };
}

type DeviceContext = Pick<MethodContext, "devices" | "connections" | "pairingEvents">;

/**
 * Approves a request on behalf of somebody with these scopes and tells operators of it.
 * @throws RequestError when there is no such request, or it asks for a scope the approver does not hold
 */
export function approveDevice({ devices, pairingEvents }: DeviceContext, requestId: string, held: ReadonlySet<string>) {
  const pending = devices.pendingRequest(requestId);
  if (!pending) throw invalidRequest("unknown requestId");
  // Nobody hands out more than they hold.
  const missing = held.has("operator.admin") ? undefined : pending.scopes?.find((scope) => !held.has(scope));
  if (missing) throw invalidRequest(`missing scope: ${missing}`);
  const approved = devices.approve(requestId);
  if (!approved) throw invalidRequest("unknown requestId");
  pairingEvents.resolved(approved.request, "approved");
  return approved;
}

/** Forgets a device and closes its connections. @throws RequestError with the given text when it is not paired */
export function removeDevice(gateway: DeviceContext, deviceId: string, unknown: string): void {
  if (!gateway.devices.remove(deviceId)) throw invalidRequest(unknown);
  closeConnections(gateway, deviceId);
  gateway.pairingEvents.changed(deviceId, "removed");
}

function closeConnections({ connections }: DeviceContext, deviceId: string, role?: string): void {
  for (const connection of connections.all()) {
    const { session } = connection;
    if (session?.deviceId !== deviceId || (role !== undefined && session.role !== role)) continue;
    connection.close(1008, "device token revoked");
  }
}

function connectedDevices({ connections }: DeviceContext): Set<string> {
  return new Set([...connections.all()].flatMap(({ session }) => session?.deviceId ?? []));
}
