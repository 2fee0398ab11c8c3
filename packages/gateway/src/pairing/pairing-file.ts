import fs from "node:fs";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import { ensurePrivateDirSync, writeFileAtomicSync } from "@openclaw/storage";
import { z } from "zod";

/** What a pairing file holds, for its owner's lines in the log. */
export type PairingFileKind = "devices" | "nodes";

/**
 * Reads a file that holds one object, entry by entry. What cannot be read is kept under another name and reported, and
 * never overwritten.
 * @throws the error of the file system when the file is there and cannot be read
 */
export function loadPairingFile<T>(
  file: string,
  schema: z.ZodType<T>,
  options: { kind: PairingFileKind; log: Logger },
): Map<string, T> {
  const { kind, log } = options;
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
    throw error;
  }
  const aside = `${file}.corrupt-${Date.now()}`;
  let root: Record<string, unknown>;
  try {
    root = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch (error) {
    fs.renameSync(file, aside);
    log.warn(`${file} cannot be read and was moved to ${aside}; its ${kind} must be paired again`, {
      error: String(error),
    });
    return new Map();
  }
  const known = new Map<string, T>();
  const unreadable: string[] = [];
  for (const [id, value] of Object.entries(root)) {
    const parsed = schema.safeParse(value);
    if (parsed.success) known.set(id, parsed.data);
    else unreadable.push(id);
  }
  if (unreadable.length > 0) {
    fs.copyFileSync(file, aside);
    log.warn(
      `${file} has entries that cannot be read (${unreadable.join(", ")}); they must be paired again. The file as it was is ${aside}`,
    );
  }
  return known;
}

/** Writes the entries as one object, readable by the owner alone. */
export function savePairingFile(file: string, entries: ReadonlyMap<string, unknown>): void {
  ensurePrivateDirSync(path.dirname(file));
  writeFileAtomicSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`, { mode: 0o600 });
}
