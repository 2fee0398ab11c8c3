// Device identity and device tokens in files, in the format of the reference release:
// `<state>/identity/device.json` and `<state>/identity/device-auth.json`.
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { DeviceIdentity, DeviceTokenStore, StoredDeviceToken } from "./device-identity.ts";

interface IdentityFile {
  version: 1;
  deviceId: string;
  publicKeyPem: string;
  privateKeyPem: string;
  createdAtMs: number;
}

interface TokensFile {
  version: 1;
  deviceId: string;
  tokens: Record<string, StoredDeviceToken>;
}

/**
 * Reads the identity of this machine's client, or creates it. A file that cannot be read is moved aside: the device
 * then has to pair again.
 * @param stateDir the state directory, for example `~/.openclaw`
 */
export function loadDeviceIdentity(stateDir: string): DeviceIdentity {
  const file = path.join(stateDir, "identity", "device.json");
  const stored = readIdentity(file);
  const keys = stored
    ? {
        publicKey: crypto.createPublicKey(stored.publicKeyPem),
        privateKey: crypto.createPrivateKey(stored.privateKeyPem),
      }
    : crypto.generateKeyPairSync("ed25519");
  const raw = keys.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const deviceId = crypto.createHash("sha256").update(raw).digest("hex");
  if (stored?.deviceId !== deviceId) {
    const identity: IdentityFile = {
      version: 1,
      deviceId,
      publicKeyPem: keys.publicKey.export({ type: "spki", format: "pem" }).toString(),
      privateKeyPem: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      createdAtMs: stored?.createdAtMs ?? Date.now(),
    };
    writePrivate(file, identity);
  }
  return {
    deviceId,
    publicKey: raw.toString("base64url"),
    sign: (text) =>
      Promise.resolve(crypto.sign(null, Buffer.from(text, "utf8"), keys.privateKey).toString("base64url")),
  };
}

/** Keeps the tokens the Gateway hands out beside the identity. */
export function fileDeviceTokens(stateDir: string): DeviceTokenStore {
  const file = path.join(stateDir, "identity", "device-auth.json");
  const read = (deviceId: string): TokensFile => {
    const empty: TokensFile = { version: 1, deviceId, tokens: {} };
    const value = readJson(file) as Partial<TokensFile> | undefined;
    return value?.deviceId === deviceId && value.tokens ? { ...empty, tokens: value.tokens } : empty;
  };
  return {
    get: (deviceId, role) => Promise.resolve(read(deviceId).tokens[role]),
    set(deviceId, token) {
      const value = read(deviceId);
      const before = value.tokens[token.role];
      if (before?.token !== token.token)
        writePrivate(file, { ...value, tokens: { ...value.tokens, [token.role]: token } });
      return Promise.resolve();
    },
    delete(deviceId, role) {
      const value = read(deviceId);
      if (value.tokens[role]) {
        delete value.tokens[role];
        writePrivate(file, value);
      }
      return Promise.resolve();
    },
  };
}

function readIdentity(file: string): IdentityFile | undefined {
  const value = readJson(file) as Partial<IdentityFile> | undefined;
  if (!value) return undefined;
  if (
    typeof value.publicKeyPem === "string" &&
    typeof value.privateKeyPem === "string" &&
    typeof value.deviceId === "string"
  ) {
    return { ...value, version: 1, createdAtMs: value.createdAtMs ?? Date.now() } as IdentityFile;
  }
  fs.renameSync(file, `${file}.corrupt-${Date.now()}`);
  return undefined;
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch {
    fs.renameSync(file, `${file}.corrupt-${Date.now()}`); // kept for the user; a new one takes its place
    return undefined;
  }
}

function writePrivate(file: string, value: unknown): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.${crypto.randomUUID()}.tmp`;
  fs.writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  fs.renameSync(temporary, file);
}
