import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { textOf } from "../../testing/command-tools.ts";
import { createApplyPatchTool } from "./apply-patch-tool.ts";
import { applyChunks } from "./patch-matcher.ts";
import { type PatchChunk, parsePatch } from "./patch-parser.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-patch-")));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let dir = base;
beforeEach(() => {
  dir = mkdtempSync(join(base, "t-"));
});

const put = (name: string, text: string) => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), text);
};
const read = (name: string) => readFileSync(join(dir, name), "utf8");
const wrap = (...lines: string[]) => ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
const apply = (input: string) =>
  createApplyPatchTool({ workspaceDir: dir, homeDir: dir }).execute(
    { input },
    { toolCallId: "c", signal: new AbortController().signal, onUpdate: () => {} },
  );
const problem = (input: string) =>
  apply(input).then(
    (result) => `succeeded: ${textOf(result)}`,
    (error: Error) => error.message,
  );

describe("a patch", () => {
  test("adds, changes, moves and deletes files", async () => {
    put("old.txt", "gone\n");
    put("a.ts", "one\ntwo\nthree\nfour\n");
    put("b.ts", "x\n");
    const result = await apply(
      wrap(
        "*** Add File: sub/new.txt",
        "+hello",
        "+world",
        "*** Delete File: old.txt",
        "*** Update File: a.ts",
        "@@ two",
        " three",
        "-four",
        "+4",
        "+5",
        "",
        "*** Update File: b.ts",
        "*** Move to: c.ts",
        "@@",
        "-x",
        "+y",
      ),
    );
    expect(textOf(result)).toBe("Success. Updated the following files:\nA sub/new.txt\nM a.ts\nM c.ts\nD old.txt");
    expect(result.details).toEqual({
      summary: { added: ["sub/new.txt"], modified: ["a.ts", "c.ts"], deleted: ["old.txt"] },
    });
    expect([read("sub/new.txt"), read("a.ts"), read("c.ts")]).toEqual([
      "hello\nworld\n",
      "one\ntwo\nthree\n4\n5\n",
      "y\n",
    ]);
    expect([existsSync(join(dir, "old.txt")), existsSync(join(dir, "b.ts"))]).toEqual([false, false]);
  });

  test.each(["<<EOF", "<<'EOF'", '<<"EOF"'])("may stand in a here-document (%s)", async (head) => {
    await apply([head, wrap("*** Add File: a", "+1"), "EOF"].join("\n"));
    expect(read("a")).toBe("1\n");
  });

  test("sees in its later parts what earlier ones did", async () => {
    await apply(
      wrap("*** Add File: a", "+1", "*** Update File: a", "-1", "+2", "*** Update File: a", "@@", " 2", "+3"),
    );
    expect(read("a")).toBe("2\n3\n");
  });

  test("keeps mode, line endings, byte order mark and links of a file", async () => {
    put("run.sh", "\uFEFFa\r\nb\r\nc\r\n");
    chmodSync(join(dir, "run.sh"), 0o755);
    symlinkSync("run.sh", join(dir, "link"));
    await apply(wrap("*** Update File: link", "@@", " a", "-b", "+B", "+B2"));
    expect(read("run.sh")).toBe("\uFEFFa\r\nB\r\nB2\r\nc\r\n");
    expect(statSync(join(dir, "run.sh")).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(dir, "link")).isSymbolicLink()).toBe(true);
    await apply(wrap("*** Update File: run.sh", "*** Move to: moved.sh"));
    expect(statSync(join(dir, "moved.sh")).mode & 0o777).toBe(0o755);
  });

  test("finds lines with other spaces and typographic signs", async () => {
    put("a", "  first  \n  “quoted” – text\nlast\n");
    await apply(wrap("*** Update File: a", "@@ first", '-"quoted" - text', "+plain", "*** End of File"));
    expect(read("a")).toBe("  first  \nplain\nlast\n");
  });

  test("prefers the end of the file when told so", async () => {
    put("a", "x\nmiddle\nx\n");
    await apply(wrap("*** Update File: a", "@@", "-x", "+y", "*** End of File"));
    expect(read("a")).toBe("x\nmiddle\ny\n");
  });

  test("appends lines that replace nothing, and ends the file with a newline", async () => {
    put("a", "1");
    put("b", "1\n\n");
    await apply(wrap("*** Update File: a", "@@", "+2", "", "*** Update File: b", "@@", "+2"));
    expect([read("a"), read("b")]).toEqual(["1\n2\n", "1\n2\n\n"]);
  });
});

