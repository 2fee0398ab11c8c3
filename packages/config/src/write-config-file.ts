import { randomUUID } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Backups kept beside the file: `.bak` is the newest, `.bak.4` the oldest. */
export const backupSuffixes: readonly string[] = [".bak", ".bak.1", ".bak.2", ".bak.3", ".bak.4"];

/**
 * Replaces the configuration file in one step (mode 0600, directory 0700 when it has to be created) and keeps the text
 * it had as `<file>.bak`, moving older backups on. The backups move only after the new text is in place, so that a full
 * disk does not eat them. A backup that cannot be made is reported and does not stop the write.
 * @throws StorageError
 */
export async function writeConfigFile(
  file: string,
  text: string,
  onBackupFailure: (error: unknown) => void,
): Promise<void> {
  // Writing is rare; the start does not pay for it.
  const { ensurePrivateDir, writeFileAtomic } = await import("@openclaw/storage");
  await ensurePrivateDir(path.dirname(file));
  const kept = keepCurrent(file, onBackupFailure);
  try {
    await writeFileAtomic(file, text, { mode: 0o600 });
  } catch (error) {
    // A file that is mounted by itself, or held open by a program on Windows, cannot be renamed over.
    if (!isRenameRefusal(error)) {
      if (kept !== undefined) rmSync(kept, { force: true });
      throw error;
    }
    writeFileSync(file, text, { mode: 0o600 });
    chmodSync(file, 0o600);
  }
  if (kept !== undefined) rotate(file, kept, onBackupFailure);
}

function keepCurrent(file: string, onFailure: (error: unknown) => void): string | undefined {
  if (!existsSync(file)) return undefined;
  const kept = `${file}.${process.pid}.${randomUUID()}.tmp`;
  try {
    // Created private first: a copy takes over the mode of what it copies, and that may be wider.
    writeFileSync(kept, "", { mode: 0o600, flag: "wx" });
    copyFileSync(file, kept);
    chmodSync(kept, 0o600);
    return kept;
  } catch (error) {
    rmSync(kept, { force: true });
    onFailure(error);
    return undefined;
  }
}

function rotate(file: string, kept: string, onFailure: (error: unknown) => void): void {
  try {
    for (let index = backupSuffixes.length - 1; index > 0; index--) {
      const from = file + backupSuffixes[index - 1]!;
      if (existsSync(from)) renameSync(from, file + backupSuffixes[index]!);
    }
    renameSync(kept, file + backupSuffixes[0]!);
  } catch (error) {
    rmSync(kept, { force: true });
    onFailure(error);
  }
}

function isRenameRefusal(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ("code" in current && ["EPERM", "EEXIST", "EBUSY"].includes(String(current.code))) return true;
  }
  return false;
}
