import crypto from "node:crypto";
import { decodePublicKey, decodeSignature, encodeBase64Url, signedPayload } from "@openclaw/protocol";

/** DER prefix of an Ed25519 public key (RFC 8410), before the 32 raw bytes. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** A device's public key in the forms the Gateway needs. */
export interface DeviceKey {
  /** base64url without padding of the 32 raw bytes. */
  canonical: string;
  /** Lower-case hex SHA-256 of the raw bytes. */
  deviceId: string;
  key: crypto.KeyObject;
}

/** Reads a public key given as base64url, base64 or PEM; undefined when it is not an Ed25519 key. */
export function readDeviceKey(text: string): DeviceKey | undefined {
  const raw = decodePublicKey(text);
  if (!raw) return undefined;
  return {
    canonical: encodeBase64Url(raw),
    deviceId: crypto.createHash("sha256").update(raw).digest("hex"),
    key: crypto.createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" }),
  };
}

/** What a device signs when it connects. */
export interface SignedClaim {
  deviceId: string;
  clientId: string;
  clientMode: string;
  role: string;
  /** Exactly as sent, before defaults. */
  scopes: readonly string[];
  signedAtMs: number;
  token: string;
  nonce: string | undefined;
  platform: string;
  deviceFamily: string;
}

/**
 * Verifies the signature of a connect request. With a nonce the payload forms v3 and v2 are tried, without one only v1:
 * the form is not in the frame and does not follow from the protocol version.
 */
export function verifyDeviceSignature(key: DeviceKey, signature: string, claim: SignedClaim): boolean {
  const bytes = decodeSignature(signature);
  if (!bytes) return false;
  const versions = claim.nonce === undefined ? (["v1"] as const) : (["v3", "v2"] as const);
  return versions.some((version) => {
    const payload = signedPayload(version, { ...claim, nonce: claim.nonce ?? "" });
    return crypto.verify(null, Buffer.from(payload, "utf8"), key.key, bytes);
  });
}
