import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import { secretsEqual } from "@openclaw/net";
import type { PairedDevice as WirePairedDevice } from "@openclaw/protocol";
import { type Clock, ensurePrivateDirSync, writeFileAtomicSync } from "@openclaw/storage";
import { z } from "zod";

/** How long a request for pairing waits for somebody to approve it, in milliseconds. */
const PENDING_TTL_MS = 5 * 60_000;

const deviceToken = z.object({
  token: z.string(),
  role: z.string(),
  scopes: z.array(z.string()),
  createdAtMs: z.number(),
  rotatedAtMs: z.number().optional(),
  revokedAtMs: z.number().optional(),
  lastUsedAtMs: z.number().optional(),
});
const pairedDevice = z.looseObject({
  deviceId: z.string(),
  publicKey: z.string(),
  displayName: z.string().optional(),
  platform: z.string().optional(),
  clientId: z.string().optional(),
  clientMode: z.string().optional(),
  role: z.string().optional(),
  roles: z.array(z.string()).default([]),
  scopes: z.array(z.string()).default([]),
  remoteIp: z.string().optional(),
  tokens: z.record(z.string(), deviceToken).default({}),
  createdAtMs: z.number(),
  approvedAtMs: z.number(),
});
const pairingRequest = z.looseObject({
  requestId: z.string(),
  deviceId: z.string(),
  publicKey: z.string(),
  displayName: z.string().optional(),
  platform: z.string().optional(),
  clientId: z.string().optional(),
  clientMode: z.string().optional(),
  role: z.string().optional(),
  roles: z.array(z.string()).optional(),
  scopes: z.array(z.string()).optional(),
  remoteIp: z.string().optional(),
  silent: z.boolean().optional(),
  isRepair: z.boolean(),
  ts: z.number(),
});

export type DeviceToken = z.output<typeof deviceToken>;
export type PairedDevice = z.output<typeof pairedDevice>;
export type PairingRequest = z.output<typeof pairingRequest>;

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
}

/** Why a connecting device needs an approval. */
export type PairingNeed = "not-paired" | "role-upgrade" | "scope-upgrade";

/** A device as it may be shown: without its tokens' secrets. */
export type MaskedDevice = WirePairedDevice;

/**
 * The paired devices and the requests for pairing, kept in `<state>/devices/{paired,pending}.json` in the format of the
 * reference release. The Gateway owns the files; every change is written before the method returns.
 */
export interface DeviceStore {
  get(deviceId: string): PairedDevice | undefined;
  list(): { pending: PairingRequest[]; paired: MaskedDevice[] };
  /** Compares a claim with what was approved; undefined means nothing more is needed. */
  needs(claim: DeviceClaim): PairingNeed | undefined;
  /** Creates the request of a device, replaces it when key, role or scopes differ, or returns the one there is. */
  request(claim: DeviceClaim, silent: boolean): { request: PairingRequest; created: boolean };
  approve(requestId: string): { request: PairingRequest; device: PairedDevice } | undefined;
  reject(requestId: string): PairingRequest | undefined;
  pendingRequest(requestId: string): PairingRequest | undefined;
  /** Notes what a paired device said about itself this time. */
  touch(claim: DeviceClaim): void;
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
}

/**
 * Opens the store.
 * @throws when a file cannot be written; a file that cannot be read is moved aside and reported, never overwritten
 */
export function openDeviceStore(options: { stateDir: string; clock: Clock; log: Logger }): DeviceStore {
  const { clock, log } = options;
  const folder = path.join(options.stateDir, "devices");
  const pendingPath = path.join(folder, "pending.json");
  const pairedPath = path.join(folder, "paired.json");
  const pending = load(pendingPath, pairingRequest, log);
  const paired = load(pairedPath, pairedDevice, log);

  const savePending = () => save(pendingPath, pending);
  const savePaired = () => save(pairedPath, paired);

  const dropExpired = () => {
    for (const [id, request] of pending) if (request.ts + PENDING_TTL_MS < clock.now()) pending.delete(id);
  };
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
      dropExpired();
      return {
        pending: [...pending.values()].sort((a, b) => b.ts - a.ts),
        paired: [...paired.values()].sort((a, b) => b.approvedAtMs - a.approvedAtMs).map(maskDevice),
      };
    },
    needs(claim) {
      const device = paired.get(claim.deviceId);
      if (!device || device.publicKey !== claim.publicKey) return "not-paired";
      if (!device.roles.includes(claim.role)) return "role-upgrade";
      return claim.scopes.every((scope) => device.scopes.includes(scope)) ? undefined : "scope-upgrade";
    },
    request(claim, silent) {
      dropExpired();
      const scopes = [...claim.scopes];
      for (const [id, request] of pending) {
        if (request.deviceId !== claim.deviceId) continue;
        const same =
          request.publicKey === claim.publicKey &&
          request.role === claim.role &&
          uniqueSorted(request.scopes ?? []).join() === uniqueSorted(scopes).join();
        if (same) return { request, created: false };
        pending.delete(id);
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
        silent,
        isRepair: paired.has(claim.deviceId),
        ts: clock.now(),
      };
      pending.set(request.requestId, request);
      if (!silent) savePending();
      return { request, created: true };
    },
    approve(requestId) {
      dropExpired();
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
      };
      paired.set(device.deviceId, device);
      pending.delete(requestId);
      savePaired();
      if (!request.silent) savePending();
      return { request, device };
    },
    reject(requestId) {
      const request = pending.get(requestId);
      if (!request) return undefined;
      pending.delete(requestId);
      savePending();
      return request;
    },
    pendingRequest(requestId) {
      dropExpired();
      return pending.get(requestId);
    },
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
      savePaired();
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
  };
}

/** Hides the secrets of a device's tokens. */
export function maskDevice(device: PairedDevice): MaskedDevice {
  const { tokens, ...rest } = device;
  return { ...rest, tokens: Object.values(tokens).map(({ token: _secret, ...token }) => token) };
}

function load<T>(file: string, schema: z.ZodType<T>, log: Logger): Map<string, T> {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
  const aside = `${file}.corrupt-${Date.now()}`;
  let root: Record<string, unknown>;
  try {
    root = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    fs.renameSync(file, aside);
    log.warn(`${file} cannot be read and was moved to ${aside}; its devices must be paired again`, {
      error: String(error),
    });
    return new Map();
  }
  const known = new Map<string, T>();
  const unreadable: string[] = [];
  for (const [id, value] of Object.entries(root)) {
    const parsed = schema.safeParse(value);
    if (parsed.success) known.set(id, parsed.data);
    else unreadable.push(id);
  }
  if (unreadable.length > 0) {
    fs.copyFileSync(file, aside);
    log.warn(
      `${file} has entries that cannot be read (${unreadable.join(", ")}); they must be paired again. The file as it was is ${aside}`,
    );
  }
  return known;
}

function save(file: string, values: Map<string, unknown>): void {
  ensurePrivateDirSync(path.dirname(file));
  writeFileAtomicSync(file, `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`, { mode: 0o600 });
}
