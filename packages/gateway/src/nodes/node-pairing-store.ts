import crypto from "node:crypto";
import path from "node:path";
import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import { secretsEqual } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";
import { z } from "zod";
import { loadPairingFile, savePairingFile } from "../pairing/pairing-file.ts";
import { createPendingRequests } from "../pairing/pending-requests.ts";

const description = {
  nodeId: z.string(),
  displayName: z.string().optional(),
  platform: z.string().optional(),
  version: z.string().optional(),
  coreVersion: z.string().optional(),
  uiVersion: z.string().optional(),
  deviceFamily: z.string().optional(),
  modelIdentifier: z.string().optional(),
  caps: z.array(z.string()).optional(),
  commands: z.array(z.string()).optional(),
  remoteIp: z.string().optional(),
};
const descriptionSchema = z.object({ ...description, silent: z.boolean().optional() });
const requestSchema = z.looseObject({
  requestId: z.string(),
  ...descriptionSchema.shape,
  isRepair: z.boolean().optional(),
  ts: z.number(),
});
const nodeSchema = z.looseObject({
  ...description,
  token: z.string(),
  createdAtMs: z.number(),
  approvedAtMs: z.number(),
  lastConnectedAtMs: z.number().optional(),
});

export type StoredNodeRequest = z.output<typeof requestSchema>;
export type StoredNode = z.output<typeof nodeSchema>;
export type NodeDescription = z.output<typeof descriptionSchema>;

/**
 * The older pairing of nodes by request, in `<state>/nodes/{pending,paired}.json`. It decides about no connection: nodes
 * that connect are paired as devices.
 */
export interface NodePairingStore {
  /** The request of a node: the one that waits, or a new one. */
  request(description: NodeDescription): { request: StoredNodeRequest; created: boolean };
  pending(): StoredNodeRequest[];
  paired(): StoredNode[];
  approve(requestId: string): StoredNode | undefined;
  reject(requestId: string): StoredNodeRequest | undefined;
  verify(nodeId: string, token: string): StoredNode | undefined;
  rename(nodeId: string, displayName: string): boolean;
  remove(nodeId: string): boolean;
  close(): void;
}

export function openNodePairingStore(options: {
  stateDir: string;
  clock: Clock;
  timers: Timers;
  log: Logger;
  onExpired(request: StoredNodeRequest): void;
}): NodePairingStore {
  const { clock, timers, log } = options;
  const pendingPath = path.join(options.stateDir, "nodes", "pending.json");
  const pairedPath = path.join(options.stateDir, "nodes", "paired.json");
  const kind = "nodes";
  const requests = loadPairingFile(pendingPath, requestSchema, { kind, log });
  const nodes = loadPairingFile(pairedPath, nodeSchema, { kind, log });
  const savePending = () => savePairingFile(pendingPath, requests);
  const savePaired = () => savePairingFile(pairedPath, nodes);
  const pending = createPendingRequests({
    requests,
    clock,
    timers,
    onExpired(expired) {
      savePending();
      for (const request of expired) options.onExpired(request);
    },
  });

  return {
    request(wanted) {
      const waiting = pending.all().find(({ nodeId }) => nodeId === wanted.nodeId);
      if (waiting) return { request: waiting, created: false };
      const isRepair = nodes.has(wanted.nodeId);
      const request = { requestId: crypto.randomUUID(), ...wanted, isRepair, ts: clock.now() };
      pending.add(request);
      savePending();
      return { request, created: true };
    },
    pending: () => pending.all().sort((a, b) => b.ts - a.ts),
    paired: () => [...nodes.values()].sort((a, b) => b.approvedAtMs - a.approvedAtMs),
    approve(requestId) {
      const request = pending.remove(requestId);
      if (!request) return undefined;
      const { requestId: _id, ts: _ts, silent: _silent, isRepair: _repair, ...about } = request;
      const now = clock.now();
      const before = nodes.get(request.nodeId);
      const token = crypto.randomBytes(32).toString("base64url");
      const node: StoredNode = {
        ...before,
        ...about,
        token,
        createdAtMs: before?.createdAtMs ?? now,
        approvedAtMs: now,
      };
      nodes.set(node.nodeId, node);
      savePaired();
      savePending();
      return node;
    },
    reject(requestId) {
      const request = pending.remove(requestId);
      if (request) savePending();
      return request;
    },
    verify(nodeId, token) {
      const node = nodes.get(nodeId);
      return node && secretsEqual(token, node.token) ? node : undefined;
    },
    rename(nodeId, displayName) {
      const node = nodes.get(nodeId);
      if (!node) return false;
      node.displayName = displayName;
      savePaired();
      return true;
    },
    remove(nodeId) {
      const removed = nodes.delete(nodeId);
      if (removed) savePaired();
      return removed;
    },
    close: () => pending.close(),
  };
}
