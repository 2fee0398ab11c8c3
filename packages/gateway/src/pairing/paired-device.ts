import type { PairedDevice as WirePairedDevice } from "@openclaw/protocol";
import { z } from "zod";

const deviceToken = z.object({
  token: z.string(),
  role: z.string(),
  scopes: z.array(z.string()),
  createdAtMs: z.number(),
  rotatedAtMs: z.number().optional(),
  revokedAtMs: z.number().optional(),
  lastUsedAtMs: z.number().optional(),
});
/** An entry of `paired.json`. Unknown fields are kept. */
export const pairedDevice = z.looseObject({
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
  /** A name its owner gave it; its own name changes with every connection. Ours, as what follows. */
  label: z.string().optional(),
  approvedVia: z.string().optional(),
  lastSeenAtMs: z.number().optional(),
  lastSeenReason: z.string().optional(),
  /** Programs of skills that were found on it when it was asked last; of nodes alone. */
  bins: z.array(z.string()).optional(),
});
const nodeClaim = z.object({
  version: z.string().optional(),
  deviceFamily: z.string().optional(),
  modelIdentifier: z.string().optional(),
  caps: z.array(z.string()).optional(),
  commands: z.array(z.string()).optional(),
});
/** An entry of `pending.json`. */
export const pairingRequest = z.looseObject({
  ...nodeClaim.shape,
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

/** What a node says of itself beside what every device says. */
export type NodeClaim = z.output<typeof nodeClaim>;
export type DeviceToken = z.output<typeof deviceToken>;
export type PairedDevice = z.output<typeof pairedDevice>;
export type PairingRequest = z.output<typeof pairingRequest>;

/** Hides the secrets of a device's tokens; what version 3 does not know is left out there. */
export function showDevice(device: PairedDevice, protocol: 3 | 4, connected: boolean): WirePairedDevice {
  const { tokens, label, approvedVia, lastSeenAtMs, lastSeenReason, bins: _bins, ...rest } = device;
  const displayName = label ?? rest.displayName;
  return {
    ...rest,
    ...(displayName === undefined ? {} : { displayName }),
    ...(protocol === 4 ? { approvedVia, lastSeenAtMs, lastSeenReason, connected } : {}),
    tokens: Object.values(tokens).map(({ token: _secret, ...token }) => token),
  };
}
