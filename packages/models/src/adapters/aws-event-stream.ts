import { crc32 } from "node:zlib";
import { JSONParseError } from "@ai-sdk/provider";
import type { EventDecoder } from "./event-stream.ts";

/** Lengths and checksum of the lengths, checksum of the whole: bytes of a message that are neither headers nor payload. */
const preludeBytes = 12;
const checksumBytes = 4;
/** A longer message is a mistake; the service's own limit is lower. */
const longestMessage = 24 * 1024 * 1024;

/** Bytes of a header's value, by its type; texts and bytes say their own length. */
const valueBytes: readonly (number | undefined)[] = [0, 0, 1, 2, 4, 8, undefined, undefined, 8, 16];

/**
 * Cuts `application/vnd.amazon.eventstream` into messages. Each becomes `{ "name": …, "kind": …, "payload": … }`.
 * Format: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html
 */
export const awsEventStream: EventDecoder = (onEvent) => {
  let waiting = Buffer.alloc(0);
  return {
    feed(bytes) {
      waiting = waiting.length === 0 ? Buffer.from(bytes) : Buffer.concat([waiting, bytes]);
      for (;;) {
        if (waiting.length < preludeBytes) return;
        const length = waiting.readUInt32BE(0);
        if (crc32(waiting.subarray(0, 8)) !== waiting.readUInt32BE(8)) throw unreadable();
        if (length < preludeBytes + checksumBytes || length > longestMessage) throw unreadable();
        if (waiting.length < length) return;
        const message = waiting.subarray(0, length);
        waiting = waiting.subarray(length);
        onEvent(readMessage(message));
      }
    },
    finish() {
      // Half a message says nothing; that the answer is incomplete shows from what came before.
    },
  };
};

function readMessage(message: Buffer): string {
  const end = message.length - checksumBytes;
  if (crc32(message.subarray(0, end)) !== message.readUInt32BE(end)) throw unreadable();
  const headersEnd = preludeBytes + message.readUInt32BE(4);
  const headers = readHeaders(message.subarray(preludeBytes, headersEnd));
  const kind = headers.get(":message-type") ?? "event";
  const name = headers.get(":event-type") ?? headers.get(":exception-type") ?? headers.get(":error-code") ?? "";
  const payload = message.toString("utf8", headersEnd, end) || "{}";
  return `{"kind":${JSON.stringify(kind)},"name":${JSON.stringify(name)},"payload":${payload}}`;
}

function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const name = bytes.toString("utf8", at + 1, nameEnd);
    const type = bytes.readUInt8(nameEnd);
    const fixed = valueBytes[type];
    if (fixed === undefined && type !== 6 && type !== 7) throw unreadable();
    const start = fixed === undefined ? nameEnd + 3 : nameEnd + 1;
    const length = fixed ?? bytes.readUInt16BE(nameEnd + 1);
    if (type === 7) headers.set(name, bytes.toString("utf8", start, start + length));
    at = start + length;
  }
  return headers;
}

function unreadable(): JSONParseError {
  return new JSONParseError({ text: "", cause: new TypeError("the event stream is damaged") });
}
