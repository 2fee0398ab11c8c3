// Device identity and device tokens in files, in the format of the reference release:
// `<state>/identity/device.json` and `<state>/identity/device-auth.json`.
import crypto from "node:crypto";
import path from "node:path";
import type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";
import { createPrivateFile, moveAside, readPrivateJson, replacePrivateFile } from "./private-file.ts";

export type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";
export { normalizeFingerprint, pinnedWebSocket } from "./tls-pin.ts";

interface IdentityKeys {
  publicKey: crypto.KeyObject;
  privateKey: crypto.KeyObject;
  createdAtMs: number;
  /** As the file names it; corrected in place when it does not fit the key. */
  deviceId: unknown;
}

/**
 * Reads the identity of this machine's client, or creates it. A file that cannot be used is moved aside: the device
 * then has to pair again.
 * @param stateDir the state directory, for example `~/.openclaw`
 * @throws the error of the file system when the folder cannot be read or written
 */
export function loadDeviceIdentity(stateDir: string, now: () => number = Date.now): DeviceIdentity {
  const file = path.join(stateDir, "identity", "device.json");
  const keys = readIdentity(file, now) ?? createIdentity(file, now);
  const raw = keys.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const deviceId = fingerprint(raw);
  if (keys.deviceId !== deviceId) replacePrivateFile(file, identityFile(keys));
  return {
    deviceId,
    publicKey: raw.toString("base64url"),
    sign: (text) =>
      Promise.resolve(crypto.sign(null, Buffer.from(text, "utf8"), keys.privateKey).toString("base64url")),
  };
}

/** Keeps the tokens the Gateway hands out beside the identity. Tokens of another device id are ignored. */
export function fileDeviceTokens(stateDir: string, now: () => number = Date.now): DeviceTokenStore {
  const file = path.join(stateDir, "identity", "device-auth.json");
  const read = (deviceId: string): Map<string, StoredDeviceToken> => {
    const value = readPrivateJson(file, now);
    if (value?.deviceId !== deviceId || typeof value.tokens !== "object" || value.tokens === null) return new Map();
    return new Map(
      Object.entries(value.tokens).filter((entry): entry is [string, StoredDeviceToken] => isStoredToken(entry[1])),
    );
  };
  const write = (deviceId: string, tokens: Map<string, StoredDeviceToken>) =>
    replacePrivateFile(file, { version: 1, deviceId, tokens: Object.fromEntries(tokens) });
  return {
    get: async (deviceId, role) => read(deviceId).get(role),
    async set(deviceId, token) {
      const tokens = read(deviceId);
      const before = tokens.get(token.role);
      if (before?.token === token.token && before.scopes.join() === token.scopes.join()) return;
      write(deviceId, tokens.set(token.role, token));
    },
    async delete(deviceId, role) {
      const tokens = read(deviceId);
      if (tokens.delete(role)) write(deviceId, tokens);
    },
  };
}

function readIdentity(file: string, now: () => number): IdentityKeys | undefined {
  const value = readPrivateJson(file, now);
  if (!value) return undefined;
  const { publicKeyPem, privateKeyPem, deviceId, createdAtMs } = value;
  try {
    if (typeof publicKeyPem !== "string" || typeof privateKeyPem !== "string") throw new TypeError("keys missing");
    const privateKey = crypto.createPrivateKey(privateKeyPem);
    const publicKey = crypto.createPublicKey(privateKeyPem);
    if (privateKey.asymmetricKeyType !== "ed25519") throw new TypeError("not an Ed25519 key");
    return { privateKey, publicKey, deviceId, createdAtMs: typeof createdAtMs === "number" ? createdAtMs : now() };
  } catch {
    moveAside(file, now); // kept for the user; a new identity takes its place
    return undefined;
  }
}

function createIdentity(file: string, now: () => number): IdentityKeys {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const keys = { publicKey, privateKey, createdAtMs: now(), deviceId: fingerprint(raw) };
  // Of two programs that start at once, the second one uses what the first one made.
  return createPrivateFile(file, identityFile(keys)) ? keys : (readIdentity(file, now) ?? keys);
}

function identityFile({ publicKey, privateKey, createdAtMs }: IdentityKeys): object {
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return {
    version: 1,
    deviceId: fingerprint(raw),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
    createdAtMs,
  };
}

function fingerprint(raw: Buffer): string {
  return crypto.createHash("sha256").update(raw).digest("hex");
}

function isStoredToken(value: unknown): value is StoredDeviceToken {
  if (typeof value !== "object" || value === null || !("token" in value) || !("role" in value) || !("scopes" in value))
    return false;
  return typeof value.token === "string" && typeof value.role === "string" && Array.isArray(value.scopes);
}
