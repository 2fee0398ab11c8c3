import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { moveToTrash } from "./trash.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "openclaw-trash-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const world = (platform: NodeJS.Platform, more: { create?: boolean; env?: NodeJS.ProcessEnv } = {}) => ({
  home,
  env: {},
  platform,
  now: () => Date.UTC(2026, 1, 9, 8, 53),
  ...more,
});

it("notes on a desktop where a file was, and keeps both of one name", async () => {
  for (const content of ["first", "second"]) {
    writeFileSync(path.join(home, "a note.txt"), content);
    expect(await moveToTrash(path.join(home, "a note.txt"), world("linux", { create: true }))).toBe(true);
  }
  const trash = path.join(home, ".local/share/Trash");
  expect(readFileSync(path.join(trash, "files/a note.txt"), "utf8")).toBe("first");
  expect(readFileSync(path.join(trash, "files/a note.txt.1770627180000"), "utf8")).toBe("second");
  expect(readFileSync(path.join(trash, "info/a note.txt.trashinfo"), "utf8")).toBe(
    `[Trash Info]\nPath=${home}/a%20note.txt\nDeletionDate=2026-02-09T08:53:00\n`,
  );
});

it("moves to ~/.Trash on macOS, and nothing where there is no Trash", async () => {
  const file = path.join(home, "file");
  writeFileSync(file, "x");
  expect(await moveToTrash(file, world("win32", { create: true }))).toBe(false);
  expect(await moveToTrash(file, world("linux", { env: { XDG_DATA_HOME: path.join(home, "data") } }))).toBe(false);
  expect(existsSync(file)).toBe(true);
  expect(await moveToTrash(file, world("darwin", { create: true }))).toBe(true);
  expect(readFileSync(path.join(home, ".Trash/file"), "utf8")).toBe("x");
});
