import { appendFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LogReadError, rollingLogFile, tailLog } from "./index.ts";

let dir: string;
let file: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openclaw-log-test-"));
  file = join(dir, "a.log");
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

it("returns the newest lines and a cursor to go on from", async () => {
  writeFileSync(file, "one\ntwo\nthree\n");
  const first = await tailLog({ file, limit: 2 });
  expect(first).toEqual({ file, cursor: 14, size: 14, lines: ["two", "three"], truncated: true, reset: false });
  appendFileSync(file, "vier ✓\n");
  const second = await tailLog({ file, cursor: first.cursor });
  expect(second).toMatchObject({ lines: ["vier ✓"], cursor: 23, truncated: false, reset: false });
  expect(await tailLog({ file, cursor: 23 })).toMatchObject({ lines: [], cursor: 23, truncated: false });
});

it("drops the first partial line when more than maxBytes are there", async () => {
  writeFileSync(file, "aaaa\nbbbb\ncccc\n");
  expect(await tailLog({ file, maxBytes: 7 })).toMatchObject({ lines: ["cccc"], truncated: true, cursor: 15 });
  expect(await tailLog({ file, maxBytes: 10 })).toMatchObject({ lines: ["bbbb", "cccc"], truncated: true });
  expect(await tailLog({ file, maxBytes: 15 })).toMatchObject({ lines: ["aaaa", "bbbb", "cccc"], truncated: false });
});

it("reads from the tail again, with reset, when the cursor lies behind the end", async () => {
  writeFileSync(file, "new\n");
  expect(await tailLog({ file, cursor: 5_000 })).toMatchObject({
    lines: ["new"],
    reset: true,
    cursor: 4,
    truncated: false,
  });
});

it("waits for the end of a line that is being written", async () => {
  writeFileSync(file, "whole\nhal");
  const first = await tailLog({ file });
  expect(first).toMatchObject({ lines: ["whole"], cursor: 6, size: 9 });
  appendFileSync(file, "f\n");
  expect(await tailLog({ file, cursor: first.cursor })).toMatchObject({ lines: ["half"] });
});

it("gets past a line that is longer than maxBytes", async () => {
  writeFileSync(file, `${"x".repeat(1_000)}\n`);
  const first = await tailLog({ file, maxBytes: 100, cursor: 0 });
  expect(first).toMatchObject({ lines: [], cursor: 1_001, truncated: true });
  appendFileSync(file, "next\n");
  expect(await tailLog({ file, cursor: first.cursor })).toMatchObject({ lines: ["next"] });
});

it("takes the newest daily file of the same profile while today's does not exist", async () => {
  const at = new Date(2026, 1, 9).getTime();
  const day = 86_400_000;
  const write = (profile: string | undefined, when: number, text: string) => {
    const path = rollingLogFile(dir, profile, when);
    writeFileSync(path, text);
    utimesSync(path, when / 1000, when / 1000);
    return path;
  };
  write(undefined, at - 2 * day, "older\n");
  const newest = write(undefined, at - day, "yesterday\n");
  write("work", at, "another profile\n");
  const today = rollingLogFile(dir, undefined, at);
  expect(await tailLog({ file: today, rolling: true })).toMatchObject({ file: newest, lines: ["yesterday"] });
  expect(await tailLog({ file: today })).toMatchObject({ file: today, lines: [], size: 0, cursor: 0 });
});

it("has no lines for a file that does not exist, not even its directory", async () => {
  const missing = join(dir, "none", "openclaw-2026-02-09.log");
  expect(await tailLog({ file: missing, rolling: true })).toEqual({
    file: missing,
    cursor: 0,
    size: 0,
    lines: [],
    truncated: false,
    reset: false,
  });
});

it("says why a file cannot be read", async () => {
  mkdirSync(file);
  const failure = tailLog({ file });
  await expect(failure).rejects.toBeInstanceOf(LogReadError);
  await expect(failure).rejects.toThrow(/^log read failed: /);
});
