import crypto from "node:crypto";
import path from "node:path";
import type { Timers } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";
import { secretsEqual } from "@openclaw/net";
import type { Clock } from "@openclaw/storage";
import {
  type DeviceToken,
  type NodeClaim,
  type PairedDevice,
  type PairingRequest,
  pairedDevice,
  pairingRequest,
} from "./paired-device.ts";
import { loadPairingFile, savePairingFile } from "./pairing-file.ts";
import { createPendingRequests } from "./pending-requests.ts";

/** When a device was last seen is written with the next change, or after this time, ms. */
const SEEN_WRITE_MS = 5000;

/** What a device says about itself when it connects. */
export interface DeviceClaim {
  deviceId: string;
  publicKey: string;
  displayName?: string | undefined;
  platform?: string | undefined;
  clientId?: string | undefined;
  clientMode?: string | undefined;
  role: string;
  scopes: readonly string[];
  remoteIp?: string | undefined;
  /** What a node lends, for whoever approves it. */
  node?: NodeClaim | undefined;
}

/** Why a connecting device needs an approval. */
export type PairingNeed = "not-paired" | "role-upgrade" | "scope-upgrade";

export interface DeviceStoreOptions {
  stateDir: string;
  clock: Clock;
  timers: Timers;
  log: Logger;
  /** Told of requests nobody decided about in time. */
  onExpired?: (request: PairingRequest) => void;
}

/**
 * The paired devices and the requests for pairing, kept in `<state>/devices/{paired,pending}.json` in the format of the
 * reference release. The Gateway owns the files; every change is written before the method returns.
 */
export interface DeviceStore {
  get(deviceId: string): PairedDevice | undefined;
  /** Newest first. */
  list(): { pending: PairingRequest[]; paired: PairedDevice[] };
  /** Compares a claim with what was approved; undefined means nothing more is needed. */
  needs(claim: DeviceClaim): PairingNeed | undefined;
  /** Creates the request of a device, replaces it when key, role or scopes differ, or returns the one there is. */
  request(claim: DeviceClaim, silent: boolean): { request: PairingRequest; created: boolean };
  /** `via` names who approved it: a person, or nobody because the device is on this machine. */
  approve(requestId: string, via?: "silent" | "owner"): { request: PairingRequest; device: PairedDevice } | undefined;
  reject(requestId: string): PairingRequest | undefined;
  /** Forgets a device, its tokens and its requests. */
  remove(deviceId: string): PairedDevice | undefined;
  /** Gives a device a name that its own does not replace. */
  rename(deviceId: string, label: string): PairedDevice | undefined;
  pendingRequest(requestId: string): PairingRequest | undefined;
  /** Notes what a paired device said about itself this time. */
  touch(claim: DeviceClaim): void;
  /** Notes that a device came or went. */
  seen(deviceId: string, reason: "connect" | "disconnect"): void;
  /** Keeps which programs of skills a node has. */
  keepBins(deviceId: string, bins: readonly string[]): void;
  /** The token of a device and role: the present one when it covers the scopes, else a new one. */
  ensureToken(deviceId: string, role: string, scopes: readonly string[]): DeviceToken;
  /** Whether a secret is the unrevoked token of this device and role, and covers the scopes. */
  verifyToken(
    deviceId: string,
    role: string,
    secret: string,
    scopes: readonly string[],
  ): "ok" | "mismatch" | "scope-mismatch";
  rotate(deviceId: string, role: string, scopes?: readonly string[]): DeviceToken | undefined;
  revoke(deviceId: string, role: string): DeviceToken | undefined;
  /** Writes what waits to be written and forgets the timers. */
  close(): void;
}

/**
 * Opens the store.
 * @throws when a file cannot be written; a file that cannot be read is moved aside and reported, never overwritten
 */
