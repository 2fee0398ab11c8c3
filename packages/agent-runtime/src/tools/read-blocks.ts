import type { FileHandle } from "node:fs/promises";

const blockBytes = 256 * 1024;

/** The content of a file, block after block. */
export interface FileBlocks {
  /** The next block, empty at the end. It is only good until the next one is asked for. */
  next(): Promise<Buffer>;
}

/**
 * Reads an open file from its start. A file of `size` bytes that fits into one block costs a single read; the end of one
 * without a size, as in /proc, is found by reading on.
 */
export function readBlocks(file: FileHandle, size: number): FileBlocks {
  const block = Buffer.allocUnsafe(size === 0 ? blockBytes : Math.min(size, blockBytes));
  let position = 0;
  return {
    async next() {
      if (size > 0 && position >= size) return block.subarray(0, 0);
      const { bytesRead } = await file.read(block, 0, block.length, position);
      position += bytesRead;
      return block.subarray(0, bytesRead);
    },
  };
}
