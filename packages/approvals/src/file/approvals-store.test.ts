import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { effectivePolicy } from "./approvals-policy.ts";
import { type ApprovalsStore, openApprovalsStore } from "./approvals-store.ts";

let dir = "";
let problems: string[] = [];
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-approvals-file-")));
  problems = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const log: Logger = { ...silentLog, error: (text) => problems.push(text), warn: (text) => problems.push(text) };
const open = (): ApprovalsStore => openApprovalsStore({ stateDir: dir, clock: { now: () => 1_700_000_000_000 }, log });
const path = () => join(dir, "exec-approvals.json");
const onDisk = () => JSON.parse(readFileSync(path(), "utf8"));

test("a missing file is created with a socket, readable by its owner alone", async () => {
  const store = open();
  expect(await store.read()).toMatchObject({ exists: false, file: { version: 1 } });
  expect(existsSync(path())).toBe(false);
  const state = await store.ensure();
  expect(state).toMatchObject({ exists: true, path: path(), hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(onDisk()).toEqual({
    version: 1,
    socket: { path: join(dir, "exec-approvals.sock"), token: expect.stringMatching(/^[\w-]{32}$/) },
    defaults: {},
    agents: {},
  });
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(await store.ensure()).toEqual(state);
});

test("of two editors the second is told, and the first save is kept", async () => {
  const store = open();
  const { hash } = await store.ensure();
  const first = await store.save({ version: 1, defaults: { ask: "always" } }, hash);
  expect(first.hash).not.toBe(hash);
  await expect(store.save({ version: 1, defaults: { ask: "off" } }, hash)).rejects.toMatchObject({ code: "changed" });
  await expect(store.save({ version: 1 }, undefined)).rejects.toMatchObject({ code: "base-hash-required" });
  expect(onDisk().defaults).toEqual({ ask: "always" });
});

test("a save keeps the socket and gives entries an id", async () => {
  const store = open();
  const { hash, file } = await store.ensure();
  await store.save({ version: 1, socket: { path: "/evil", token: "x" } }, hash);
  expect(onDisk().socket).toEqual(file.socket);
});

test("older forms are read: plain entries, missing ids, the agent default", async () => {
  writeFileSync(
    path(),
    JSON.stringify({
      version: 1,
      kept: true,
      agents: { default: { ask: "always", allowlist: ["/bin/ls", { pattern: "/bin/cat" }] }, main: { allowlist: [] } },
    }),
  );
  const { file } = await open().read();
  expect(file).toEqual({
    version: 1,
    kept: true,
    agents: {
      main: {
        ask: "always",
        allowlist: [
          { id: expect.any(String), pattern: "/bin/ls" },
          { id: expect.any(String), pattern: "/bin/cat" },
        ],
      },
    },
  });
});

test("allowing adds what is new, once, beside what others added in the meantime", async () => {
  const [one, two] = [open(), open()];
  await Promise.all([
    one.allow("main", ["/bin/ls", "/bin/date", "/bin/ls"]),
    two.allow("main", ["/bin/cat"]),
    two.allow("*", ["/bin/echo"]),
  ]);
  expect(await one.allow("main", ["/bin/ls"])).toEqual([]);
  const patterns = (id: string) =>
    onDisk()
      .agents[id].allowlist.map((entry: { pattern: string }) => entry.pattern)
      .sort();
  expect(patterns("main")).toEqual(["/bin/cat", "/bin/date", "/bin/ls"]);
  expect(patterns("*")).toEqual(["/bin/echo"]);
  expect(await one.disallow("main", "/bin/ls")).toBe(true);
  expect(await one.disallow("main", "/bin/ls")).toBe(false);
  expect(patterns("main")).toEqual(["/bin/cat", "/bin/date"]);
});

test("a use is noted beside the entries that let it through", async () => {
  const store = open();
  await store.allow("main", ["/bin/*", "/bin/rm"]);
  await store.recordUse("main", "ls -l", [{ pattern: "/bin/*", path: "/bin/ls" }]);
  expect(onDisk().agents.main.allowlist).toEqual([
    {
      id: expect.any(String),
      pattern: "/bin/*",
      lastUsedAt: 1_700_000_000_000,
      lastUsedCommand: "ls -l",
      lastResolvedPath: "/bin/ls",
    },
    { id: expect.any(String), pattern: "/bin/rm" },
  ]);
});

for (const text of ["{ not json", '{"version":2}', '{"version":1,"defaults":{"security":"everything"}}', ""]) {
  test(`content that cannot be used denies, is reported once and stays: ${text}`, async () => {
    writeFileSync(path(), text);
    const store = open();
    const state = await store.read();
    await store.read();
    expect(state.problem).toMatch(/\w/);
    expect(effectivePolicy(state.file, "main", { security: "full" }).security).toBe("deny");
    expect(problems).toHaveLength(1);
    await store.recordUse("main", "ls", [{ pattern: "/bin/ls", path: "/bin/ls" }]);
    await expect(store.allow("main", ["/bin/ls"])).rejects.toMatchObject({ code: "invalid-approvals-file" });
    expect(await store.ensure()).toMatchObject({ problem: state.problem });
    expect(readFileSync(path(), "utf8")).toBe(text);

    await store.save({ version: 1 }, state.hash);
    expect(onDisk().version).toBe(1);
    const aside = readdirSync(dir).find((name) => name.startsWith("exec-approvals.json.corrupt-"));
    expect(readFileSync(join(dir, String(aside)), "utf8")).toBe(text);
  });
}

test("nothing of the content is quoted in the report", async () => {
  writeFileSync(path(), '{"socket":{"token":"hush-hush"}, broken');
  await open().read();
  expect(problems.join()).not.toContain("hush-hush");
});