export function openDeviceStore(options: DeviceStoreOptions): DeviceStore {
  const { clock, timers, log } = options;
  const folder = path.join(options.stateDir, "devices");
  const pendingPath = path.join(folder, "pending.json");
  const pairedPath = path.join(folder, "paired.json");
  const kind = "devices";
  const requests = loadPairingFile(pendingPath, pairingRequest, { kind, log });
  const paired = loadPairingFile(pairedPath, pairedDevice, { kind, log });
  let cancelWrite: (() => void) | undefined;

  const savePending = () => savePairingFile(pendingPath, requests);
  const savePaired = () => {
    cancelWrite?.();
    cancelWrite = undefined;
    savePairingFile(pairedPath, paired);
  };
  /** For what is worth knowing but not a write for every connection. */
  const savePairedLater = () => {
    cancelWrite ??= timers.after(SEEN_WRITE_MS, savePaired);
  };
  const pending = createPendingRequests({
    requests,
    clock,
    timers,
    onExpired(expired) {
      const asked = expired.filter(({ silent }) => !silent);
      if (asked.length === 0) return;
      savePending();
      for (const request of asked) options.onExpired?.(request);
    },
  });

  const uniqueSorted = (values: readonly string[]) => [...new Set(values)].sort();

  const newToken = (role: string, scopes: readonly string[], before?: DeviceToken): DeviceToken => {
    const now = clock.now();
    return {
      token: crypto.randomBytes(32).toString("base64url"),
      role,
      scopes: uniqueSorted(scopes),
      createdAtMs: before?.createdAtMs ?? now,
      ...(before ? { rotatedAtMs: now } : {}),
    };
  };

  return {
    get: (deviceId) => paired.get(deviceId),
    list() {
      return {
        pending: pending.all().sort((a, b) => b.ts - a.ts),
        paired: [...paired.values()].sort((a, b) => b.approvedAtMs - a.approvedAtMs),
      };
    },
    needs(claim) {
      const device = paired.get(claim.deviceId);
      if (!device || device.publicKey !== claim.publicKey) return "not-paired";
      if (!device.roles.includes(claim.role)) return "role-upgrade";
      return claim.scopes.every((scope) => device.scopes.includes(scope)) ? undefined : "scope-upgrade";
    },
    request(claim, silent) {
      const scopes = [...claim.scopes];
      for (const request of pending.all()) {
        if (request.deviceId !== claim.deviceId) continue;
        const same =
          request.publicKey === claim.publicKey &&
          request.role === claim.role &&
          uniqueSorted(request.scopes ?? []).join() === uniqueSorted(scopes).join();
        if (same) return { request, created: false };
        pending.remove(request.requestId);
      }
      const request: PairingRequest = {
        requestId: crypto.randomUUID(),
        deviceId: claim.deviceId,
        publicKey: claim.publicKey,
        ...(claim.displayName === undefined ? {} : { displayName: claim.displayName }),
        ...(claim.platform === undefined ? {} : { platform: claim.platform }),
        ...(claim.clientId === undefined ? {} : { clientId: claim.clientId }),
        ...(claim.clientMode === undefined ? {} : { clientMode: claim.clientMode }),
        role: claim.role,
        roles: [claim.role],
        scopes,
        ...(claim.remoteIp === undefined ? {} : { remoteIp: claim.remoteIp }),
        ...claim.node,
        silent,
        isRepair: paired.has(claim.deviceId),
        ts: clock.now(),
      };
      pending.add(request);
      if (!silent) savePending();
      return { request, created: true };
    },
    approve(requestId, via = "owner") {
      const request = pending.get(requestId);
      if (!request) return undefined;
      const now = clock.now();
      const before = paired.get(request.deviceId);
      const known = before && before.publicKey === request.publicKey ? before : undefined;
      const role = request.role ?? "operator";
      const device: PairedDevice = {
        ...known,
        deviceId: request.deviceId,
        publicKey: request.publicKey,
        displayName: request.displayName ?? known?.displayName,
        platform: request.platform ?? known?.platform,
        clientId: request.clientId ?? known?.clientId,
        clientMode: request.clientMode ?? known?.clientMode,
        role,
        roles: uniqueSorted([...(known?.roles ?? []), role, ...(request.roles ?? [])]),
        scopes: uniqueSorted([...(known?.scopes ?? []), ...(request.scopes ?? [])]),
        remoteIp: request.remoteIp ?? known?.remoteIp,
        tokens: { ...known?.tokens, [role]: newToken(role, request.scopes ?? [], known?.tokens[role]) },
        createdAtMs: known?.createdAtMs ?? now,
        approvedAtMs: now,
        approvedVia: via,
      };
      paired.set(device.deviceId, device);
      pending.remove(requestId);
      savePaired();
      if (!request.silent) savePending();
      return { request, device };
    },
    reject(requestId) {
      const request = pending.remove(requestId);
      if (request) savePending();
      return request;
    },
    remove(deviceId) {
      const device = paired.get(deviceId);
      if (!device) return undefined;
      paired.delete(deviceId);
      savePaired();
      const asking = pending.all().filter((request) => request.deviceId === deviceId);
      for (const { requestId } of asking) pending.remove(requestId);
      if (asking.length > 0) savePending();
      return device;
    },
    rename(deviceId, label) {
      const device = paired.get(deviceId);
      if (!device) return undefined;
      device.label = label;
      savePaired();
      return device;
    },
    pendingRequest: (requestId) => pending.get(requestId),
    touch(claim) {
      const device = paired.get(claim.deviceId);
      if (!device) return;
      const next = {
        displayName: claim.displayName ?? device.displayName,
        platform: claim.platform ?? device.platform,
        clientId: claim.clientId ?? device.clientId,
        clientMode: claim.clientMode ?? device.clientMode,
        role: claim.role,
        remoteIp: claim.remoteIp ?? device.remoteIp,
      };
      if (Object.entries(next).every(([key, value]) => device[key] === value)) return;
      Object.assign(device, next);
      savePaired();
    },
    seen(deviceId, reason) {
      const device = paired.get(deviceId);
      if (!device) return;
      device.lastSeenAtMs = clock.now();
      device.lastSeenReason = reason;
      savePairedLater();
    },
    keepBins(deviceId, bins) {
      const device = paired.get(deviceId);
      if (!device) return;
      device.bins = [...bins];
      savePairedLater();
    },
    ensureToken(deviceId, role, scopes) {
      const device = paired.get(deviceId);
      if (!device) throw new Error(`device ${deviceId} is not paired`);
      const present = device.tokens[role];
      if (present && present.revokedAtMs === undefined && scopes.every((scope) => present.scopes.includes(scope)))
        return present;
      const token = newToken(role, scopes, present);
      device.tokens[role] = token;
      savePaired();
      return token;
    },
    verifyToken(deviceId, role, secret, scopes) {
      const token = paired.get(deviceId)?.tokens[role];
      if (!token || token.revokedAtMs !== undefined || !secretsEqual(secret, token.token)) return "mismatch";
      if (!scopes.every((scope) => token.scopes.includes(scope))) return "scope-mismatch";
      token.lastUsedAtMs = clock.now();
      savePairedLater();
      return "ok";
    },
    rotate(deviceId, role, scopes) {
      const device = paired.get(deviceId);
      const present = device?.tokens[role];
      if (!device?.roles.includes(role) || !present) return undefined;
      const wanted = scopes ?? present.scopes;
      if (!wanted.every((scope) => device.scopes.includes(scope))) return undefined;
      const token = newToken(role, wanted, present);
      token.rotatedAtMs ??= clock.now();
      device.tokens[role] = token;
      savePaired();
      return token;
    },
    revoke(deviceId, role) {
      const token = paired.get(deviceId)?.tokens[role];
      if (!token) return undefined;
      token.revokedAtMs = clock.now();
      savePaired();
      return token;
    },
    close() {
      pending.close();
      if (cancelWrite) savePaired();
    },
  };
}
