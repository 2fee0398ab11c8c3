import crypto from "node:crypto";
import { encodeBase64Url, signedPayload } from "@openclaw/protocol";

/** A key pair as clients keep it, in the forms the wire knows. */
export interface TestDevice {
  id: string;
  /** base64url of the 32 raw bytes. */
  publicKey: string;
  publicKeyPem: string;
  /** base64url signature over a text. */
  sign(text: string): string;
}

/** What goes into a signed connect payload. */
export type SignedFields = Parameters<typeof signedPayload>[1];

export function createDevice(): TestDevice {
  const { publicKey, privateKey } = crypto.generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  return {
    id: crypto.createHash("sha256").update(raw).digest("hex"),
    publicKey: encodeBase64Url(raw),
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    sign: (text) => encodeBase64Url(crypto.sign(null, Buffer.from(text, "utf8"), privateKey)),
  };
}

/** The signature of a device over its connect payload in one of the three forms. */
export function signConnect(device: TestDevice, form: "v1" | "v2" | "v3", fields: SignedFields): string {
  return device.sign(signedPayload(form, fields));
}
