import { open } from "node:fs/promises";
import path from "node:path";
import { ChannelError } from "@openclaw/plugin-sdk";
import type { AnyMessageContent } from "baileys";
import { fileType } from "./file-type.ts";

/** Largest file the service takes, bytes. */
const UPLOAD_BYTES = 100 * 1024 * 1024;
const HEAD_BYTES = 16;

/** A file to send. A path is read by the library while it uploads. */
export interface OutgoingMedia {
  source: string | Buffer;
  fileName: string;
  mimeType: string;
}

/**
 * Opens a local path or fetches an address.
 * @throws ChannelError `media_too_large` beyond what the service takes, `refused` for what is not there
 */
export function openMedia(place: string, fetchFile: typeof fetch): Promise<OutgoingMedia> {
  return /^https?:\/\//i.test(place) ? download(place, fetchFile) : local(place.replace(/^file:\/\//i, ""));
}

/** The file as a message. Sound is always a voice note; it takes no caption. */
export function mediaContent(
  { source, fileName, mimeType }: OutgoingMedia,
  { caption, gifPlayback }: { caption: string | undefined; gifPlayback: boolean },
): AnyMessageContent {
  const upload = typeof source === "string" ? { url: source } : source;
  const beside = caption === undefined ? {} : { caption };
  const mimetype = mimeType;
  if (mimeType.startsWith("image/") && !mimeType.includes("svg")) return { image: upload, mimetype, ...beside };
  if (mimeType.startsWith("video/")) return { video: upload, mimetype, gifPlayback, ...beside };
  if (isSound(mimeType)) {
    const voice = mimeType === "audio/ogg" || mimeType === "audio/opus" ? "audio/ogg; codecs=opus" : mimeType;
    return { audio: upload, ptt: true, mimetype: voice };
  }
  return { document: upload, mimetype, fileName, ...beside };
}

export const isSound = (mimeType: string): boolean => mimeType.startsWith("audio/");

async function local(place: string): Promise<OutgoingMedia> {
  const file = await open(place, "r").catch((error: unknown) => {
    throw new ChannelError("refused", `the file ${path.basename(place)} cannot be read`, { cause: error });
  });
  try {
    const { size } = await file.stat();
    checkSize(size);
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const fileName = path.basename(place);
    return { source: place, fileName, mimeType: fileType({ fileName, head: head.subarray(0, bytesRead) }) };
  } finally {
    await file.close();
  }
}

async function download(address: string, fetchFile: typeof fetch): Promise<OutgoingMedia> {
  const response = await fetchFile(address);
  if (!response.ok) {
    await response.body?.cancel();
    throw new ChannelError("refused", `fetching a file failed with ${response.status}`);
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    checkSize(size);
    parts.push(part);
  }
  const source = Buffer.concat(parts);
  const fileName = path.posix.basename(new URL(address).pathname) || "file";
  const declared = response.headers.get("content-type") ?? undefined;
  return { source, fileName, mimeType: fileType({ declared, fileName, head: source.subarray(0, HEAD_BYTES) }) };
}

function checkSize(bytes: number): void {
  if (bytes <= UPLOAD_BYTES) return;
  throw new ChannelError("media_too_large", `WhatsApp takes no files over ${UPLOAD_BYTES / 1024 / 1024} MB`);
}
