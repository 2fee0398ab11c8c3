import type { NodeRow } from "@openclaw/protocol";
import type { DeviceStore } from "../pairing/device-store.ts";
import type { PairedDevice, PairingRequest } from "../pairing/paired-device.ts";
import { type NodeCommandConfig, usableCommands } from "./node-commands.ts";
import type { LiveNode, NodeRegistry } from "./node-registry.ts";

export interface NodeRowsOptions {
  registry: NodeRegistry;
  devices: DeviceStore;
  commandConfig(): NodeCommandConfig;
}

/** Connected nodes and paired ones that are away: connected first, then by name. */
export function nodeRows(options: NodeRowsOptions, protocol: 3 | 4): NodeRow[] {
  const { registry, devices } = options;
  const { paired, pending } = devices.list();
  const known = new Map(
    paired.filter(({ roles }) => roles.includes("node")).map((device) => [device.deviceId, device]),
  );
  const ids = new Set([...registry.all().map(({ nodeId }) => nodeId), ...known.keys()]);
  const rows = [...ids].map((nodeId) => {
    const live = registry.get(nodeId);
    const device = known.get(nodeId);
    const row = live ? liveRow(live, device, options.commandConfig()) : awayRow(nodeId, device);
    return protocol === 3 ? row : { ...row, ...newerFields(live, device, pending) };
  });
  const nameOf = ({ displayName, nodeId }: NodeRow) => displayName ?? nodeId;
  return rows.sort((a, b) => Number(b.connected) - Number(a.connected) || nameOf(a).localeCompare(nameOf(b)));
}

function liveRow(live: LiveNode, device: PairedDevice | undefined, config: NodeCommandConfig): NodeRow {
  const { session, connection, nodeId, connectedAtMs } = live;
  const { client, node } = session;
  const { deviceFamily, platform } = client;
  return {
    nodeId,
    displayName: device?.label ?? client.displayName ?? device?.displayName,
    platform,
    version: client.version,
    deviceFamily,
    modelIdentifier: client.modelIdentifier,
    remoteIp: connection.remote.localDirect ? undefined : connection.remote.address,
    caps: [...session.caps].sort(),
    commands: usableCommands({ platform, deviceFamily, declared: live.declared }, config),
    pathEnv: node?.pathEnv,
    permissions: node?.permissions,
    connectedAtMs,
    paired: device !== undefined,
    connected: true,
  };
}

function awayRow(nodeId: string, device: PairedDevice | undefined): NodeRow {
  return {
    nodeId,
    displayName: device?.label ?? device?.displayName,
    platform: device?.platform,
    remoteIp: device?.remoteIp,
    caps: [],
    commands: [],
    paired: device !== undefined,
    connected: false,
  };
}

/** What version 4 knows beside. Approving a device approves the commands it declares, so that nothing more waits. */
function newerFields(live: LiveNode | undefined, device: PairedDevice | undefined, pending: readonly PairingRequest[]) {
  const deviceId = live?.nodeId ?? device?.deviceId;
  const waiting = pending.find((request) => request.deviceId === deviceId && request.role === "node");
  return {
    clientId: live?.session.client.id ?? device?.clientId,
    clientMode: live?.session.client.mode ?? device?.clientMode,
    approvalState: "approved",
    pendingRequestId: waiting?.requestId,
    approvedAtMs: device?.approvedAtMs,
    lastSeenAtMs: device?.lastSeenAtMs,
    lastSeenReason: device?.lastSeenReason,
  };
}
