import { execFileSync } from "node:child_process";
import {
  chmodSync,
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
import { join } from "node:path";
import type { Tool, ToolResult } from "@openclaw/plugin-sdk";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readImageFile } from "../images/image-source.ts";
import { createEditTool } from "./edit-tool.ts";
import { createReadTool } from "./read-tool.ts";
import { createWriteTool } from "./write-tool.ts";

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-files-")));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const context = { toolCallId: "c", signal: new AbortController().signal, onUpdate: () => {} };
const options = () => ({ workspaceDir: dir, homeDir: join(dir, "home") });
const call = (tool: Tool, params: Record<string, unknown>): Promise<ToolResult> => tool.execute(params, context);
const read = (params: Record<string, unknown>) => call(createReadTool(options()), params);
const write = (params: Record<string, unknown>) => call(createWriteTool(options()), params);
const edit = (params: Record<string, unknown>) => call(createEditTool(options()), params);
const text = (result: ToolResult) => (result.content[0]?.type === "text" ? result.content[0].text : "");
const put = (name: string, content: string | Uint8Array) => writeFileSync(join(dir, name), content);
const get = (name: string) => readFileSync(join(dir, name), "utf8");
const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join("\n");

// A 1x1 PNG.
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

describe("read", () => {
  test("gives a small file as it is", async () => {
    put("a.txt", "one\ntwo\n");
    expect(text(await read({ path: "a.txt" }))).toBe("one\ntwo\n");
  });

  test.each(["", "\n"])("shows 2000 lines of 5000 and says how to go on (end %j)", async (end) => {
    put("big.txt", lines(5000) + end);
    const shown = text(await read({ path: "big.txt" }));
    expect(shown.endsWith("line 2000\n\n[Showing lines 1-2000 of 5000. Use offset=2001 to continue.]")).toBe(true);
    const rest = text(await read({ path: "big.txt", offset: 4001 }));
    expect(rest).toBe(lines(5000).split("\n").slice(4000).join("\n") + end);
  });

  test("cuts at 50 KB on a line end", async () => {
    put("wide.txt", Array.from({ length: 100 }, () => "x".repeat(1023)).join("\n"));
    const shown = text(await read({ path: "wide.txt" }));
    expect(shown).toContain("[Showing lines 1-50 of 100 (50.0KB limit). Use offset=51 to continue.]");
    expect(shown.split("\n\n")[0]?.length).toBe(50 * 1024 - 1);
  });

  test("a line over the limit is answered with its size and a command", async () => {
    put("one-line.json", "x".repeat(60 * 1024));
    expect(text(await read({ path: "one-line.json" }))).toMatch(
      /^\[Line 1 is 60\.0KB, .*sed -n '1p' '.*' \| head -c 51200\]$/,
    );
  });

  test("honours a limit", async () => {
    put("a.txt", lines(10));
    expect(text(await read({ path: "a.txt", offset: 3, limit: 2 }))).toBe(
      "line 3\nline 4\n\n[6 more lines in file. Use offset=5 to continue.]",
    );
  });

  test("an offset behind the end, a missing file and a folder are errors that say so", async () => {
    put("a.txt", lines(10));
    await expect(read({ path: "a.txt", offset: 11 })).rejects.toThrow(
      "Offset 11 is beyond end of file (10 lines total)",
    );
    await expect(read({ path: "no.txt" })).rejects.toThrow(/ENOENT.*no\.txt/);
    await expect(read({ path: "." })).rejects.toThrow("EISDIR");
    await expect(read({})).rejects.toThrow("Missing required parameter: path (path or file_path)");
  });

  test.skipIf(process.platform === "win32")("a named pipe or a device is refused at once, also by edit", async () => {
    const pipe = join(dir, "pipe");
    execFileSync("mkfifo", [pipe]);
    await expect(read({ path: "pipe" })).rejects.toThrow(`${pipe} is not a regular file`);
    await expect(edit({ path: "pipe", oldText: "a", newText: "b" })).rejects.toThrow(`${pipe} is not a regular file`);
    await expect(read({ path: "/dev/zero" })).rejects.toThrow("/dev/zero is not a regular file");
    await expect(readImageFile(pipe)).rejects.toThrow(`${pipe} is not a regular file`);
  });

  test("shows an image as an image, whatever its name", async () => {
    put("photo.txt", png);
    expect(await read({ file_path: "photo.txt" })).toEqual({
      content: [
        { type: "text", text: "Read image file [image/png]" },
        { type: "image", data: png.toString("base64"), mimeType: "image/png" },
      ],
    });
  });

  test("an image with too many pixels is shown smaller, one that cannot be read is described", async () => {
    const background = { r: 9, g: 9, b: 9 };
    put(
      "wide.png",
      await sharp({ create: { width: 4000, height: 100, channels: 3, background } })
        .png()
        .toBuffer(),
    );
    const [note, image] = (await read({ path: "wide.png" })).content;
    expect(note).toEqual({ type: "text", text: "Read image file [image/png]" });
    expect(image).toMatchObject({ type: "image", mimeType: "image/jpeg" });
    const broken = Buffer.from(png);
    broken.writeUInt32BE(4000, 16);
    put("broken.png", broken);
    expect(text(await read({ path: "broken.png" }))).toMatch(
      /^Read image file \[image\/png\]\n\[read\] omitted image payload: it cannot be read/,
    );
  });

  test("binary data are answered with size and type", async () => {
    put("a.zip", Buffer.concat([Buffer.from("PK\u0003\u0004\u0014\0\0\0"), Buffer.alloc(2000)]));
    expect(text(await read({ path: "a.zip" }))).toMatch(
      /Binary file, not shown: .*a\.zip \(2\.0KB, application\/zip\)/,
    );
    put("raw.bin", Buffer.from([1, 0, 2, 0, 3]));
    expect(text(await read({ path: "raw.bin" }))).toContain("(5B, application/octet-stream)");
  });

  test("understands home, a leading @ and Unicode spaces", async () => {
    mkdirSync(join(dir, "home"));
    put("home/a.txt", "home");
    put("my file.txt", "spaced");
    expect(text(await read({ path: "~/a.txt" }))).toBe("home");
    expect(text(await read({ path: "@my\u00a0file.txt" }))).toBe("spaced");
  });

  test("invalid UTF-8 does not fail", async () => {
    put("latin.txt", Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a]));
    expect(text(await read({ path: "latin.txt" }))).toBe("caf\ufffd\n");
  });

  test("an empty file is said to be empty", async () => {
    put("empty.txt", "");
    expect(text(await read({ path: "empty.txt" }))).toBe("[The file is empty.]");
  });
});

