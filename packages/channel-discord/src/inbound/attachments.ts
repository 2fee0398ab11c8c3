import type { InboundAttachment, MediaKind } from "@openclaw/plugin-sdk";
import type { WireMessage } from "./wire.ts";

/** A file of a message, where it lies for now. */
export interface AttachedFile {
  /** `<channel>/<message>/<file>`: addresses of files run out after a day, so they are looked up again when needed. */
  ref: string;
  url: string;
  fileName: string;
  mimeType: string | undefined;
  size: number | undefined;
  kind: MediaKind;
}

const lottie = 3;

/** The files of a message: attachments and stickers, forwarded ones included. Stickers made of vectors have no picture. */
export function attachedFiles(message: Pick<WireMessage, "id" | "channel_id"> & Partial<WireMessage>): AttachedFile[] {
  const bodies = [message, ...(message.message_snapshots ?? []).map((snapshot) => snapshot.message)];
  const place = `${message.channel_id}/${message.id}`;
  return bodies.flatMap((body) => [
    ...(body.attachments ?? []).map((file) => ({
      ref: `${place}/${file.id}`,
      url: file.url,
      fileName: file.filename,
      mimeType: file.content_type ?? undefined,
      size: file.size ?? undefined,
      kind: kindOf(file.content_type ?? ""),
    })),
    ...(body.sticker_items ?? [])
      .filter((sticker) => sticker.format_type !== lottie)
      .map((sticker) => ({ ref: `${place}/${sticker.id}`, ...stickerFile(sticker) })),
  ]);
}

/** As the host keeps it with the message. */
export function toInboundAttachment(file: AttachedFile): InboundAttachment {
  return {
    kind: file.kind,
    fileName: file.fileName,
    ref: file.ref,
    ...(file.mimeType === undefined ? {} : { mimeType: file.mimeType }),
    ...(file.size === undefined ? {} : { size: file.size }),
  };
}

const gif = 4;

function stickerFile(sticker: { id: string; name: string; format_type: number }) {
  const [extension, mimeType] = sticker.format_type === gif ? ["gif", "image/gif"] : ["png", "image/png"];
  return {
    url: `https://media.discordapp.net/stickers/${sticker.id}.${extension}`,
    fileName: `${sticker.name}.${extension}`,
    mimeType,
    size: undefined,
    kind: "sticker" as const,
  };
}

function kindOf(mimeType: string): MediaKind {
  const major = mimeType.split("/")[0];
  return major === "image" || major === "video" || major === "audio" ? major : "document";
}
