import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import { canonicalPublicKey, decodePublicKey, decodeSignature, deviceIdOf } from "./device-key.ts";
import { signedPayload } from "./signed-payload.ts";

describe("base64url", () => {
  it("agrees with Node for every length", () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = randomBytes(length);
      expect(encodeBase64Url(bytes)).toBe(bytes.toString("base64url"));
      expect(decodeBase64Url(bytes.toString("base64url"))).toEqual(new Uint8Array(bytes));
      expect(decodeBase64Url(bytes.toString("base64"))).toEqual(new Uint8Array(bytes));
    }
  });

  it("refuses text that is not base64", () => {
    for (const text of ["a", "abc$", "ab c", "=", "ab=c", "aaaaa", "é"]) expect(decodeBase64Url(text)).toBeUndefined();
  });
});

describe("device keys", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(12);
  const pem = publicKey.export({ format: "pem", type: "spki" }).toString();

  it("come as base64url, base64 or PEM and have one stored form", () => {
    const stored = raw.toString("base64url");
    for (const given of [stored, raw.toString("base64"), pem, ` ${stored}\n`]) {
      expect(canonicalPublicKey(given)).toBe(stored);
    }
    expect(decodePublicKey(stored)).toEqual(new Uint8Array(raw));
  });

  it("are refused when they are something else", () => {
    const other = createPublicKey(generateKeyPairSync("x25519").privateKey).export({ format: "pem", type: "spki" });
    for (const given of [
      "",
      "abc",
      randomBytes(31).toString("base64url"),
      pem.replace("BEGIN", "BEGUN"),
      String(other),
    ]) {
      expect(canonicalPublicKey(given)).toBeUndefined();
    }
  });

  it("have the SHA-256 of the raw bytes as device id", async () => {
    const decoded = decodePublicKey(pem);
    expect(decoded && (await deviceIdOf(decoded))).toBe(createHash("sha256").update(raw).digest("hex"));
  });

  it("sign the payload of their version", () => {
    const payload = signedPayload("v2", {
      deviceId: "d",
      clientId: "cli",
      clientMode: "cli",
      role: "operator",
      signedAtMs: 1,
      nonce: "n",
    });
    const signature = decodeSignature(sign(null, Buffer.from(payload), privateKey).toString("base64url"));
    expect(signature && verify(null, Buffer.from(payload), publicKey, signature)).toBe(true);
    expect(decodeSignature("abcd")).toBeUndefined();
  });
});
