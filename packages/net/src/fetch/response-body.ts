import type { IncomingMessage } from "node:http";
import { finished, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { FetchGuardError } from "./guard-error.ts";
import { connectionError } from "./pinned-request.ts";

export interface ReadBody {
  bytes: Buffer;
  /** There was more than the limit; the rest was not read. */
  truncated: boolean;
}

/**
 * Reads an answer up to `maxBytes` bytes, counted after decompression, so that a small answer cannot unfold without end.
 * A declared length above the limit is refused before anything is read.
 */
export async function readBody(
  message: IncomingMessage,
  url: URL,
  options: { maxBytes: number; signal: AbortSignal },
): Promise<ReadBody> {
  const { maxBytes, signal } = options;
  const declared = Number(message.headers["content-length"]);
  if (declared > maxBytes) {
    message.destroy();
    throw new FetchGuardError("too-large", `Response too large: ${declared} bytes (limit: ${maxBytes})`);
  }
  const stream = decompressed(message);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes: Buffer = chunk;
      const room = maxBytes - length;
      if (bytes.length > room) {
        chunks.push(bytes.subarray(0, room));
        return { bytes: Buffer.concat(chunks), truncated: true };
      }
      chunks.push(bytes);
      length += bytes.length;
    }
    return { bytes: Buffer.concat(chunks), truncated: false };
  } catch (error) {
    signal.throwIfAborted();
    throw connectionError(url, error instanceof Error ? error : new Error(String(error)));
  } finally {
    message.destroy();
  }
}

function decompressed(message: IncomingMessage): Readable {
  const decoder = decoderFor(message.headers["content-encoding"]);
  if (decoder === undefined) return message;
  // An end of the connection must be an end of the decoder, or its reader would wait for ever.
  finished(message, { writable: false }, (error) => {
    if (error) decoder.destroy(error);
  });
  return message.pipe(decoder);
}

function decoderFor(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
