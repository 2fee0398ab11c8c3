import { z } from "zod";
import { count, flag, nonEmpty, open, text, texts, timestamp } from "./fields.ts";
import { once } from "./once.ts";

/** A device waiting for approval: in `device.pair.list` and `device.pair.requested`. */
export const deviceRequest = once(() =>
  open({
    requestId: nonEmpty(),
    deviceId: nonEmpty(),
    publicKey: nonEmpty(),
    displayName: text().optional(),
    platform: text().optional(),
    clientId: text().optional(),
    clientMode: text().optional(),
    role: text().optional(),
    roles: texts().optional(),
    scopes: texts().optional(),
    remoteIp: text().optional(),
    silent: flag().optional(),
    isRepair: flag().optional(),
    ts: timestamp(),
  }),
);
export type DeviceRequest = z.output<ReturnType<typeof deviceRequest>>;

/** A paired device as clients see it: tokens without their secret. */
export const pairedDevice = once(() =>
  open({
    deviceId: nonEmpty(),
    publicKey: nonEmpty(),
    displayName: text().optional(),
    platform: text().optional(),
    clientId: text().optional(),
    clientMode: text().optional(),
    role: text().optional(),
    roles: texts().optional(),
    scopes: texts().optional(),
    remoteIp: text().optional(),
    tokens: z
      .array(
        open({
          role: nonEmpty(),
          scopes: texts(),
          createdAtMs: timestamp(),
          rotatedAtMs: timestamp().optional(),
          revokedAtMs: timestamp().optional(),
          lastUsedAtMs: timestamp().optional(),
        }),
      )
      .optional(),
    createdAtMs: timestamp(),
    approvedAtMs: timestamp(),
    /** Version 4 only, from here on. */
    approvedVia: text().optional(),
    lastSeenAtMs: timestamp().optional(),
    lastSeenReason: text().optional(),
    connected: flag().optional(),
  }),
);
export type PairedDevice = z.output<ReturnType<typeof pairedDevice>>;

const nodeInfo = once(() => ({
  nodeId: nonEmpty(),
  displayName: text().optional(),
  platform: text().optional(),
  version: text().optional(),
  coreVersion: text().optional(),
  uiVersion: text().optional(),
  deviceFamily: text().optional(),
  modelIdentifier: text().optional(),
  remoteIp: text().optional(),
}));

/** A node waiting for approval. */
export const nodeRequest = once(() =>
  open({
    requestId: nonEmpty(),
    ...nodeInfo(),
    caps: texts().optional(),
    commands: texts().optional(),
    silent: flag().optional(),
    isRepair: flag().optional(),
    /** Version 4 only. */
    requiredApproveScopes: texts().optional(),
    clientId: text().optional(),
    clientMode: text().optional(),
    ts: timestamp(),
  }),
);
export type NodeRequest = z.output<ReturnType<typeof nodeRequest>>;

/** A node paired through `node.pair.*`. Its token is never part of an answer. */
export const pairedNode = once(() =>
  open({
    ...nodeInfo(),
    caps: texts().optional(),
    commands: texts().optional(),
    permissions: z.record(z.string(), flag()).optional(),
    clientId: text().optional(),
    clientMode: text().optional(),
    createdAtMs: timestamp(),
    approvedAtMs: timestamp(),
    lastConnectedAtMs: timestamp().optional(),
  }),
);
export type PairedNode = z.output<ReturnType<typeof pairedNode>>;

/** A node in `node.list`: connected, or paired and away. */
export const nodeRow = once(() =>
  open({
    ...nodeInfo(),
    caps: texts(),
    commands: texts(),
    pathEnv: text().optional(),
    permissions: z.record(z.string(), flag()).optional(),
    connectedAtMs: timestamp().optional(),
    paired: flag(),
    connected: flag(),
    /** Version 4 only, from here on. */
    approvalState: text().optional(),
    pendingRequestId: text().optional(),
    lastSeenAtMs: count().optional(),
    approvedAtMs: count().optional(),
    clientId: text().optional(),
    clientMode: text().optional(),
  }),
);
export type NodeRow = z.output<ReturnType<typeof nodeRow>>;
