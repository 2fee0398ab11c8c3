import type { Timers } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Log } from "@openclaw/log";
import type { PairedNode } from "@openclaw/protocol";
import type { Clock } from "@openclaw/storage";
import { approveDevice, removeDevice } from "../methods/devices.ts";
import { invalidRequest, unavailable } from "../methods/handler.ts";
import type { DeviceStore } from "../pairing/device-store.ts";
import type { PairedDevice } from "../pairing/paired-device.ts";
import { nodeOfRequest, type PairingEvents } from "../pairing/pairing-events.ts";
import type { GatewaySkills } from "../skills/agent-skills.ts";
import type { Connections } from "../ws/connections.ts";
import { createNodeBinaries } from "./node-binaries.ts";
import { commandRefusal, type NodeCommandConfig } from "./node-commands.ts";
import { createNodeEvents, type NodeEventsOptions } from "./node-events.ts";
import { createNodeInvocations } from "./node-invocations.ts";
import { openNodePairingStore, type StoredNode, type StoredNodeRequest } from "./node-pairing-store.ts";
import { createNodeRegistry, nodeIdOf } from "./node-registry.ts";
import { nodeRows } from "./node-rows.ts";
import type { NodeInvokeRequest, Nodes } from "./nodes.ts";
import type { RunGrants } from "./run-grants.ts";
import { withGrantedApproval } from "./run-params.ts";

export interface OpenNodesOptions extends Omit<NodeEventsOptions, "isAwaited" | "log"> {
  stateDir: string;
  config: () => OpenClawConfig;
  connections: Connections;
  devices: DeviceStore;
  pairingEvents: PairingEvents;
  grants: RunGrants;
  skills: Pick<GatewaySkills, "bins" | "useMachines" | "onChange">;
  clock: Clock;
  timers: Timers;
  log: Log;
}

/** Opens what a Gateway knows of nodes. */
export function openNodes(options: OpenNodesOptions): Nodes {
  const { devices, connections, pairingEvents, clock, timers } = options;
  const log = options.log.child("nodes");
  const registry = createNodeRegistry();
  const invocations = createNodeInvocations({ clock, timers });
  const awaited = new Set<string>();
  const events = createNodeEvents({ ...options, isAwaited: (runId) => awaited.has(runId), log });
  const tellResolved = ({ requestId, nodeId }: StoredNodeRequest, decision: "approved" | "rejected" | "expired") =>
    connections.broadcast("node.pair.resolved", { requestId, nodeId, decision, ts: clock.now() }, { droppable: true });
  const store = openNodePairingStore({
    stateDir: options.stateDir,
    clock,
    timers,
    log,
    onExpired: (request) => tellResolved(request, "expired"),
  });
  const commandConfig = (): NodeCommandConfig => options.config().gateway?.nodes ?? {};

  const invoke = ({ nodeId, command, ...rest }: NodeInvokeRequest) => {
    const node = registry.get(nodeId);
    if (!node) throw unavailable("node not connected", { details: { code: "NOT_CONNECTED" } });
    const name = command.trim();
    const { platform, deviceFamily } = node.session.client;
    const reason = commandRefusal(name, { platform, deviceFamily, declared: node.declared }, commandConfig());
    if (reason) throw invalidRequest("node command not allowed", { details: { reason, command: name } });
    return invocations.invoke(node, { command: name, params: undefined, ...rest });
  };
  const binaries = createNodeBinaries({
    registry,
    devices,
    commandConfig,
    invoke: async (request) => invoke(request),
    skills: options.skills,
    log,
  });

  return {
    connected(connection, session) {
      // The socket may have closed before this part of the Gateway was there.
      if (!connection.closing) binaries.connected(registry.add(connection, session, clock.now()));
    },
    disconnected(connection, session) {
      registry.remove(connection, session);
      invocations.disconnected(connection.id);
      binaries.disconnected();
    },
    list: (protocol) => nodeRows({ registry, devices, commandConfig }, protocol),
    async invoke(request) {
      return invoke(request);
    },
    async invokeUnapproved(request) {
      return invoke({ ...request, params: withGrantedApproval(request, options.grants) });
    },
    async awaited(runId, work) {
      awaited.add(runId);
      try {
        return await work();
      } finally {
        awaited.delete(runId);
      }
    },
    answer(session, nodeId, result) {
      const own = nodeIdOf(session);
      const taken = nodeId === own ? invocations.answer(own, result) : "not-its-own";
      if (taken === "not-its-own") throw invalidRequest("nodeId mismatch");
      return { ignored: taken === "unknown" };
    },
    event: (session, event, payload) => events(event, payload, session),
    requestPairing(description) {
      const asked = store.request(description);
      if (asked.created) connections.broadcast("node.pair.requested", asked.request, { droppable: true });
      return asked;
    },
    pairing() {
      const { pending, paired } = devices.list();
      const asking = pending.filter(({ role }) => role === "node").map(nodeOfRequest);
      const devicesThatAreNodes = paired.filter(({ roles }) => roles.includes("node")).map(nodeOfDevice);
      return {
        pending: [...asking, ...store.pending()].sort((a, b) => b.ts - a.ts),
        paired: [...devicesThatAreNodes, ...store.paired().map(withoutToken)],
      };
    },
    approve(requestId, held) {
      const request = store.pending().find((waiting) => waiting.requestId === requestId);
      const node = request && store.approve(requestId);
      if (request && node) {
        tellResolved(request, "approved");
        return node;
      }
      if (devices.pendingRequest(requestId)?.role !== "node") throw invalidRequest("unknown requestId");
      const { request: asked, device } = approveDevice(options, requestId, held);
      const { version, deviceFamily, modelIdentifier, caps, commands } = asked;
      return { ...nodeOfDevice(device), version, deviceFamily, modelIdentifier, caps, commands };
    },
    reject(requestId) {
      const request = store.reject(requestId);
      if (request) {
        tellResolved(request, "rejected");
        return request.nodeId;
      }
      const device = devices.pendingRequest(requestId)?.role === "node" ? devices.reject(requestId) : undefined;
      if (!device) throw invalidRequest("unknown requestId");
      pairingEvents.resolved(device, "rejected");
      return device.deviceId;
    },
    verify(nodeId, token) {
      const node = store.verify(nodeId, token);
      return node && withoutToken(node);
    },
    rename(nodeId, displayName) {
      const device = devices.get(nodeId)?.roles.includes("node") ? devices.rename(nodeId, displayName) : undefined;
      if (device) pairingEvents.changed(nodeId, "renamed");
      const stored = store.rename(nodeId, displayName);
      if (!device && !stored) throw invalidRequest("unknown nodeId");
    },
    remove(nodeId) {
      const stored = store.remove(nodeId);
      if (devices.get(nodeId)?.roles.includes("node")) removeDevice(options, nodeId, "unknown nodeId");
      else if (!stored) throw invalidRequest("unknown nodeId");
    },
    close() {
      store.close();
      invocations.close();
    },
  };
}

function nodeOfDevice(device: PairedDevice): PairedNode {
  const { deviceId, label, displayName, platform, clientId, clientMode, remoteIp, createdAtMs, approvedAtMs } = device;
  return {
    nodeId: deviceId,
    displayName: label ?? displayName,
    platform,
    clientId,
    clientMode,
    remoteIp,
    createdAtMs,
    approvedAtMs,
    lastConnectedAtMs: device.lastSeenAtMs,
  };
}

/** The token of a node is shown to the one who approves it and to nobody else. */
function withoutToken({ token: _secret, ...node }: StoredNode): PairedNode {
  return node;
}
