import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { SessionFileLocks } from "./session-file-lock.ts";
import { tempDir } from "./testing/temp-state.ts";

function locks(): SessionFileLocks {
  const set = new SessionFileLocks();
  onTestFinished(() => set.close());
  return set;
}

/** A process that takes the lock and says so; it ends when its input ends or it is killed. */
async function holder(file: string) {
  const script = `
    import { SessionFileLocks } from "@openclaw/sessions";
    await new SessionFileLocks().acquire(process.argv[1]);
    process.stdin.resume();
    process.stdin.on("end", () => process.exit(0));
    process.stdout.write("held");`;
  const child = spawn(process.execPath, ["--conditions=@openclaw/source", "--input-type=module", "-e", script, file], {
    cwd: join(import.meta.dirname, ".."),
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return { child, gone: () => once(child, "exit") };
}

describe("the lock of a transcript", () => {
  test("is a file with pid and time, re-entrant, and goes with the last holder", async () => {
    const file = join(tempDir(), "new", "s.jsonl");
    const set = locks();
    const one = await set.acquire(file);
    const two = await set.acquire(file);
    expect(JSON.parse(readFileSync(`${file}.lock`, "utf8"))).toEqual({
      pid: process.pid,
      createdAt: expect.any(Number),
    });
    one.release();
    one.release();
    expect(set.holds(file)).toBe(true);
    two.release();
    expect(set.holds(file)).toBe(false);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test("another process waits, and is told who holds it", async () => {
    const file = join(tempDir(), "s.jsonl");
    const { child, gone } = await holder(file);
    await expect(locks().acquire(file, { waitMs: 50 })).rejects.toThrow(
      `session file locked (timeout 50ms): pid=${child.pid} ${file}.lock`,
    );
    const waiting = locks().acquire(file, { waitMs: 10_000 });
    child.stdin.end();
    await gone();
    (await waiting).release();
  });

  test("of a process that was killed is taken over", async () => {
    const file = join(tempDir(), "s.jsonl");
    const { child, gone } = await holder(file);
    child.kill("SIGKILL");
    await gone();
    expect(existsSync(`${file}.lock`)).toBe(true);
    (await locks().acquire(file, { waitMs: 0 })).release();
  });

  test("is removed when its process is told to end", async () => {
    const file = join(tempDir(), "s.jsonl");
    const { child, gone } = await holder(file);
    child.kill("SIGTERM");
    expect(await gone()).toEqual([null, "SIGTERM"]);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test("older than half an hour, or from before this process began under its pid, is taken over", async () => {
    const file = join(tempDir(), "s.jsonl");
    const lock = (content: object) => writeFileSync(`${file}.lock`, JSON.stringify(content));
    lock({ pid: process.ppid, createdAt: Date.now() - 31 * 60_000 });
    (await locks().acquire(file, { waitMs: 0 })).release();
    lock({ pid: process.pid, createdAt: performance.timeOrigin - 60_000 });
    (await locks().acquire(file, { waitMs: 0 })).release();
    lock({ pid: process.ppid, createdAt: Date.now() });
    await expect(locks().acquire(file, { waitMs: 0 })).rejects.toThrow(`pid=${process.ppid}`);
  });

  test("that its writer did not finish is waited for, but not longer than a second", async () => {
    const file = join(tempDir(), "s.jsonl");
    writeFileSync(`${file}.lock`, "");
    await expect(locks().acquire(file, { waitMs: 0 })).rejects.toThrow("pid=unknown");
    utimesSync(`${file}.lock`, new Date(), new Date(Date.now() - 1500));
    (await locks().acquire(file, { waitMs: 0 })).release();
  });

  test("of a program that handles a signal once is left to that program", async () => {
    const script = `
      import { SessionFileLocks } from "./src/session-file-lock.ts";
      process.once("SIGTERM", () => process.exit(7));
      await new SessionFileLocks().acquire(process.argv[1]);
      process.stdin.resume();
      process.stdout.write("held");`;
    const file = join(tempDir(), "s.jsonl");
    const child = spawn(
      process.execPath,
      ["--conditions=@openclaw/source", "--input-type=module", "-e", script, file],
      {
        cwd: join(import.meta.dirname, ".."),
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    onTestFinished(() => void child.kill("SIGKILL"));
    const gone = once(child, "exit");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await gone).toEqual([7, null]);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  test("that lingers is taken again at once, and is gone soon after the last use", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const file = join(tempDir(), "s.jsonl");
    const set = new SessionFileLocks({ lingerMs: 200 });
    onTestFinished(() => set.close());
    (await set.acquire(file)).release();
    const epoch = set.epoch(file);
    expect(set.holds(file)).toBe(false);
    expect(existsSync(`${file}.lock`)).toBe(true);
    await expect(locks().acquire(file, { waitMs: 0 })).rejects.toThrow(`pid=${process.pid}`);

    const again = await set.acquire(file);
    expect(set.epoch(file)).toBe(epoch);
    vi.advanceTimersByTime(1000);
    expect(existsSync(`${file}.lock`)).toBe(true);
    again.release();
    vi.advanceTimersByTime(1000);
    expect(existsSync(`${file}.lock`)).toBe(false);
    expect(set.epoch(file)).toBeUndefined();
    (await set.acquire(file)).release();
    expect(set.epoch(file)).not.toBe(epoch);
  });

  test("that lingers is made anew after some minutes, so that it never looks abandoned", async () => {
    let now = 1_000_000;
    const file = join(tempDir(), "s.jsonl");
    const set = new SessionFileLocks({ lingerMs: 60_000, clock: { now: () => now } });
    onTestFinished(() => set.close());
    (await set.acquire(file)).release();
    now += 6 * 60_000;
    (await set.acquire(file)).release();
    expect(JSON.parse(readFileSync(`${file}.lock`, "utf8"))).toMatchObject({ createdAt: now });
  });

  test("listens to the process once, and no more when it is closed", async () => {
    const before = process.listenerCount("SIGTERM");
    const set = locks();
    for (const name of ["a.jsonl", "b.jsonl"]) (await set.acquire(join(tempDir(), name))).release();
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    set.close();
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});
