import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";

/** DER prefix of an Ed25519 public key in SubjectPublicKeyInfo form (RFC 8410); 32 raw bytes follow. */
const spkiPrefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const keyBytes = 32;
const signatureBytes = 64;

/**
 * The 32 raw bytes of an Ed25519 public key given as base64url, standard base64 or PEM (`BEGIN PUBLIC KEY`);
 * `undefined` for anything else.
 */
export function decodePublicKey(text: string): Uint8Array<ArrayBuffer> | undefined {
  const pem = /^\s*-----BEGIN PUBLIC KEY-----([\sA-Za-z0-9+/=]+)-----END PUBLIC KEY-----\s*$/.exec(text);
  if (pem === null) {
    const raw = decodeBase64Url(text.trim());
    return raw?.length === keyBytes ? raw : undefined;
  }
  const der = decodeBase64Url((pem[1] ?? "").replace(/\s+/g, ""));
  if (der?.length !== spkiPrefix.length + keyBytes) return undefined;
  return spkiPrefix.every((byte, index) => der[index] === byte) ? der.slice(spkiPrefix.length) : undefined;
}

/** The stored form of a device's public key: base64url of its 32 raw bytes. */
export function canonicalPublicKey(text: string): string | undefined {
  const raw = decodePublicKey(text);
  return raw && encodeBase64Url(raw);
}

/** The 64 bytes of `device.signature` (base64url or standard base64); `undefined` when it has another length. */
export function decodeSignature(text: string): Uint8Array<ArrayBuffer> | undefined {
  const raw = decodeBase64Url(text.trim());
  return raw?.length === signatureBytes ? raw : undefined;
}

/**
 * `device.id` of a public key: lower-case hex SHA-256 of its 32 raw bytes. Uses Web Crypto, which browsers offer in
 * secure contexts only; rejects where it is missing.
 */
export async function deviceIdOf(publicKey: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest("SHA-256", publicKey);
  return toHex(new Uint8Array(digest));
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}
