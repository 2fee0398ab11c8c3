import { Console } from "node:console";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Log } from "./index.ts";
import { captureConsole, createLog, parseLogLine } from "./index.ts";

let dir: string;
let stdout: PassThrough;
let target: Console;
let log: Log;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openclaw-log-test-"));
  stdout = new PassThrough();
  target = new Console({ stdout, stderr: stdout });
  log = createLog({ file: join(dir, "a.log"), level: "trace", console: false });
});

afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true, force: true });
});

function logged() {
  return readFileSync(join(dir, "a.log"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => parseLogLine(line));
}

it("sends console output to the log and not to standard output", () => {
  const restore = captureConsole(log, target);
  target.log("value %d", 7, { a: 1 });
  target.warn("careful");
  target.error(new Error("broken --token abcdefghijklmnopqrstuvwxyz"));
  target.table([{ a: 1 }]);
  restore();
  expect(stdout.read()).toBeNull();
  expect(logged()).toMatchObject([
    { subsystem: "console", level: "info", message: "value 7 { a: 1 }" },
    { level: "warn", message: "careful" },
    { level: "error" },
    { level: "info" },
  ]);
  expect(logged()[2]?.message).toContain("broken --token abcdef…wxyz");
});

it("puts the console back", () => {
  const before = target.log;
  const restore = captureConsole(log, target);
  expect(target.log).not.toBe(before);
  restore();
  expect(target.log).toBe(before);
  target.log("free");
  expect(String(stdout.read())).toBe("free\n");
});

it("may be undone in any order", () => {
  const first = captureConsole(log, target);
  const second = captureConsole(log, target);
  first();
  second();
  target.log("free");
  expect(String(stdout.read())).toBe("free\n");
});

it("does not go in circles when logging itself prints", () => {
  const noisy = { ...log, child: () => noisy, info: (message: string) => target.log(`echo ${message}`) };
  const restore = captureConsole(noisy, target);
  target.log("once");
  restore();
  expect(String(stdout.read())).toBe("echo once\n");
});
