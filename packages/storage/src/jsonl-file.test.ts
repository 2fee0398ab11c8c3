import { appendFileSync, readFileSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonlFile, readJsonlFile } from "./index.ts";
import { tempDir } from "./testing/temp-dir.ts";

const failure = (code: string) => Object.assign(new Error(`${code}: write`), { code });

describe("JsonlFile", () => {
  it("creates the file with mode 0600 and writes the header once", () => {
    const path = join(tempDir(), "a.jsonl");
    JsonlFile.open(path, { header: { format: 1 } }).close();
    const file = JsonlFile.open(path, { header: { format: 1 } });
    file.append({ a: 1 }, { b: "line\nend" });
    file.close();
    expect(readFileSync(path, "utf8")).toBe('{"format":1}\n{"a":1}\n{"b":"line\\nend"}\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(file.size).toBe(statSync(path).size);
  });

  it("writes a batch with one call", () => {
    let calls = 0;
    const file = JsonlFile.open(join(tempDir(), "a.jsonl"), {
      write: (...args) => {
        calls += 1;
        return writeSync(...args);
      },
    });
    file.append(...Array.from({ length: 500 }, (_, i) => ({ i, text: "x".repeat(100) })));
    file.close();
    expect(calls).toBe(1);
  });

  it("cuts off what a crash left at any byte of the last line, and keeps all before it", () => {
    const dir = tempDir();
    const before = `${JSON.stringify({ text: "äöü 🙂" })}\n`;
    const last = Buffer.from(JSON.stringify({ text: "ß".repeat(3), n: 12 }));
    for (let length = 1; length <= last.length; length += 1) {
      const path = join(dir, `${length}.jsonl`);
      writeFileSync(path, Buffer.concat([Buffer.from(before), last.subarray(0, length)]));
      const file = JsonlFile.open(path);
      const isWhole = length === last.length;
      expect(file.cutBytes).toBe(isWhole ? 0 : length);
      file.append({ next: true });
      file.close();
      const expected = isWhole ? `${before}${last}\n{"next":true}\n` : `${before}{"next":true}\n`;
      expect(readFileSync(path, "utf8")).toBe(expected);
    }
  });

  it("finds the beginning of a torn line that is longer than a block", () => {
    const path = join(tempDir(), "a.jsonl");
    writeFileSync(path, `{"a":1}\n{"big":"${"x".repeat(200_000)}`);
    JsonlFile.open(path).close();
    expect(readFileSync(path, "utf8")).toBe('{"a":1}\n');
  });

  it("empties a file that holds nothing but a torn line or zero bytes of a power loss", () => {
    const dir = tempDir();
    for (const [name, content] of [
      ["torn", '{"a'],
      ["zeros", "\0\0\0\0"],
      ["number", "12"],
    ] as const) {
      writeFileSync(join(dir, name), content);
      const file = JsonlFile.open(join(dir, name), { header: { format: 1 } });
      file.close();
      expect(readFileSync(join(dir, name), "utf8")).toBe('{"format":1}\n');
    }
  });

  it.each(["ENOSPC", "EROFS", "EACCES", "EIO"])(
    "takes back a write that %s cuts short, and can go on later",
    (code) => {
      const path = join(tempDir(), "a.jsonl");
      let room = Number.POSITIVE_INFINITY;
      const file = JsonlFile.open(path, {
        write: (fd, bytes, offset, length) => {
          if (room === 0) throw failure(code);
          const count = writeSync(fd, bytes, offset, Math.min(length, room));
          room -= count;
          return count;
        },
      });
      file.append({ a: 1 });
      const size = file.size;
      room = 5;
      expect(() => file.append({ b: 2 }, { c: 3 })).toThrow(
        expect.objectContaining({
          name: "StorageError",
          code: { ENOSPC: "disk-full", EROFS: "read-only", EACCES: "no-permission", EIO: "io" }[code],
          path,
          remedy: expect.stringMatching(/^[A-Z].+\.$/),
        }),
      );
      expect([file.size, statSync(path).size]).toEqual([size, size]);
      room = Number.POSITIVE_INFINITY;
      file.append({ d: 4 });
      file.close();
      expect(readFileSync(path, "utf8")).toBe('{"a":1}\n{"d":4}\n');
    },
  );

  it("begins on a new line when somebody else wrote behind a failed write", () => {
    const path = join(tempDir(), "a.jsonl");
    let fail = false;
    const file = JsonlFile.open(path, {
      write: (fd, bytes, offset, length) => {
        if (!fail) return writeSync(fd, bytes, offset, length);
        if (offset > 0) {
          appendFileSync(path, "\nforeign");
          throw failure("ENOSPC");
        }
        return writeSync(fd, bytes, offset, 4);
      },
    });
    file.append({ a: 1 });
    fail = true;
    expect(() => file.append({ b: 2 })).toThrow("disk is full");
    fail = false;
    file.append({ c: 3 });
    file.close();
    const { records, bad } = readJsonlFile(path);
    expect(records).toEqual([{ a: 1 }, { c: 3 }]);
    expect(bad.map(({ text }) => text)).toEqual(['{"b"', "foreign"]);
  });

  it("refuses lines without a line end and writes after close", async () => {
    const file = JsonlFile.open(join(tempDir(), "a.jsonl"));
    expect(() => file.appendLines('{"a":1}')).toThrow(expect.objectContaining({ code: "invalid-record" }));
    file.append({ a: 1 });
    const synced = file.sync();
    file.close();
    file.close();
    await synced;
    expect(() => file.append({ a: 1 })).toThrow(expect.objectContaining({ code: "closed" }));
    await expect(file.sync()).rejects.toMatchObject({ code: "closed" });
  });

  it("names the file when it cannot be opened", () => {
    const path = join(tempDir(), "missing", "a.jsonl");
    expect(() => JsonlFile.open(path)).toThrow(expect.objectContaining({ code: "not-found", path }));
  });
});

describe("readJsonlFile", () => {
  it("reads around bad lines and tells a torn last line apart", () => {
    const path = join(tempDir(), "a.jsonl");
    writeFileSync(path, '{"a":1}\r\n\nnot json\n{"b":2}\n{"c":');
    expect(readJsonlFile(path)).toEqual({
      records: [{ a: 1 }, { b: 2 }],
      bad: [{ line: 3, text: "not json" }],
      tornTail: true,
    });
    writeFileSync(path, '{"a":1}\n{"whole":true}');
    expect(readJsonlFile(path)).toEqual({ records: [{ a: 1 }, { whole: true }], bad: [], tornTail: false });
    expect(readJsonlFile(`${path}.missing`)).toEqual({ records: [], bad: [], tornTail: false });
  });

  it("gives back any records that were appended, whatever they hold", () => {
    const dir = tempDir();
    let n = 0;
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1 }), (records) => {
        n += 1;
        const path = join(dir, `${n}.jsonl`);
        const file = JsonlFile.open(path);
        for (const record of records) file.append(record);
        file.close();
        expect(JSON.stringify(readJsonlFile(path).records)).toBe(JSON.stringify(records));
      }),
      { numRuns: 100 },
    );
  });
});
