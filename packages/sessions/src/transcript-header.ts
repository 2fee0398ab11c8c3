import { closeSync, openSync, readSync } from "node:fs";
import { parseLine, readHeader } from "./read-entry.ts";
import type { TranscriptHeader } from "./transcript-entry.ts";

const blockBytes = 4096;

/** Reads the first line of a transcript; undefined when it is no header. */
export function readFileHeader(path: string): TranscriptHeader | undefined {
  const fd = openSync(path, "r");
  try {
    let bytes = Buffer.alloc(0);
    for (;;) {
      const block = Buffer.alloc(blockBytes);
      const count = readSync(fd, block, 0, blockBytes, bytes.length);
      bytes = Buffer.concat([bytes, block.subarray(0, count)]);
      const end = bytes.indexOf(0x0a);
      if (end !== -1 || count === 0)
        return readHeader(parseLine(bytes.toString("utf8", 0, end === -1 ? bytes.length : end)));
    }
  } finally {
    closeSync(fd);
  }
}
