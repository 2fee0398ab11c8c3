import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ensurePrivateDir, ensurePrivateDirSync, readJsonFile, readJsonFileSync } from "./index.ts";
import { tempDir } from "./testing/temp-dir.ts";

describe.each([
  ["readJsonFile", readJsonFile],
  ["readJsonFileSync", async (path: string) => readJsonFileSync(path)],
] as const)("%s", (_name, read) => {
  it("reads JSON, with or without a byte order mark, and answers undefined for a missing file", async () => {
    const path = join(tempDir(), "a.json");
    expect(await read(path)).toBeUndefined();
    writeFileSync(path, '\uFEFF{"a":[1,"é"]}');
    expect(await read(path)).toEqual({ a: [1, "é"] });
  });

  it("names a damaged file without quoting what is in it", async () => {
    const path = join(tempDir(), "a.json");
    writeFileSync(path, '{"token":"hunter2-secret');
    const error: unknown = await read(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "corrupt-json", path });
    expect(String(error)).toContain(path);
    expect(JSON.stringify(error) + String(error) + String((error as Error).cause)).not.toContain("hunter2");
  });

  it("reports what cannot be read", async () => {
    await expect(read(tempDir())).rejects.toMatchObject({ name: "StorageError", code: "io" });
  });
});

describe.each([
  ["ensurePrivateDir", ensurePrivateDir],
  ["ensurePrivateDirSync", async (path: string) => ensurePrivateDirSync(path)],
] as const)("%s", (_name, ensure) => {
  it("creates the directory and its parents with mode 0700 and leaves existing ones alone", async () => {
    const dir = tempDir();
    mkdirSync(join(dir, "open"), { mode: 0o755 });
    await ensure(join(dir, "open", "a", "b"));
    await ensure(join(dir, "open", "a", "b"));
    const modes = ["open", "open/a", "open/a/b"].map((name) => statSync(join(dir, name)).mode & 0o777);
    expect(modes).toEqual([0o755, 0o700, 0o700]);
  });

  it("says that a file is in the way", async () => {
    const dir = tempDir();
    writeFileSync(join(dir, "file"), "");
    await expect(ensure(join(dir, "file"))).rejects.toMatchObject({ code: "not-a-directory" });
    await expect(ensure(join(dir, "file", "sub"))).rejects.toMatchObject({ code: "not-a-directory" });
  });
});
