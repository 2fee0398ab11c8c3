import path from "node:path";
import { ensurePrivateDir, readJsonFile, writeFileAtomic } from "@openclaw/plugin-sdk/files";
import { z } from "zod";
import { fileName } from "./update-offset.ts";

const fileSchema = z.object({ version: z.literal(1), updates: z.array(z.unknown()) });

/**
 * Updates that wait for others they belong to (the rest of an album, of a long text): on disk, because the service counts
 * them as delivered.
 */
export interface WaitingUpdates {
  /** Those an earlier process left, oldest first. */
  left(): readonly unknown[];
  /** Resolves when it is on disk. */
  add(updateId: number, raw: unknown): Promise<void>;
  remove(updateIds: readonly number[]): Promise<void>;
}

/** Where the waiting updates of an account stand. */
export function waitingUpdatesFile(stateDir: string, accountId: string): string {
  return path.join(stateDir, "telegram", `update-waiting-${fileName(accountId)}.json`);
}

/** Opens the file; one that cannot be read is reported and counts as empty. */
export async function openWaitingUpdates(options: {
  file: string;
  idOf: (raw: unknown) => number | undefined;
  onProblem: (error: unknown) => void;
}): Promise<WaitingUpdates> {
  const { file, idOf } = options;
  await ensurePrivateDir(path.dirname(file));
  const waiting = new Map<number, unknown>();
  try {
    const read = fileSchema.safeParse(await readJsonFile(file));
    for (const raw of read.success ? read.data.updates : []) {
      const id = idOf(raw);
      if (id !== undefined) waiting.set(id, raw);
    }
  } catch (error) {
    options.onProblem(error);
  }
  const left = [...waiting.values()];
  let writing: Promise<void> = Promise.resolve();
  const write = () => {
    // One after the other: every write holds all that waits at its time.
    writing = writing.catch(() => {}).then(() => writeFileAtomic(file, content(waiting), { mode: 0o600 }));
    return writing;
  };
  return {
    left: () => left,
    add(updateId, raw) {
      if (waiting.has(updateId)) return Promise.resolve();
      waiting.set(updateId, raw);
      return write();
    },
    remove(updateIds) {
      const found = updateIds.filter((id) => waiting.delete(id));
      return found.length === 0 ? Promise.resolve() : write();
    },
  };
}

function content(waiting: ReadonlyMap<number, unknown>): string {
  return `${JSON.stringify({ version: 1, updates: [...waiting.values()] })}\n`;
}
