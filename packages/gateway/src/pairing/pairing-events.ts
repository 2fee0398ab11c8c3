import type { Clock } from "@openclaw/storage";
import type { Connections } from "../ws/connections.ts";
import type { PairingRequest } from "./paired-device.ts";

export type PairingDecision = "approved" | "rejected" | "expired";

/** Tells operators of pairing requests and of what became of them. Devices that are nodes are told of as nodes too. */
export interface PairingEvents {
  requested(request: PairingRequest): void;
  resolved(request: PairingRequest, decision: PairingDecision): void;
  /** A paired device has another name or token, or is gone. */
  changed(deviceId: string, reason: "approved" | "removed" | "renamed" | "rotated" | "revoked"): void;
}

export function createPairingEvents(connections: Connections, clock: Clock): PairingEvents {
  const droppable = { droppable: true };
  return {
    requested(request) {
      connections.broadcast("device.pair.requested", request, droppable);
      if (request.role === "node") connections.broadcast("node.pair.requested", nodeOfRequest(request), droppable);
    },
    resolved({ requestId, deviceId, role }, decision) {
      const ts = clock.now();
      connections.broadcast("device.pair.resolved", { requestId, deviceId, decision, ts }, droppable);
      if (role === "node") {
        connections.broadcast("node.pair.resolved", { requestId, nodeId: deviceId, decision, ts }, droppable);
      }
      if (decision === "approved") this.changed(deviceId, "approved");
    },
    changed(deviceId, reason) {
      connections.broadcast("device.pair.changed", { deviceId, reason }, droppable);
    },
  };
}

/** How the request of a device that is a node looks among those of nodes. */
export function nodeOfRequest(request: PairingRequest) {
  const { deviceId, publicKey: _key, role: _role, roles: _roles, scopes: _scopes, ...rest } = request;
  return { ...rest, nodeId: deviceId, requiredApproveScopes: ["operator.pairing"] };
}
