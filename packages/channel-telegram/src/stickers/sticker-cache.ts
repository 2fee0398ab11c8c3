import path from "node:path";
import type { ChannelLog } from "@openclaw/plugin-sdk";
import { ensurePrivateDir, readJsonFile, writeFileAtomic } from "@openclaw/plugin-sdk/files";
import { z } from "zod";

/** Stickers that are kept; the oldest go first. */
const MOST = 2000;

const stickerSchema = z.object({
  fileId: z.string(),
  fileUniqueId: z.string(),
  emoji: z.string().optional(),
  setName: z.string().optional(),
  /** What is to be seen on it; empty while nobody has looked. */
  description: z.string(),
  cachedAt: z.string(),
  receivedFrom: z.string().optional(),
});

const fileSchema = z.object({ version: z.literal(1), stickers: z.record(z.string(), z.unknown()) });

export type CachedSticker = z.output<typeof stickerSchema>;

/** Stickers people have sent: what is on them, and how the bot can send them itself. */
export interface StickerCache {
  get(fileUniqueId: string): CachedSticker | undefined;
  /** Keeps a sticker; a known one keeps its description unless the new one has one. Written in the background. */
  remember(sticker: CachedSticker): void;
  /** The best matches first: words of the description, the emoji, the name of the set. */
  search(query: string, limit: number): CachedSticker[];
  /** Resolves when all is on disk. */
  written(): Promise<void>;
}

/** Opens `<state>/telegram/sticker-cache.json`. A file that cannot be read is reported and counts as empty. */
export async function openStickerCache(stateDir: string, log: ChannelLog): Promise<StickerCache> {
  const file = path.join(stateDir, "telegram", "sticker-cache.json");
  await ensurePrivateDir(path.dirname(file));
  const stickers = new Map<string, CachedSticker>();
  try {
    const read = fileSchema.safeParse(await readJsonFile(file));
    for (const entry of read.success ? Object.values(read.data.stickers) : []) {
      const sticker = stickerSchema.safeParse(entry);
      if (sticker.success) stickers.set(sticker.data.fileUniqueId, sticker.data);
    }
  } catch (error) {
    log.warn("the sticker cache cannot be read and begins anew", { error: String(error) });
  }
  let writing: Promise<void> | undefined;
  let changed = false;

  const write = async (): Promise<void> => {
    while (changed) {
      changed = false;
      const content = { version: 1, stickers: Object.fromEntries(stickers) };
      await writeFileAtomic(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, fsync: false });
    }
  };
  const save = () => {
    changed = true;
    writing ??= write()
      .catch((error: unknown) => log.warn("the sticker cache could not be written", { error: String(error) }))
      .finally(() => {
        writing = undefined;
      });
  };

  return {
    get: (fileUniqueId) => stickers.get(fileUniqueId),
    remember(sticker) {
      const known = stickers.get(sticker.fileUniqueId);
      if (known !== undefined && known.fileId === sticker.fileId && sticker.description === "") return;
      stickers.delete(sticker.fileUniqueId);
      stickers.set(sticker.fileUniqueId, {
        ...sticker,
        description: sticker.description || (known?.description ?? ""),
      });
      for (const oldest of stickers.keys()) {
        if (stickers.size <= MOST) break;
        stickers.delete(oldest);
      }
      save();
    },
    search(query, limit) {
      return [...stickers.values()]
        .map((sticker) => ({ sticker, score: scoreOf(sticker, query) }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, limit)
        .map(({ sticker }) => sticker);
    },
    async written() {
      while (writing !== undefined) await writing;
    },
  };
}

function scoreOf({ description, emoji, setName }: CachedSticker, query: string): number {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return 0;
  const seen = description.toLowerCase();
  const words = wanted.split(/\s+/).filter((word) => seen.includes(word)).length;
  return (
    (seen.includes(wanted) ? 10 : 0) +
    words * 5 +
    (emoji !== undefined && wanted.includes(emoji) ? 8 : 0) +
    (setName?.toLowerCase().includes(wanted) ? 3 : 0)
  );
}
