import crypto from "node:crypto";
import { browserDeviceIdentity, browserDeviceTokens } from "@openclaw/client/browser";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const LEGACY = "openclaw-device-identity-v1";

/** As much of IndexedDB as one object store with given keys needs. */
function fakeIndexedDb(options: { broken?: boolean } = {}) {
  const records = new Map<string, unknown>();
  const done = <T>(result: T) => {
    const pending: {
      result: T;
      onsuccess?: () => void;
      onerror?: () => void;
      onupgradeneeded?: () => void;
      error?: unknown;
    } = { result };
    queueMicrotask(() => {
      if (options.broken) {
        pending.error = new DOMException("storage is disabled", "InvalidStateError");
        pending.onerror?.();
      } else {
        pending.onupgradeneeded?.();
        pending.onsuccess?.();
      }
    });
    return pending;
  };
  const store = {
    get: (key: string) => done(records.get(key)),
    put: (value: unknown, key: string) => done(records.set(key, value)),
  };
  const database = { createObjectStore: () => store, transaction: () => ({ objectStore: () => store }), close() {} };
  return { records, open: () => done(database) };
}

function fakeLocalStorage(initial: Record<string, string> = {}) {
  const values = new Map(Object.entries(initial));
  return {
    values,
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

function page(storage = fakeLocalStorage(), indexedDB = fakeIndexedDb()) {
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("indexedDB", indexedDB);
  vi.stubGlobal("localStorage", storage);
  return { storage, indexedDB };
}

afterEach(() => vi.unstubAllGlobals());

function verify(publicKey: string, text: string, signature: string): boolean {
  const key = crypto.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: publicKey }, format: "jwk" });
  return crypto.verify(null, Buffer.from(text), key, Buffer.from(signature, "base64url"));
}

describe("browserDeviceIdentity", () => {
  it("makes one key that cannot be exported and keeps it", async () => {
    const { indexedDB } = page();
    const first = await browserDeviceIdentity(() => 11);
    const second = await browserDeviceIdentity();
    expect(first?.deviceId).toMatch(/^[0-9a-f]{64}$/);
    expect(second?.deviceId).toBe(first?.deviceId);
    const stored = indexedDB.records.get("current") as { key: CryptoKey; createdAtMs: number };
    expect(stored).toMatchObject({ createdAtMs: 11 });
    expect(stored.key.extractable).toBe(false);
    expect(verify(second?.publicKey ?? "", "hello", (await second?.sign("hello")) ?? "")).toBe(true);
  });

  it.each(["raw key", "PKCS #8"])(
    "takes over an identity from localStorage (%s) and removes it there",
    async (form) => {
      const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
      const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
      const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
      const deviceId = crypto.createHash("sha256").update(raw).digest("hex");
      const secret = form === "raw key" ? pkcs8.subarray(-32) : pkcs8;
      const legacy = {
        version: 1,
        deviceId,
        publicKey: raw.toString("base64url"),
        privateKey: secret.toString("base64url"),
        createdAtMs: 5,
      };
      const { storage, indexedDB } = page(fakeLocalStorage({ [LEGACY]: JSON.stringify(legacy) }));

      const identity = await browserDeviceIdentity();
      expect(identity?.deviceId).toBe(deviceId);
      expect(storage.values.has(LEGACY)).toBe(false);
      expect(indexedDB.records.get("current")).toMatchObject({ deviceId, createdAtMs: 5, key: { extractable: false } });
      expect(verify(raw.toString("base64url"), "x", (await identity?.sign("x")) ?? "")).toBe(true);
      expect((await browserDeviceIdentity())?.deviceId).toBe(deviceId);
    },
  );

  it("replaces an old identity it cannot use", async () => {
    const { storage } = page(fakeLocalStorage({ [LEGACY]: JSON.stringify({ publicKey: "AAAA", privateKey: "%%" }) }));
    expect((await browserDeviceIdentity())?.deviceId).toMatch(/^[0-9a-f]{64}$/);
    expect(storage.values.has(LEGACY)).toBe(false);
  });

  it("is undefined outside a secure context and where nothing can be stored", async () => {
    page();
    vi.stubGlobal("isSecureContext", false);
    expect(await browserDeviceIdentity()).toBeUndefined();
    page(fakeLocalStorage(), fakeIndexedDb({ broken: true }));
    expect(await browserDeviceIdentity()).toBeUndefined();
  });
});

describe("browserDeviceTokens", () => {
  const token = { token: "t", role: "operator", scopes: ["operator.admin"], updatedAtMs: 1 };
  let storage: ReturnType<typeof fakeLocalStorage>;
  beforeEach(() => {
    storage = fakeLocalStorage();
  });

  it("keeps tokens under the specified key, per device and role", async () => {
    const tokens = browserDeviceTokens(storage);
    await tokens.set("device", token);
    expect(JSON.parse(storage.values.get("openclaw.device.auth.v1") ?? "")).toEqual({
      version: 1,
      deviceId: "device",
      tokens: { operator: token },
    });
    expect(await tokens.get("device", "operator")).toEqual(token);
    expect(await tokens.get("other", "operator")).toBeUndefined();
    await tokens.delete("device", "operator");
    expect(await tokens.get("device", "operator")).toBeUndefined();
  });

  it.each(["{", "[]", "null", '{"deviceId":"device","tokens":{"operator":{"token":5}}}'])(
    "takes %s for no tokens",
    async (text) => {
      storage.setItem("openclaw.device.auth.v1", text);
      expect(await browserDeviceTokens(storage).get("device", "operator")).toBeUndefined();
    },
  );

  it("keeps tokens for the life of the page when the browser refuses to store", async () => {
    const full = {
      getItem: () => null,
      setItem() {
        throw new DOMException("full", "QuotaExceededError");
      },
    };
    const tokens = browserDeviceTokens(full);
    await tokens.set("device", token);
    expect(await tokens.get("device", "operator")).toEqual(token);
  });
});
