import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLinesBackward, readLinesForward } from "./index.ts";
import { tempDir } from "./testing/temp-dir.ts";

describe("readLinesBackward", () => {
  it("yields the same lines as reading forward, last first, whatever the block size", () => {
    const path = join(tempDir(), "a.txt");
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.replaceAll("\n", ""))),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        (lines, ends, blockSize) => {
          writeFileSync(path, lines.join("\n") + (ends ? "\n" : ""));
          const forward = [...readLinesForward(path, { blockSize })].map(({ text }) => text).filter(Boolean);
          expect(forward).toEqual(lines.filter(Boolean));
          expect([...readLinesBackward(path, { blockSize })]).toEqual(forward.toReversed());
        },
      ),
    );
  });

  it("starts before a given offset", () => {
    const path = join(tempDir(), "a.txt");
    writeFileSync(path, "one\ntwo\nthree\n");
    const third = [...readLinesForward(path)][2];
    expect(third).toMatchObject({ text: "three", offset: 8, bytes: 6, complete: true });
    expect([...readLinesBackward(path, { before: 8 })]).toEqual(["two", "one"]);
    expect([...readLinesBackward(path, { before: 1000 })]).toEqual(["three", "two", "one"]);
  });

  it("reads only the end of a large file", () => {
    const path = join(tempDir(), "a.txt");
    // A hole of 8 GB: reading it whole would take far longer than the time limit of the test.
    writeFileSync(path, "");
    const fd = openSync(path, "r+");
    writeSync(fd, "\nlast but one\nlast\n", 8 * 1024 ** 3);
    closeSync(fd);
    const found: string[] = [];
    for (const line of readLinesBackward(path)) {
      found.push(line);
      if (found.length === 2) break;
    }
    expect(found).toEqual(["last", "last but one"]);
  });

  it("has nothing to say about a missing file and names one that cannot be read", () => {
    const dir = tempDir();
    expect([...readLinesBackward(join(dir, "missing"))]).toEqual([]);
    expect([...readLinesForward(join(dir, "missing"))]).toEqual([]);
    expect(() => [...readLinesForward(dir)]).toThrow(expect.objectContaining({ name: "StorageError", path: dir }));
  });
});
