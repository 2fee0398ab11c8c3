import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A new directory that is removed when the test has ended. */
export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "openclaw-storage-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