describe("write", () => {
  test("creates folders and counts bytes", async () => {
    expect(text(await write({ path: "a/b/c.txt", content: "grün" }))).toBe("Successfully wrote 5 bytes to a/b/c.txt");
    expect(get("a/b/c.txt")).toBe("grün");
  });

  test("keeps the permissions of an existing file and follows links", async () => {
    put("run.sh", "old");
    chmodSync(join(dir, "run.sh"), 0o755);
    symlinkSync(join(dir, "run.sh"), join(dir, "link.sh"));
    await write({ path: "link.sh", content: "new" });
    expect(get("run.sh")).toBe("new");
    expect(statSync(join(dir, "run.sh")).mode & 0o777).toBe(0o755);
  });

  test("names a missing parameter", async () => {
    await expect(write({ path: "a.txt" })).rejects.toThrow("Missing required parameter: content");
  });
});

describe("edit", () => {
  test("replaces the only occurrence and describes the change", async () => {
    put("a.txt", "one\ntwo\nthree\nfour\nfive\nsix\nseven\n");
    const result = await edit({ path: "a.txt", oldText: "five", newText: "5\nfive and a half" });
    expect(get("a.txt")).toBe("one\ntwo\nthree\nfour\n5\nfive and a half\nsix\nseven\n");
    expect(text(result)).toBe("Successfully replaced text in a.txt.");
    expect(result.details).toEqual({
      diff: " 1 one\n 2 two\n 3 three\n 4 four\n-5 five\n+5 5\n+6 five and a half\n 6 six\n 7 seven",
      firstChangedLine: 5,
    });
  });

  test("keeps BOM and CRLF", async () => {
    put("dos.txt", "\uFEFFone\r\ntwo\r\nthree\r\n");
    await edit({ path: "dos.txt", oldText: "one\ntwo\n", newText: "1\n2\n" });
    expect(get("dos.txt")).toBe("\uFEFF1\r\n2\r\nthree\r\n");
  });

  test("keeps the line ends it does not touch in a file of mixed ones", async () => {
    put("mixed.txt", "a\nb\r\nc\n");
    await edit({ path: "mixed.txt", oldText: "c", newText: "d" });
    expect(get("mixed.txt")).toBe("a\nb\r\nd\n");
  });

  test("matches despite blank line ends and typographic characters, and touches nothing else", async () => {
    put("a.txt", "keep \u201cthis\u201d  \nsay \u201chello\u201d \u2014 now   \nkeep   \n");
    await edit({ path: "a.txt", oldText: 'say "hello" - now\n', newText: "bye\n" });
    expect(get("a.txt")).toBe("keep \u201cthis\u201d  \nbye\nkeep   \n");
  });

  test("deletes with an empty newText", async () => {
    put("a.txt", "one\ntwo\n");
    await edit({ path: "a.txt", old_string: "two\n", new_string: "" });
    expect(get("a.txt")).toBe("one\n");
  });

  test("refuses what is not there, not unique, unchanged or missing", async () => {
    put("a.txt", "aaa\nb\n");
    await expect(edit({ path: "a.txt", oldText: "zzz", newText: "" })).rejects.toThrow(
      "Could not find the exact text in a.txt. The old text must match exactly including all whitespace and newlines.",
    );
    await expect(edit({ path: "a.txt", oldText: "aa", newText: "" })).rejects.toThrow(
      "Found 2 occurrences of the text in a.txt. The text must be unique. Please provide more context to make it unique.",
    );
    await expect(edit({ path: "a.txt", oldText: "b", newText: "b" })).rejects.toThrow("No changes made to a.txt.");
    await expect(edit({ path: "no.txt", oldText: "b", newText: "c" })).rejects.toThrow("File not found: no.txt");
    expect(get("a.txt")).toBe("aaa\nb\n");
  });

  test("refuses a file whose bytes it would damage", async () => {
    put("latin.txt", Buffer.from([0x63, 0xe9, 0x0a]));
    await expect(edit({ path: "latin.txt", oldText: "c", newText: "d" })).rejects.toThrow("is not UTF-8 text");
    expect(readFileSync(join(dir, "latin.txt"))).toEqual(Buffer.from([0x63, 0xe9, 0x0a]));
  });
});
