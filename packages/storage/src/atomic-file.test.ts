import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { removeStaleTemporaries, writeFileAtomic, writeFileAtomicSync } from "./index.ts";
import { tempDir } from "./testing/temp-dir.ts";

const forms = [
  ["writeFileAtomic", writeFileAtomic],
  ["writeFileAtomicSync", async (...args: Parameters<typeof writeFileAtomicSync>) => writeFileAtomicSync(...args)],
] as const;

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe.each(forms)("%s", (_name, write) => {
  it("creates a file with mode 0600 and leaves nothing else behind", async () => {
    const dir = tempDir();
    await write(join(dir, "a.json"), "one");
    expect(readFileSync(join(dir, "a.json"), "utf8")).toBe("one");
    expect(modeOf(join(dir, "a.json"))).toBe(0o600);
    expect(readdirSync(dir)).toEqual(["a.json"]);
  });

  it("keeps the mode of an existing file unless another is asked for", async () => {
    const path = join(tempDir(), "a.json");
    writeFileSync(path, "old");
    chmodSync(path, 0o640);
    await write(path, "new");
    expect([readFileSync(path, "utf8"), modeOf(path)]).toEqual(["new", 0o640]);
    await write(path, Buffer.from("newer"), { mode: 0o644, fsync: false });
    expect([readFileSync(path, "utf8"), modeOf(path)]).toEqual(["newer", 0o644]);
  });

  it("writes through symbolic links, also to a file that is not there yet", async () => {
    const dir = tempDir();
    mkdirSync(join(dir, "dotfiles"));
    symlinkSync("dotfiles/real.json", join(dir, "link.json"));
    symlinkSync("link.json", join(dir, "outer.json"));
    await write(join(dir, "outer.json"), "through");
    expect(readFileSync(join(dir, "dotfiles/real.json"), "utf8")).toBe("through");
    expect(lstatSync(join(dir, "outer.json")).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(dir, "link.json")).isSymbolicLink()).toBe(true);
  });

  it("refuses links that form a loop", async () => {
    const dir = tempDir();
    symlinkSync("b", join(dir, "a"));
    symlinkSync("a", join(dir, "b"));
    await expect(write(join(dir, "a"), "x")).rejects.toMatchObject({ code: "io", path: join(dir, "a") });
  });

  it("names file, reason and remedy when it cannot write", async () => {
    const dir = tempDir();
    writeFileSync(join(dir, "file"), "");
    await expect(write(join(dir, "missing", "a.json"), "x")).rejects.toMatchObject({
      name: "StorageError",
      code: "not-found",
      path: join(dir, "missing", "a.json"),
      message: expect.stringMatching(/^Cannot write, it does not exist \(ENOENT\): .*a\.json\. Check the path/),
    });
    await expect(write(join(dir, "file", "a.json"), "x")).rejects.toMatchObject({ code: "not-a-directory" });
  });

  it("leaves the old content and no temporary file when the new one cannot take its place", async () => {
    const dir = tempDir();
    mkdirSync(join(dir, "a.json"));
    await expect(write(join(dir, "a.json"), "x")).rejects.toMatchObject({ name: "StorageError" });
    expect(readdirSync(dir)).toEqual(["a.json"]);
  });
});

describe("removeStaleTemporaries", () => {
  it("removes what processes that are gone left behind, and nothing else", () => {
    const dir = tempDir();
    const uuid = "0b3a1c52-7d8e-4f90-a1b2-c3d4e5f60718";
    const own = `a.json.${process.pid}.${uuid}.tmp`;
    // Above the largest process id of any platform.
    for (const name of [`a.json.4999999.${uuid}.tmp`, own, "notes.tmp", "a.json"]) writeFileSync(join(dir, name), "");
    expect(removeStaleTemporaries(dir)).toBe(1);
    expect(readdirSync(dir).sort()).toEqual(["a.json", own, "notes.tmp"]);
    expect(removeStaleTemporaries(join(dir, "missing"))).toBe(0);
  });
});
