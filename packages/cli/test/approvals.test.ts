import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

const file = () => path.join(home.home, ".openclaw", "exec-approvals.json");
const onDisk = () => JSON.parse(readFileSync(file(), "utf8"));
const patterns = (agent: string) => onDisk().agents[agent].allowlist.map((entry: { pattern: string }) => entry.pattern);

describe("the approvals file of this machine", () => {
  it("gets entries for every agent or for one, each once", async () => {
    expect(await home.run(["approvals", "allowlist", "add", "/usr/bin/git"])).toMatchObject({ code: 0, stderr: "" });
    await home.run(["approvals", "allowlist", "add", "~/bin/*", "--agent", "main"]);
    expect((await home.run(["approvals", "allowlist", "add", "/usr/bin/git"])).stdout).toBe("Already allowlisted.\n");
    expect([patterns("*"), patterns("main")]).toEqual([["/usr/bin/git"], ["~/bin/*"]]);
    const shown = await home.run(["exec-approvals", "get"]);
    expect(shown.stdout).toMatch(/│ Target +│ local/);
    expect(shown.stdout).toMatch(/│ local +│ \* +│ \/usr\/bin\/git +│ never/);

    expect((await home.run(["approvals", "allowlist", "remove", "/bin/rm"])).stdout).toBe("Pattern not found.\n");
    await home.run(["approvals", "allowlist", "remove", "/usr/bin/git"]);
    expect(patterns("*")).toEqual([]);
    expect((await home.run(["approvals", "allowlist", "add"])).stderr).toBe("Pattern required.\n");
  });

  it("is replaced from a file or from standard input and keeps its socket, which is shown without its secret", async () => {
    await home.run(["approvals", "allowlist", "add", "/bin/ls"]);
    const { socket } = onDisk();
    const stdin = "{ version: 1, defaults: { ask: 'always' } } // JSON5";
    const set = await home.run(["approvals", "set", "--stdin", "--json"], { stdin });
    expect(JSON.parse(set.stdout)).toMatchObject({ path: file(), exists: true, file: { defaults: { ask: "always" } } });
    expect(set.stdout).not.toContain(socket.token);
    expect(onDisk()).toEqual({ version: 1, socket, defaults: { ask: "always" } });
    const given = path.join(home.home, "new.json");
    writeFileSync(given, '{"version":1}');
    expect((await home.run(["approvals", "set", "--file", given])).stdout).toContain("No allowlist entries.");
  });

  it("is not touched by what is no approvals file", async () => {
    await home.run(["approvals", "allowlist", "add", "/bin/ls"]);
    const before = readFileSync(file(), "utf8");
    const refused = async (argv: string[], stdin?: string) =>
      (await home.run(["approvals", "set", ...argv], stdin === undefined ? {} : { stdin })).stderr;
    expect(await refused([])).toBe("Provide --file or --stdin.\n");
    expect(await refused(["--stdin", "--file", "x"])).toBe("Use either --file or --stdin (not both).\n");
    expect(await refused(["--stdin"], "{ nope")).toMatch(/^Failed to parse approvals JSON: /);
    expect(await refused(["--stdin"], '{"version":2}')).toMatch(/^Failed to parse approvals JSON: version: /);
    expect(readFileSync(file(), "utf8")).toBe(before);
  });

  it("that cannot be used is told and can only be replaced as a whole", async () => {
    await home.run(["approvals", "allowlist", "add", "/bin/ls"]);
    writeFileSync(file(), "{ broken");
    expect((await home.run(["approvals", "get"])).stderr).toContain("denies every command: it is not valid JSON");
    expect(await home.run(["approvals", "allowlist", "add", "/bin/ls"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot be changed: it is not valid JSON"),
    });
    expect(readFileSync(file(), "utf8")).toBe("{ broken");
    await home.run(["approvals", "set", "--stdin"], { stdin: '{"version":1}' });
    expect(onDisk().version).toBe(1);
  });
});

it("the approvals file of the Gateway's machine is read and changed through it", async () => {
  await using gateway = await startTestGateway();
  const there = ["--url", gateway.url, "--token", testToken, "--json"];
  await home.run(["approvals", "allowlist", "add", "/bin/ls", ...there]);
  const shown = JSON.parse((await home.run(["approvals", "get", ...there])).stdout);
  expect(shown).toMatchObject({
    path: path.join(gateway.stateDir, "exec-approvals.json"),
    file: { agents: { "*": { allowlist: [{ id: expect.any(String), pattern: "/bin/ls" }] } } },
  });
  const unreachable = await home.run(["approvals", "get", "--gateway"]);
  expect(unreachable).toMatchObject({ code: 1, stderr: expect.stringContaining("gateway") });
});
