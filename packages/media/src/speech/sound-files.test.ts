import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { createSoundFiles } from "./sound-files.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const minutes = (count: number) => count * 60_000;

test("a sound goes after five minutes, with what an earlier process has left, but not before it was sent", async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "openclaw-sounds-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const waiting = new Set<string>();
  const isWaiting = (file: string) => waiting.has(file);
  const files = createSoundFiles({ dir, clock: { now: () => Date.now() }, isWaiting });
  onTestFinished(() => files.close());
  const left = path.join(dir, "tts-left");
  mkdirSync(left);
  writeFileSync(path.join(left, "voice-1.mp3"), "");
  utimesSync(left, 0, 0);
  mkdirSync(path.join(dir, "sending-x"));

  const first = await files.write(Buffer.from("one"), "mp3");
  const second = await files.write(Buffer.from("two"), "opus");
  expect(readFileSync(first, "utf8")).toBe("one");
  expect(statSync(path.dirname(first)).mode & 0o777).toBe(0o700);
  waiting.add(second);
  vi.advanceTimersByTime(minutes(6));
  expect([first, left].map((file) => existsSync(file))).toEqual([false, false]);
  expect(existsSync(second)).toBe(true);
  expect(existsSync(path.join(dir, "sending-x"))).toBe(true);
  waiting.clear();
  vi.advanceTimersByTime(minutes(1));
  expect(existsSync(path.dirname(second))).toBe(false);
});
