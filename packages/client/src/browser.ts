/// <reference lib="dom" />
// Device identity of a browser: an Ed25519 key that cannot be exported, kept in IndexedDB. An identity that an earlier
// release left in localStorage is taken over once and removed there.
import { canonicalPublicKey, decodeBase64Url, deviceIdOf, encodeBase64Url } from "@openclaw/protocol/wire";
import type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";

const DATABASE = "openclaw";
const STORE = "device-identity";
const KEY = "current";
const LEGACY_KEY = "openclaw-device-identity-v1";
const TOKENS_KEY = "openclaw.device.auth.v1";

interface StoredIdentity {
  deviceId: string;
  publicKey: string;
  key: CryptoKey;
  createdAtMs: number;
}

/** The identity of this browser; undefined where the page is not a secure context or the browser lacks Ed25519. */
export async function browserDeviceIdentity(): Promise<DeviceIdentity | undefined> {
  if (!globalThis.isSecureContext || !globalThis.crypto?.subtle || !globalThis.indexedDB) return undefined;
  const database = await openDatabase();
  try {
    const stored = (await inStore(database, "readonly", (store) => store.get(KEY))) as StoredIdentity | undefined;
    const identity = stored ?? (await takeOverLegacy()) ?? (await createIdentity());
    if (!stored) await inStore(database, "readwrite", (store) => store.put(identity, KEY));
    globalThis.localStorage.removeItem(LEGACY_KEY);
    return {
      deviceId: identity.deviceId,
      publicKey: identity.publicKey,
      async sign(text) {
        const signature = await crypto.subtle.sign("Ed25519", identity.key, new TextEncoder().encode(text));
        return encodeBase64Url(new Uint8Array(signature));
      },
    };
  } finally {
    database.close();
  }
}

/** Device tokens in localStorage, under the key and in the form earlier releases used. */
export function browserDeviceTokens(storage: Storage = globalThis.localStorage): DeviceTokenStore {
  const read = (deviceId: string): Record<string, StoredDeviceToken> => {
    try {
      const value = JSON.parse(storage.getItem(TOKENS_KEY) ?? "null") as {
        deviceId?: string;
        tokens?: Record<string, StoredDeviceToken>;
      } | null;
      return value?.deviceId === deviceId ? (value.tokens ?? {}) : {};
    } catch {
      return {}; // a corrupt value counts as none; the next token replaces it
    }
  };
  const write = (deviceId: string, tokens: Record<string, StoredDeviceToken>) =>
    storage.setItem(TOKENS_KEY, JSON.stringify({ version: 1, deviceId, tokens }));
  return {
    get: (deviceId, role) => Promise.resolve(read(deviceId)[role]),
    set(deviceId, token) {
      write(deviceId, { ...read(deviceId), [token.role]: token });
      return Promise.resolve();
    },
    delete(deviceId, role) {
      const { [role]: _removed, ...rest } = read(deviceId);
      write(deviceId, rest);
      return Promise.resolve();
    },
  };
}

async function createIdentity(): Promise<StoredIdentity> {
  const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    deviceId: await deviceIdOf(raw),
    publicKey: encodeBase64Url(raw),
    key: pair.privateKey,
    createdAtMs: Date.now(),
  };
}

/** DER prefix of an Ed25519 private key (RFC 8410), before the 32 raw bytes. */
const PKCS8_PREFIX = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

async function takeOverLegacy(): Promise<StoredIdentity | undefined> {
  const text = globalThis.localStorage.getItem(LEGACY_KEY);
  if (!text) return undefined;
  try {
    const legacy = JSON.parse(text) as { publicKey?: string; privateKey?: string; createdAtMs?: number };
    const publicKey = canonicalPublicKey(legacy.publicKey ?? "");
    const raw = publicKey && decodeBase64Url(publicKey);
    const secret = decodeBase64Url(legacy.privateKey ?? "");
    if (!raw || !publicKey || !secret) return undefined;
    const pkcs8 = secret.length === 32 ? new Uint8Array([...PKCS8_PREFIX, ...secret]) : secret;
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
    return { deviceId: await deviceIdOf(raw), publicKey, key, createdAtMs: legacy.createdAtMs ?? Date.now() };
  } catch {
    return undefined; // an unusable old identity is replaced by a new one
  }
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function inStore(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  action: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = action(database.transaction(STORE, mode).objectStore(STORE));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
