import { open } from "node:fs/promises";
import path from "node:path";
import { ChannelError } from "@openclaw/plugin-sdk";
import { fileType } from "./media-kind.ts";

/** Largest file a bot may upload, bytes. */
const UPLOAD_BYTES = 50 * 1024 * 1024;
const HEAD_BYTES = 16;

/** A file to upload. A path is read by the library when it is sent, and again when it is sent again. */
export interface OutgoingFile {
  source: string | Uint8Array;
  fileName: string;
  mimeType: string;
}

/**
 * Opens a local path or fetches an address.
 * @throws ChannelError `media_too_large` beyond what the service takes, `refused` for what is not there
 */
export async function openOutgoingFile(place: string, fetchFile: typeof fetch): Promise<OutgoingFile> {
  return /^https?:\/\//i.test(place) ? download(place, fetchFile) : local(place);
}

async function local(place: string): Promise<OutgoingFile> {
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

async function download(address: string, fetchFile: typeof fetch): Promise<OutgoingFile> {
  const response = await fetchFile(address);
  if (!response.ok) {
    await response.body?.cancel();
    const permanent = response.status >= 400 && response.status < 500 && response.status !== 429;
    throw new ChannelError(permanent ? "refused" : "unavailable", `fetching a file failed with ${response.status}`);
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
  throw new ChannelError("media_too_large", `Telegram bots cannot send files over ${UPLOAD_BYTES / 1024 / 1024} MB`);
}
