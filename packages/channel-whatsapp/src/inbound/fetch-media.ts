import { ChannelError, type FetchedMedia } from "@openclaw/plugin-sdk";
import type { WhatsAppSocket } from "../socket/whatsapp-socket.ts";
import { readContent } from "./message-content.ts";
import type { WaitingMedia } from "./waiting-media.ts";

/**
 * The file of a message that was kept.
 * @throws ChannelError `refused` when it is gone, `media_too_large` beyond `maxBytes`
 */
export async function fetchMedia(
  ref: string,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
  { media, socket }: { media: WaitingMedia; socket: WhatsAppSocket },
): Promise<FetchedMedia> {
  const message = await media.find(ref);
  const attachment = readContent(message?.message)?.attachment;
  if (message === undefined || attachment === undefined) {
    throw new ChannelError("refused", "the message with this file is not kept any more");
  }
  if (attachment.size !== undefined) checkSize(attachment.size, maxBytes);
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of await socket.download(message)) {
    signal.throwIfAborted();
    size += part.byteLength;
    checkSize(size, maxBytes);
    parts.push(part);
  }
  await media.done(ref);
  return {
    body: Buffer.concat(parts),
    ...(attachment.mimeType === undefined ? {} : { mimeType: attachment.mimeType }),
    ...(attachment.fileName === undefined ? {} : { fileName: attachment.fileName }),
  };
}

function checkSize(bytes: number, limit: number): void {
  if (bytes <= limit) return;
  const mb = (size: number) => Math.round((size / 1024 / 1024) * 10) / 10;
  throw new ChannelError("media_too_large", `Media exceeds ${mb(limit)}MB limit (got ${mb(bytes)}MB)`);
}
