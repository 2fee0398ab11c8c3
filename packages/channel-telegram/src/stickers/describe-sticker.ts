import type { ChannelContext, ChannelLog, FetchedMedia } from "@openclaw/plugin-sdk";
import { errorText } from "../api/api-error.ts";
import { stickerText } from "./known-stickers.ts";
import type { CachedSticker, StickerCache } from "./sticker-cache.ts";

/** A model that has not looked by then is not waited for, ms. */
const LOOK_MS = 60_000;

/**
 * Has a sticker that was fetched for the first time looked at, so that the next one needs no picture. The picture goes to
 * models that see; others get the words.
 */
export async function describedSticker(
  media: FetchedMedia,
  sticker: CachedSticker,
  options: {
    describe: NonNullable<ChannelContext["describeImage"]>;
    cache: Pick<StickerCache, "remember">;
    signal: AbortSignal;
    log: ChannelLog;
  },
): Promise<FetchedMedia> {
  const { describe, cache, log } = options;
  const bytes = await collected(media.body);
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(LOOK_MS)]);
  const words = describe({ bytes, mimeType: "image/webp", signal }).then(
    (seen) => {
      const description = seen?.replace(/\s+/g, " ").trim() ?? "";
      if (description === "") return undefined;
      cache.remember({ ...sticker, description });
      return stickerText({ ...sticker, description });
    },
    (error: unknown) => {
      log.warn("a sticker could not be described; it is looked at again when it comes again", {
        error: errorText(error),
      });
      return undefined;
    },
  );
  return { ...media, body: bytes, words };
}

async function collected(body: FetchedMedia["body"]): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}
