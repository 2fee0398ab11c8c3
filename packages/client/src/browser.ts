/// <reference lib="dom" />
// Device identity of a browser: an Ed25519 key that cannot be exported, kept in IndexedDB. An identity that an earlier
// release left in localStorage is taken over once and removed there.
import { decodeBase64Url, decodePublicKey, deviceIdOf, encodeBase64Url } from "@openclaw/protocol/wire";
import type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";

export type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";

const DATABASE = "openclaw";
const STORE = "device-identity";
const KEY = "current";
const LEGACY_KEY = "openclaw-device-identity-v1";
const TOKENS_KEY = "openclaw.device.auth.v1";

/** What lies in IndexedDB. */
interface StoredIdentity {
  deviceId: string;
  publicKey: string;
  key: CryptoKey;
  createdAtMs: number;
}

/**
 * The identity of this browser, created at the first call. Undefined where a page cannot have one: outside a secure
 * context, without Ed25519 in Web Crypto, or where the browser keeps no data (some private windows).
 */
export async function browserDeviceIdentity(now: () => number = Date.now): Promise<DeviceIdentity | undefined> {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle || !globalThis.indexedDB) return undefined;
  let identity: StoredIdentity;
  try {
    identity = await storedIdentity(now);
  } catch (error) {
    if (error instanceof DOMException) return undefined; // the browser refuses the store or does not know the key type
    throw error;
  }
  return {
    deviceId: identity.deviceId,
    publicKey: identity.publicKey,
    async sign(text) {
      const signature = await crypto.subtle.sign("Ed25519", identity.key, new TextEncoder().encode(text));
      return encodeBase64Url(new Uint8Array(signature));
    },
  };
}

async function storedIdentity(now: () => number): Promise<StoredIdentity> {
  const database = await openDatabase();
  try {
    const stored = await request(database.transaction(STORE, "readonly").objectStore(STORE).get(KEY));
    const identity = isStoredIdentity(stored) ? stored : ((await takeOverLegacy(now)) ?? (await createIdentity(now)));
    if (identity !== stored)
      await request(database.transaction(STORE, "readwrite").objectStore(STORE).put(identity, KEY));
    globalThis.localStorage.removeItem(LEGACY_KEY);
    return identity;
  } finally {
    database.close();
  }
}

/**
 * Device tokens in localStorage, under the key and in the form earlier releases used. Where the browser refuses to
 * store, they last as long as the page.
 */
export function browserDeviceTokens(
  storage: Pick<Storage, "getItem" | "setItem"> = globalThis.localStorage,
): DeviceTokenStore {
  let unsaved: { deviceId: string; tokens: Record<string, StoredDeviceToken> } | undefined;
  const read = (deviceId: string): Record<string, StoredDeviceToken> => {
    const value = unsaved ?? readTokens(storage);
    return value?.deviceId === deviceId ? value.tokens : {};
  };
  const write = (deviceId: string, tokens: Record<string, StoredDeviceToken>) => {
    try {
      storage.setItem(TOKENS_KEY, JSON.stringify({ version: 1, deviceId, tokens }));
      unsaved = undefined;
    } catch {
      unsaved = { deviceId, tokens }; // storage is full or switched off
    }
  };
  return {
    get: async (deviceId, role) => read(deviceId)[role],
    async set(deviceId, token) {
      write(deviceId, { ...read(deviceId), [token.role]: token });
    },
    async delete(deviceId, role) {
      const { [role]: _removed, ...rest } = read(deviceId);
      write(deviceId, rest);
    },
  };
}

/** What is stored; a corrupt value counts as none, the next token replaces it. */
function readTokens(
  storage: Pick<Storage, "getItem">,
): { deviceId: string; tokens: Record<string, StoredDeviceToken> } | undefined {
  const value = parse(storage.getItem(TOKENS_KEY));
  if (typeof value?.deviceId !== "string" || !isObject(value.tokens)) return undefined;
  const tokens: Record<string, StoredDeviceToken> = {};
  for (const [role, token] of Object.entries(value.tokens)) {
    if (isStoredToken(token)) tokens[role] = token;
  }
  return { deviceId: value.deviceId, tokens };
}

async function createIdentity(now: () => number): Promise<StoredIdentity> {
  const pair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new DOMException("Ed25519 is not available", "NotSupportedError");
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { deviceId: await deviceIdOf(raw), publicKey: encodeBase64Url(raw), key: pair.privateKey, createdAtMs: now() };
}

/** DER prefix of an Ed25519 private key (RFC 8410), before the 32 raw bytes. */
const PKCS8_PREFIX = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

async function takeOverLegacy(now: () => number): Promise<StoredIdentity | undefined> {
  const legacy = parse(globalThis.localStorage.getItem(LEGACY_KEY));
  if (typeof legacy?.publicKey !== "string" || typeof legacy.privateKey !== "string") return undefined;
  const raw = decodePublicKey(legacy.publicKey);
  const secret = decodeBase64Url(legacy.privateKey);
  if (!raw || !secret) return undefined;
  const pkcs8 = secret.length === 32 ? new Uint8Array([...PKCS8_PREFIX, ...secret]) : secret;
  try {
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
    const createdAtMs = typeof legacy.createdAtMs === "number" ? legacy.createdAtMs : now();
    return { deviceId: await deviceIdOf(raw), publicKey: encodeBase64Url(raw), key, createdAtMs };
  } catch {
    return undefined; // an unusable old key is replaced by a new one
  }
}

function openDatabase(): Promise<IDBDatabase> {
  const opening = globalThis.indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return request(opening);
}

function request<T>(pending: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    pending.onsuccess = () => resolve(pending.result);
    pending.onerror = () => reject(pending.error);
  });
}

function parse(text: string | null): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // not JSON
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isStoredIdentity(value: unknown): value is StoredIdentity {
  return (
    isObject(value) &&
    typeof value.deviceId === "string" &&
    typeof value.publicKey === "string" &&
    value.key instanceof CryptoKey
  );
}

function isStoredToken(value: unknown): value is StoredDeviceToken {
  return (
    isObject(value) && typeof value.token === "string" && typeof value.role === "string" && Array.isArray(value.scopes)
  );
}
