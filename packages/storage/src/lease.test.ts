import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createFileLease,
  LeaseHeldError,
  ownIdentity,
  type ProcessTable,
  systemClock,
  systemProcesses,
} from "./index.ts";
import { tempDir } from "./testing/temp-dir.ts";

const racer = fileURLToPath(new URL("testing/lease-racer.ts", import.meta.url));

const leaseIn = (dir: string, processes?: ProcessTable) =>
  createFileLease({ dir, clock: systemClock, ...(processes && { processes }) });

/** A process that is told on stdin what to do and answers with one line each. */
function startRacer(dir: string, stderr: "inherit" | "ignore" = "inherit") {
  const child = spawn(process.execPath, ["--conditions=@openclaw/source", racer, dir], {
    stdio: ["pipe", "pipe", stderr],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const answers: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const next = waiting.shift();
      if (next) next(line);
      else answers.push(line);
    }
  });
  const exited = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  return {
    pid: child.pid ?? 0,
    answer: () =>
      new Promise<string>((resolve) => {
        const line = answers.shift();
        if (line === undefined) waiting.push(resolve);
        else resolve(line);
      }),
    say: (text: string) => child.stdin.write(`${text}\n`),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async end() {
      child.stdin.end();
      await exited;
    },
  };
}

describe("createFileLease", () => {
  it("gives a name to one owner at a time and says who it is", async () => {
    const dir = join(tempDir(), "leases");
    const lease = leaseIn(dir);
    const handle = await lease.acquire("scheduler", { note: "cron" });
    expect(lease.inspect("scheduler")).toEqual({ ...ownIdentity(), since: expect.any(Number), note: "cron" });
    const error: unknown = await leaseIn(dir)
      .acquire("scheduler")
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LeaseHeldError);
    expect(error).toMatchObject({ code: "lease-held", lease: "scheduler", owner: { pid: process.pid, note: "cron" } });
    expect(String(error)).toContain(`"scheduler" is in use by process ${process.pid}`);
    expect(String(error)).toContain("(cron)");

    await handle.release();
    await handle.release();
    expect(lease.inspect("scheduler")).toBeUndefined();
    await (await lease.acquire("scheduler"))[Symbol.asyncDispose]();
    expect(readdirSync(dir)).toEqual([]);
  });

  it("writes {pid, startTime, bootId, host, since, note} for the owner only", async () => {
    const dir = join(tempDir(), "leases");
    const handle = await leaseIn(dir).acquire("state", { note: "gateway" });
    const path = join(dir, "state.lease");
    expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
      pid: process.pid,
      host: expect.any(String),
      since: expect.any(Number),
      note: "gateway",
    });
    expect([statSync(path).mode & 0o777, statSync(dir).mode & 0o777]).toEqual([0o600, 0o700]);
    await handle.release();
  });

  it("takes any name", async () => {
    const dir = tempDir();
    const lease = leaseIn(dir);
    const long = `agent:main:${"x".repeat(400)}`;
    const names = ["agent:main:telegram:group:-100/7", "..", "a b", long, `${long}y`, ""];
    for (const name of names) await lease.acquire(name);
    for (const name of names) await expect(lease.acquire(name)).rejects.toThrow(LeaseHeldError);
    expect(readdirSync(dir)).toHaveLength(names.length);
    await lease.close();
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each<[string, Partial<Record<"pid" | "startTime" | "bootId", unknown>>, Partial<ProcessTable>, boolean]>([
    ["the process has ended", {}, { isAlive: (pid) => pid === process.pid }, true],
    ["its id belongs to a process of another start time", { startTime: 5 }, { startTime: () => 6 }, true],
    ["the machine was started anew", { bootId: "before" }, { bootId: () => "now" }, true],
    ["all of it is as recorded", { startTime: 6, bootId: "now" }, { startTime: () => 6, bootId: () => "now" }, false],
    ["nothing was recorded and the process lives", {}, {}, false],
    ["the start time cannot be found out", { startTime: 5 }, { startTime: () => undefined }, false],
  ])("when %s", async (_name, recorded, found, isFree) => {
    const dir = tempDir();
    const path = join(dir, "a.lease");
    writeFileSync(path, JSON.stringify({ pid: 4242, host: "elsewhere", since: 1, ...recorded }));
    const processes: ProcessTable = {
      isAlive: () => true,
      startTime: () => 1,
      bootId: () => "now",
      commandLine: () => undefined,
      ...found,
    };
    const lease = leaseIn(dir, processes);
    if (isFree) {
      expect(lease.inspect("a")).toBeUndefined();
      await lease.acquire("a");
      expect(lease.inspect("a")).toMatchObject({ pid: process.pid });
      expect(readdirSync(dir)).toEqual(["a.lease"]);
      await lease.close();
    } else {
      expect(lease.inspect("a")).toMatchObject({ pid: 4242, host: "elsewhere" });
      await expect(lease.acquire("a")).rejects.toThrow("process 4242 on elsewhere");
    }
  });

  it("treats an unreadable lease as held for 30 seconds", async () => {
    const dir = tempDir();
    const path = join(dir, "a.lease");
    writeFileSync(path, "");
    await expect(leaseIn(dir).acquire("a")).rejects.toMatchObject({ code: "lease-held", owner: undefined });
    const old = new Date(Date.now() - 31_000);
    utimesSync(path, old, old);
    await (await leaseIn(dir).acquire("a")).release();
  });

  it("finishes a takeover that a dead process had begun", async () => {
    const dir = tempDir();
    const dead = await deadOwner();
    writeFileSync(join(dir, "a.lease"), JSON.stringify(dead));
    const contenders = [startRacer(dir), startRacer(dir)];
    for (const each of contenders) expect(await each.answer()).toBe("ready");
    // The second one dies right after it has made its claim.
    contenders[1]?.say("claim-and-die");
    expect(await contenders[1]?.answer()).toBe("claimed");
    await contenders[1]?.end();
    expect(readdirSync(dir).some((name) => name.includes(".claim-"))).toBe(true);
    contenders[0]?.say("acquire");
    expect(await contenders[0]?.answer()).toBe("won");
    expect(readdirSync(dir).filter((name) => name.includes(".claim-"))).toEqual([]);
  });

  it("gives a lease of a killed process to exactly one of several processes that race for it", async () => {
    const racers = Array.from({ length: 4 }, () => startRacer(tempDir()));
    for (const each of racers) expect(await each.answer()).toBe("ready");
    const dead = await deadOwner();
    for (let round = 0; round < 50; round += 1) {
      const dir = join(tempDir(), "leases");
      mkdirSync(dir);
      // Every second round the lease is free instead of stale.
      if (round % 2 === 0) writeFileSync(join(dir, "a.lease"), JSON.stringify(dead));
      const at = Date.now() + 5;
      for (const each of racers) each.say(`acquire ${dir} ${at}`);
      const answers = await Promise.all(racers.map((each) => each.answer()));
      expect(answers.sort()).toEqual(["lost", "lost", "lost", "won"]);
      expect(readdirSync(dir)).toEqual(["a.lease"]);
      const owner = leaseIn(dir).inspect("a");
      expect(racers.map(({ pid }) => pid)).toContain(owner?.pid);
    }
  });

  it("gives its leases back when the process exits, also through an exception; a kill leaves them stale", async () => {
    const dir = tempDir();
    for (const [how, left] of [
      ["exit", []],
      ["throw", []],
      ["kill", ["a.lease"]],
    ] as const) {
      const child = startRacer(dir, how === "throw" ? "ignore" : "inherit");
      expect(await child.answer()).toBe("ready");
      child.say("acquire");
      expect(await child.answer()).toBe("won");
      expect(leaseIn(dir).inspect("a")?.pid).toBe(child.pid);
      if (how === "exit") await child.end();
      else if (how === "kill") await child.kill();
      else {
        child.say("throw");
        await child.end();
      }
      expect(readdirSync(dir)).toEqual(left);
      expect(leaseIn(dir).inspect("a")).toBeUndefined();
    }
  });
});

describe("systemProcesses", () => {
  it("knows this process and tells it from one that has ended", async () => {
    expect(systemProcesses.isAlive(process.pid)).toBe(true);
    expect(systemProcesses.startTime(process.pid)).toBe(systemProcesses.startTime(process.pid));
    expect(systemProcesses.commandLine(process.pid)).toMatch(/node/);
    const { pid } = await deadOwner();
    expect(systemProcesses.isAlive(pid)).toBe(false);
    expect(systemProcesses.startTime(pid)).toBeUndefined();
    for (const bad of [0, -1, 1.5, Number.NaN]) expect(systemProcesses.isAlive(bad)).toBe(false);
  });
});

/** The owner record of a process that has ended. */
async function deadOwner() {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  const pid = child.pid ?? 0;
  await new Promise((resolve) => child.on("exit", resolve));
  return { ...ownIdentity(), pid, since: Date.now() };
}
