import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  acquireGatewayLock,
  GatewayLockError,
  type GatewayLockOptions,
  gatewayLockPath,
  type ProcessTable,
  systemProcesses,
} from "./index.ts";
import { manualClock } from "./testing/manual-clock.ts";
import { tempDir } from "./testing/temp-dir.ts";

function setUp() {
  const root = tempDir();
  const clock = manualClock(Date.now());
  const slept: number[] = [];
  const options: GatewayLockOptions = {
    configPath: join(root, "openclaw.json"),
    stateDir: join(root, "state"),
    lockDir: join(root, "locks"),
    clock,
    sleep: async (ms) => {
      slept.push(ms);
      clock.advance(ms);
    },
  };
  return { root, clock, slept, options, lockPath: gatewayLockPath(options.configPath, join(root, "locks")) };
}

/** A process that lives until the end of the test. */
function otherProcess(): number {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child.pid ?? 0;
}

it("writes lock file and lease, and removes both when released", async () => {
  const { options, lockPath, clock } = setUp();
  const lock = await acquireGatewayLock(options);
  const hash = createHash("sha1").update(options.configPath).digest("hex").slice(0, 8);
  expect(basename(lockPath)).toBe(`gateway.${hash}.lock`);
  expect(JSON.parse(readFileSync(lockPath, "utf8"))).toEqual({
    pid: process.pid,
    createdAt: new Date(clock.now()).toISOString(),
    configPath: options.configPath,
    ...(systemProcesses.startTime(process.pid) !== undefined && {
      startTime: systemProcesses.startTime(process.pid),
    }),
  });
  expect(statSync(join(lockPath, "..")).mode & 0o777).toBe(0o700);
  const leases = join(options.stateDir, "leases");
  expect(JSON.parse(readFileSync(join(leases, "gateway.lease"), "utf8"))).toMatchObject({
    pid: process.pid,
    host: hostname(),
  });
  await lock.release();
  expect([...readdirSync(join(lockPath, "..")), ...readdirSync(leases)]).toEqual([]);
  await (await acquireGatewayLock(options)).release();
});

it("waits five seconds for another gateway of the configuration, then says who it is", async () => {
  const { options, slept, root } = setUp();
  const lock = await acquireGatewayLock(options);
  const second = acquireGatewayLock({ ...options, stateDir: join(root, "other-state") });
  await expect(second).rejects.toThrow(GatewayLockError);
  await expect(second).rejects.toMatchObject({
    message: `gateway already running (pid ${process.pid}); lock timeout after 5000ms`,
    code: "gateway-locked",
    pid: process.pid,
  });
  expect(slept).toEqual(Array.from({ length: 50 }, () => 100));
  await lock.release();
});

it("goes on as soon as the other gateway has ended", async () => {
  const { options, slept } = setUp();
  const first = await acquireGatewayLock(options);
  const second = await acquireGatewayLock({
    ...options,
    sleep: async (ms) => {
      slept.push(ms);
      if (slept.length === 3) await first.release();
    },
  });
  expect(slept).toHaveLength(3);
  await second.release();
});

it("catches two configurations on one state directory and names it", async () => {
  const { options, root } = setUp();
  const lock = await acquireGatewayLock(options);
  const other = { ...options, configPath: join(root, "other.json"), waitMs: 300 };
  await expect(acquireGatewayLock(other)).rejects.toMatchObject({
    name: "GatewayLockError",
    message: expect.stringMatching(
      new RegExp(`^gateway already running \\(pid ${process.pid}\\); lock timeout after 300ms\\n.*${options.stateDir}`),
    ),
  });
  // The lock of its own configuration was given back.
  await expect(
    acquireGatewayLock({ ...other, stateDir: join(root, "third-state") }).then((third) => third.release()),
  ).resolves.toBeUndefined();
  await lock.release();
});

it("skips the lock of the configuration, never the lease, with OPENCLAW_ALLOW_MULTI_GATEWAY=1", async () => {
  const { options, root } = setUp();
  const env = { OPENCLAW_ALLOW_MULTI_GATEWAY: "1" };
  const first = await acquireGatewayLock({ ...options, env });
  const second = await acquireGatewayLock({ ...options, env, stateDir: join(root, "other-state") });
  await expect(acquireGatewayLock({ ...options, env })).rejects.toThrow("gateway already running");
  await first.release();
  await second.release();
});

const living: ProcessTable = {
  isAlive: () => true,
  startTime: () => 100,
  bootId: () => "boot",
  commandLine: () => "/usr/bin/node /opt/openclaw/dist/index.js gateway run",
};

it.each<[string, object, Partial<ProcessTable>, boolean]>([
  ["its process has ended", { startTime: 100 }, { isAlive: (pid) => pid === process.pid }, true],
  ["its process has another start time", { startTime: 99 }, {}, true],
  ["its process lives", { startTime: 100 }, {}, false],
  ["it has no start time and the process looks like a gateway", {}, {}, false],
  ["it has no start time and the process is of another kind", {}, { commandLine: () => "/usr/bin/vim gateway" }, true],
  ["it has no start time and the process hides what it is", {}, { commandLine: () => undefined }, false],
])("takes over a lock or not when %s", async (_name, recorded, found, isFree) => {
  const { options, lockPath } = setUp();
  const pid = otherProcess();
  mkdirSync(join(lockPath, ".."));
  writeFileSync(lockPath, JSON.stringify({ pid, createdAt: new Date().toISOString(), ...recorded }));
  const attempt = acquireGatewayLock({ ...options, waitMs: 0, processes: { ...living, ...found } });
  if (isFree) await (await attempt).release();
  else await expect(attempt).rejects.toThrow(`gateway already running (pid ${pid}); lock timeout after 0ms`);
});

it("waits for an unreadable lock until it is 30 seconds old", async () => {
  const { options, lockPath } = setUp();
  mkdirSync(join(lockPath, ".."));
  writeFileSync(lockPath, "half writ");
  await expect(acquireGatewayLock(options)).rejects.toThrow("gateway already running; lock timeout after 5000ms");
  const old = new Date(Date.now() - 31_000);
  utimesSync(lockPath, old, old);
  await (await acquireGatewayLock(options)).release();
});

it("does not trust a lock directory that is a link", async () => {
  const { options, root } = setUp();
  mkdirSync(join(root, "trap"));
  symlinkSync(join(root, "trap"), join(root, "locks"));
  await expect(acquireGatewayLock(options)).rejects.toMatchObject({ code: "unsafe-directory" });
});

it("narrows the mode of a lock directory that was open to others", async () => {
  const { options, root } = setUp();
  mkdirSync(join(root, "locks"), { mode: 0o755 });
  await (await acquireGatewayLock(options)).release();
  expect(statSync(join(root, "locks")).mode & 0o777).toBe(0o700);
});

it("lets twenty gateways live in one process without a warning about listeners", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const root = tempDir();
  const before = process.listenerCount("exit");
  const locks = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      acquireGatewayLock({ configPath: `${root}/${i}.json`, stateDir: `${root}/${i}`, lockDir: join(root, "locks") }),
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
  await Promise.all(locks.map((lock) => lock.release()));
  expect(process.listenerCount("exit")).toBe(before);
});
