import { createHash, randomBytes } from "node:crypto";

/** Proof key for code exchange, method S256 (RFC 7636). */
export interface Pkce {
  verifier: string;
  challenge: string;
}

export function createPkce(): Pkce {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

export function createState(): string {
  return randomBytes(16).toString("hex");
}
