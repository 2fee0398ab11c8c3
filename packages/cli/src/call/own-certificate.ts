import { createHash, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

/** SHA-256 of a certificate file, hex; undefined while there is none. */
export function readCertificateFingerprint(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return createHash("sha256")
    .update(new X509Certificate(readFileSync(file)).raw)
    .digest("hex");
}
