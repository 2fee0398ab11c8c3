import { existsSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FileLockedError, withFileLock } from "./file-lock.ts";
import { tempDir } from "./testing/temp-dir.ts";

test("work under one file's lock is done one after the other", async () => {
  const path = join(tempDir(), "store.json");
  const steps: string[] = [];
  let finishFirst = () => {};
  const first = withFileLock(path, async () => {
    steps.push("first begins");
    await new Promise<void>((resolve) => {
      finishFirst = resolve;
    });
    steps.push("first ends");
  });
  const second = withFileLock(path, () => steps.push("second"), {
    pause: async () => {
      finishFirst();
      await first;
    },
  });
  await Promise.all([first, second]);
  expect(steps).toEqual(["first begins", "first ends", "second"]);
  expect(existsSync(`${path}.lock`)).toBe(false);
});

test("a lock that is never given back is waited for ten times, longer each time, then refused", async () => {
  const path = join(tempDir(), "store.json");
  const pauses: number[] = [];
  await withFileLock(path, async () => {
    const work = withFileLock(path, () => "done", { random: () => 1, pause: async (ms) => pauses.push(ms) });
    await expect(work).rejects.toThrow(FileLockedError);
  });
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
});

test("the lock of a process that ended, and one of half a minute ago, are taken over", async () => {
  const path = join(tempDir(), "store.json");
  writeFileSync(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 - 3, host: "here", since: Date.now() }));
  expect(await withFileLock(path, () => "after a crash")).toBe("after a crash");
  writeFileSync(`${path}.lock`, "half written");
  const old = Date.now() / 1000 - 31;
  utimesSync(`${path}.lock`, old, old);
  expect(await withFileLock(path, () => "after a while")).toBe("after a while");
});

test("work that fails gives the lock back", async () => {
  const path = join(tempDir(), "store.json");
  await expect(
    withFileLock(path, () => {
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await withFileLock(path, () => 1)).toBe(1);
});
