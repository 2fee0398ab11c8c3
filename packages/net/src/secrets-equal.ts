import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Compares two secrets in a time that tells nothing about either, not even their lengths: their SHA-256 digests are
 * compared. A missing or empty secret equals nothing.
 */
export function secretsEqual(given: string | undefined, expected: string | undefined): boolean {
  if (!given || !expected) return false;
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(secret: string): Buffer {
  return createHash("sha256").update(secret, "utf8").digest();
}