describe("nothing is changed", () => {
  test("when a second hunk is bad, and the error names it", async () => {
    put("a", "1\n");
    put("b", "1\n");
    expect(
      await problem(wrap("*** Update File: a", "-1", "+2", "*** Update File: b", "@@", "-missing", " line", "+2")),
    ).toBe("Failed to find expected lines in b:\nmissing\nline");
    expect(await problem(wrap("*** Update File: a", "@@ func", "-1", "+2"))).toBe("Failed to find context 'func' in a");
    expect([read("a"), read("b")]).toEqual(["1\n", "1\n"]);
  });

  test("when a file cannot be written", async () => {
    put("a", "1\n");
    put("gone", "2\n");
    put("file", "not a folder\n");
    const text = await problem(
      wrap(
        "*** Delete File: gone",
        "*** Update File: a",
        "-1",
        "+2",
        "*** Add File: new/x",
        "+1",
        "*** Add File: file/b",
        "+1",
      ),
    );
    expect(text).toMatch(/^Failed to (write|read) .*file\/b/);
    expect([read("a"), read("gone"), existsSync(join(dir, "new"))]).toEqual(["1\n", "2\n", false]);
  });

  test("when writing fails half-way, what was written is put back", async () => {
    put("a", "1\n");
    chmodSync(join(dir, "a"), 0o640);
    // A name longer than file systems allow is only noticed by the write.
    const long = "x".repeat(240);
    const text = await problem(
      wrap("*** Update File: a", "-1", "+2", "*** Add File: new/y", "+1", `*** Add File: ${long}`, "+1"),
    );
    expect(text).toMatch(/^Failed to write .*Nothing was changed\.$/s);
    expect([read("a"), statSync(join(dir, "a")).mode & 0o777, existsSync(join(dir, "new"))]).toEqual([
      "1\n",
      0o640,
      false,
    ]);
  });
});

test.each([
  ["  ", "Provide a patch input."],
  ["hello\nworld", "Invalid patch: The first line of the patch must be '*** Begin Patch'"],
  ["*** Begin Patch\n*** Add File: a\n+1", "Invalid patch: The last line of the patch must be '*** End Patch'"],
  [wrap(), "No files were modified."],
  [wrap("*** Rename File: a"), /^Invalid patch hunk at line 2: '\*\*\* Rename File: a' is not a valid hunk header/],
  [
    wrap("*** Add File: b", "+1", "*** Update File: a"),
    "Invalid patch hunk at line 4: Update file hunk for path 'a' is empty",
  ],
  [
    wrap("*** Update File: a", "@@", "-x", "y"),
    /^Invalid patch hunk at line 5: Unexpected line found in update hunk: 'y'/,
  ],
  [wrap("*** Update File: a", "@@"), "Invalid patch hunk at line 4: Update hunk does not contain any lines"],
  [wrap("*** Update File: nope", "-x"), /^Failed to read file to update nope: /],
  [wrap("*** Delete File: nope"), /^Failed to delete file nope: /],
])("%j is refused with the reason", async (input, expected) => {
  expect(await problem(input)).toEqual(typeof expected === "string" ? expected : expect.stringMatching(expected));
});

describe("for any text", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "“", "-", "+", "*", "@"), maxLength: 5 });
  const lines = fc.array(line, { maxLength: 8 });

  test("a patch from one content to another gives the other", () => {
    fc.assert(
      fc.property(lines, lines, fc.constantFrom("\n", "\r\n"), (before, after, newline) => {
        fc.pre(before.length > 1);
        const chunk: PatchChunk = { oldLines: before, newLines: after, atEnd: false };
        const text = before.map((item) => item + newline).join("");
        expect(applyChunks(text, [chunk], "f")).toBe(after.map((item) => item + newline).join(""));
      }),
    );
  });

  test("an inserted line changes nothing else, and taking it out gives the first text", () => {
    fc.assert(
      fc.property(lines, fc.nat(), fc.constantFrom("\n", "\r\n"), (before, at, newline) => {
        fc.pre(before.length > 0);
        const place = at % (before.length + 1);
        const inserted = [...before.slice(0, place), "NEW", ...before.slice(place)];
        const text = before.map((item) => item + newline).join("");
        const changed = applyChunks(text, [{ oldLines: before, newLines: inserted, atEnd: false }], "f");
        expect(changed).toBe(inserted.map((item) => item + newline).join(""));
        expect(applyChunks(changed, [{ oldLines: ["NEW"], newLines: [], atEnd: false }], "f")).toBe(text);
      }),
    );
  });

  test("reading a written patch gives the same operations", () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (added) => {
        const patch = wrap("*** Add File: x", ...added.map((item) => `+${item}`));
        expect(parsePatch(patch)).toEqual([{ kind: "add", path: "x", lines: added }]);
      }),
    );
  });

  test("whatever a model writes is either read or refused", () => {
    const piece = fc.oneof(
      line,
      fc.constantFrom(
        "*** Add File: a",
        "*** Update File: a",
        "*** Move to: b",
        "@@",
        "@@ x",
        "*** End of File",
        "<<EOF",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (body) => {
        try {
          expect(Array.isArray(parsePatch(wrap(...body)))).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: "tool-failure" });
        }
      }),
    );
  });
});
