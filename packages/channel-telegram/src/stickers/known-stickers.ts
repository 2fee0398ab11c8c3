import type { TelegramMessage } from "../update/update-schema.ts";
import type { CachedSticker, StickerCache } from "./sticker-cache.ts";

/** Stickers that were seen and not fetched yet; more are forgotten. */
const MOST_SEEN = 200;

/** The cache as messages use it: a sticker enters it when it is fetched, which is after its sender was let in. */
export interface KnownStickers extends Pick<StickerCache, "get"> {
  /** Notes the sticker of a message, if it is one that can be looked at. */
  seen(message: TelegramMessage): void;
  /** Keeps it, by the id it is fetched with. The sticker, or nothing for other files. */
  fetched(fileId: string): CachedSticker | undefined;
}

export function createKnownStickers(cache: Pick<StickerCache, "get" | "remember">, now: () => number): KnownStickers {
  const seen = new Map<string, CachedSticker>();
  return {
    get: (fileUniqueId) => cache.get(fileUniqueId),
    seen({ sticker, from }) {
      if (sticker?.file_unique_id === undefined || sticker.is_animated || sticker.is_video) return;
      seen.set(sticker.file_id, {
        fileId: sticker.file_id,
        fileUniqueId: sticker.file_unique_id,
        ...(sticker.emoji === undefined ? {} : { emoji: sticker.emoji }),
        ...(sticker.set_name === undefined ? {} : { setName: sticker.set_name }),
        description: "",
        cachedAt: new Date(now()).toISOString(),
        ...(from === undefined ? {} : { receivedFrom: String(from.id) }),
      });
      for (const oldest of seen.keys()) {
        if (seen.size <= MOST_SEEN) break;
        seen.delete(oldest);
      }
    },
    fetched(fileId) {
      const sticker = seen.get(fileId);
      if (sticker === undefined) return undefined;
      seen.delete(fileId);
      cache.remember(sticker);
      return sticker;
    },
  };
}

/** The words that stand for a sticker whose picture was looked at before; undefined for any other message. */
export function knownStickerText(message: TelegramMessage, cache: Pick<StickerCache, "get">): string | undefined {
  const unique = message.sticker?.file_unique_id;
  const known = unique === undefined ? undefined : cache.get(unique);
  return known === undefined || known.description === "" ? undefined : stickerText(known);
}

/** A sticker in words. */
export function stickerText({ emoji, setName, description }: CachedSticker): string {
  const shown = emoji === undefined ? "" : ` ${emoji}`;
  const set = setName === undefined ? "" : ` from "${setName}"`;
  return `[Sticker${shown}${set}] ${description}`;
}
