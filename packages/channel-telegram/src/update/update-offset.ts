import path from "node:path";
import { ensurePrivateDir, readJsonFile, writeFileAtomic } from "@openclaw/plugin-sdk/files";
import { z } from "zod";

/** After a week without updates the service may begin to count anew, so that an older id says nothing. */
const VALID_MS = 6 * 24 * 60 * 60 * 1000;

const fileSchema = z.object({
  version: z.literal(1),
  lastUpdateId: z.number().int().nullable(),
  // Ours: without them a token of another bot, or a long pause, would make new updates look old.
  botId: z.number().optional(),
  savedAt: z.number().optional(),
});

/** The last update that is safe on this side, across restarts. */
export interface UpdateOffset {
  /** Undefined when nothing is known, or nothing that still counts. */
  last(): number | undefined;
  /** Moves on; an older id changes nothing. Resolves when it is on disk. */
  save(updateId: number): Promise<void>;
}

/** Where the offset of an account stands. */
export function updateOffsetFile(stateDir: string, accountId: string): string {
  return path.join(stateDir, "telegram", `update-offset-${fileName(accountId)}.json`);
}

/** A part of a file name out of an account id. */
export function fileName(accountId: string): string {
  return accountId.toLowerCase().replace(/[^a-z0-9._-]/g, "_");
}

/** Reads the offset. A file that cannot be read counts as none: the Gateway recognises messages it had before. */
export async function openUpdateOffset(options: {
  file: string;
  botId: number;
  now: () => number;
  onProblem: (error: unknown) => void;
}): Promise<UpdateOffset> {
  const { file, botId, now } = options;
  await ensurePrivateDir(path.dirname(file));
  let last: number | undefined;
  let savedAt = 0;
  try {
    const read = fileSchema.safeParse(await readJsonFile(file));
    if (read.success && (read.data.botId ?? botId) === botId) {
      last = read.data.lastUpdateId ?? undefined;
      savedAt = read.data.savedAt ?? now();
    }
  } catch (error) {
    options.onProblem(error);
  }
  return {
    last: () => (now() - savedAt > VALID_MS ? undefined : last),
    async save(updateId) {
      if (last !== undefined && updateId <= last && now() - savedAt <= VALID_MS) return;
      last = updateId;
      savedAt = now();
      // Whoever loses this to a power failure sees the same updates again, which is harmless.
      await writeFileAtomic(file, `${JSON.stringify({ version: 1, lastUpdateId: last, botId, savedAt })}\n`, {
        mode: 0o600,
        fsync: false,
      });
    },
  };
}
