import { maskDevice } from "../pairing/device-store.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type DeviceMethod =
  | "device.pair.list"
  | "device.pair.approve"
  | "device.pair.reject"
  | "device.token.rotate"
  | "device.token.revoke";

/** `device.*`: who may connect, and with which token. */
export function deviceMethods(gateway: MethodContext): HandlersOf<DeviceMethod> {
  const { devices, connections, clock } = gateway;
  const resolved = (requestId: string, deviceId: string, decision: "approved" | "rejected") =>
    connections.broadcast(
      "device.pair.resolved",
      { requestId, deviceId, decision, ts: clock.now() },
      { droppable: true },
    );

  return {
    "device.pair.list": () => devices.list(),
    "device.pair.approve"(params, { session }) {
      const pending = devices.pendingRequest(params.requestId);
      if (!pending) throw invalidRequest("unknown requestId");
      // Nobody hands out more than they hold.
      if (!session.scopes.has("operator.admin")) {
        const missing = (pending.scopes ?? []).find((scope) => !session.scopes.has(scope));
        if (missing) throw invalidRequest(`missing scope: ${missing}`);
      }
      const approved = devices.approve(params.requestId);
      if (!approved) throw invalidRequest("unknown requestId");
      resolved(params.requestId, approved.device.deviceId, "approved");
      return { requestId: params.requestId, device: maskDevice(approved.device) };
    },
    "device.pair.reject"(params) {
      const request = devices.reject(params.requestId);
      if (!request) throw invalidRequest("unknown requestId");
      resolved(params.requestId, request.deviceId, "rejected");
      return { requestId: params.requestId, deviceId: request.deviceId };
    },
    "device.token.rotate"(params) {
      const token = devices.rotate(params.deviceId, params.role, params.scopes);
      if (!token) throw invalidRequest("unknown deviceId/role");
      const { role, scopes, rotatedAtMs } = token;
      return { deviceId: params.deviceId, role, token: token.token, scopes, rotatedAtMs: rotatedAtMs ?? clock.now() };
    },
    "device.token.revoke"(params) {
      const token = devices.revoke(params.deviceId, params.role);
      if (token?.revokedAtMs === undefined) throw invalidRequest("unknown deviceId/role");
      for (const connection of connections.all()) {
        const session = connection.session;
        if (session?.deviceId === params.deviceId && session.role === params.role)
          connection.close(1008, "device token revoked");
      }
      return { deviceId: params.deviceId, role: params.role, revokedAtMs: token.revokedAtMs };
    },
  };
}
