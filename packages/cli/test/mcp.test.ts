import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import JSON5 from "json5";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSignInServer } from "../../mcp/src/testing/sign-in-server.ts";
import { temporaryHome } from "./cli.ts";

const program = path.join(import.meta.dirname, "..", "..", "mcp", "src", "testing", "test-server-process.ts");

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

const file = () => path.join(home.home, ".openclaw", "openclaw.json");
const servers = () => JSON5.parse(readFileSync(file(), "utf8")).mcp?.servers;
const mcp = (...argv: string[]) => home.run(["mcp", ...argv]);
const add = (id: string, ...more: string[]) =>
  mcp("add", id, "--command", process.execPath, "--arg", "--no-warnings", "--arg", program, ...more);

describe("mcp login", () => {
  it("signs in with what the browser was sent to, tries it, and forgets it again", async () => {
    const server = await startSignInServer();
    try {
      await mcp("add", "wiki", "--url", server.url);
      const before = await mcp("test", "wiki");
      expect(before).toMatchObject({ code: 1, stderr: expect.stringContaining("Sign in: openclaw mcp login wiki") });
      // The page the browser is sent to is asked for its code when its address is shown, as a person would.
      const answer = new Readable({ read() {} });
      let asked = false;
      const signedIn = await home.run(["mcp", "login", "wiki", "--no-open"], {
        stdin: answer,
        async onOutput(text) {
          const [address] = /http:\/\/127\.0\.0\.1:\d+\/authorize\S+(?=\s)/.exec(text) ?? [];
          if (address === undefined || asked) return;
          asked = true;
          const page = await fetch(address, { redirect: "manual" });
          answer.push(`${page.headers.get("location")}\n`);
          answer.push(null);
        },
      });
      expect(signedIn).toMatchObject({ code: 0, stdout: expect.stringContaining("Signed in to the MCP server wiki.") });
      expect(await mcp("test", "wiki")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("It has resources and prompts."),
      });
      expect((await mcp("logout", "wiki")).code).toBe(0);
      expect((await mcp("test", "wiki")).code).toBe(1);
    } finally {
      await server.close();
    }
  });

  it("is for endpoints", async () => {
    await add("files");
    expect((await mcp("login", "files")).stderr).toContain("only endpoints with a url have a sign-in");
    expect((await mcp("login", "none")).stderr).toContain("MCP server not found: none");
  });
});

describe("mcp add", () => {
  it("writes a program with its arguments, variables and folder", async () => {
    const added = await add("files", "--env", "TOKEN=a=b,c", "--env", "MODE=x", "--cwd", "/tmp");
    expect(added).toMatchObject({ code: 0, stderr: "" });
    expect(added.stdout).toContain("Added the MCP server files.");
    expect(servers()).toEqual({
      files: {
        command: process.execPath,
        args: ["--no-warnings", program],
        env: { TOKEN: "a=b,c", MODE: "x" },
        cwd: "/tmp",
      },
    });
  });

  it("writes an endpoint with its headers", async () => {
    await mcp("add", "wiki", "--url", "https://wiki.example/mcp", "--header", "Authorization=Bearer abc");
    expect(servers()).toEqual({
      wiki: { url: "https://wiki.example/mcp", headers: { Authorization: "Bearer abc" } },
    });
  });

  it("refuses what is half of each, an id that is none, and one that is there", async () => {
    for (const argv of [
      ["add", "x"],
      ["add", "x", "--command", "a", "--url", "https://b.example"],
      ["add", "x", "--url", "https://b.example", "--arg", "y"],
      ["add", "x", "--command", "a", "--header", "A=b"],
      ["add", "x", "--command", "a", "--env", "no-pair"],
      ["add", "Not An Id", "--command", "a"],
      ["add", "x", "--url", "ftp://b.example"],
    ]) {
      const { code, stderr } = await mcp(...argv);
      expect([code, stderr !== ""], argv.join(" ")).toEqual([1, true]);
    }
    await add("files");
    const again = await add("files");
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("already") });
  });
});

describe("mcp enable, disable and remove", () => {
  it("change one server and leave the rest of the file as it is", async () => {
    await add("files");
    writeFileSync(file(), readFileSync(file(), "utf8").replace("{", "{ // mine\n"), { mode: 0o600 });
    expect((await mcp("disable", "files")).stdout).toContain("Disabled the MCP server files.");
    expect(servers().files.enabled).toBe(false);
    expect((await mcp("enable", "files")).stdout).toContain("Enabled the MCP server files.");
    expect(servers().files.enabled).toBe(true);
    expect((await mcp("remove", "files")).code).toBe(0);
    expect(servers()?.files).toBeUndefined();
    expect(readFileSync(file(), "utf8")).toContain("// mine");
  });

  it("know which servers there are", async () => {
    await add("files");
    for (const command of ["enable", "disable", "remove", "test"]) {
      const { code, stderr } = await mcp(command, "wiki");
      expect([code, stderr], command).toEqual([
        1,
        expect.stringContaining("MCP server not found: wiki (configured: files)"),
      ]);
    }
  });
});

describe("mcp list", () => {
  it("says when there is none", async () => {
    expect((await mcp("list")).stdout).toContain("No MCP servers.");
    expect(JSON.parse((await mcp("list", "--json")).stdout)).toEqual({ servers: [] });
  });

  it("shows what the Gateway last knew of them, and no secret", async () => {
    await add("files", "--env", "TOKEN=very-secret-1");
    await mcp("add", "wiki", "--url", "https://wiki.example/mcp", "--header", "Authorization=Bearer very-secret-2");
    await mcp("disable", "wiki");
    mkdirSync(path.join(home.home, ".openclaw", "mcp"), { recursive: true });
    writeFileSync(
      path.join(home.home, ".openclaw", "mcp", "status.json"),
      JSON.stringify({
        version: 1,
        servers: { files: { state: "failed", tools: ["echo"], error: "it ended", at: 5 } },
      }),
    );
    const { stdout } = await mcp("list");
    expect(stdout).toMatch(/files\s+│ stdio\s+│ yes\s+│ failed\s+│ 1: echo\s+│ it ended/);
    expect(stdout).toMatch(/wiki\s+│ http\s+│ no\s+│ not used yet/);
    const json = (await mcp("list", "--json")).stdout;
    expect(JSON.parse(json).servers[0]).toEqual({
      id: "files",
      transport: "stdio",
      enabled: true,
      state: "failed",
      tools: ["echo"],
      error: "it ended",
      lastChangeMs: 5,
    });
    expect(stdout + json).not.toContain("very-secret");
  });
});

describe("mcp test", () => {
  it("connects and lists the tools", async () => {
    await add("files");
    const { code, stdout } = await mcp("test", "files");
    expect(code).toBe(0);
    expect(stdout).toContain("MCP server files offers 8 tools:\n- echo: Says it again.\n");
    expect(JSON.parse((await mcp("test", "files", "--json")).stdout)).toMatchObject({
      id: "files",
      ok: true,
      error: null,
    });
  });

  it("counts a single tool as one", async () => {
    await add("one", "--env", "TEST_MODE=single");
    expect((await mcp("test", "one")).stdout).toBe("MCP server one offers 1 tool:\n- ping: Answers.\n");
  });

  it("says why a server cannot be reached, without its secrets", async () => {
    await add("bad", "--env", "TEST_MODE=crash", "--env", "TEST_KEY=very-secret-3");
    const { code, stderr, stdout } = await mcp("test", "bad");
    expect([code, stderr]).toEqual([1, expect.stringContaining("MCP server bad: ")]);
    expect(stderr).toContain("cannot read the key ***");
    expect(stdout + stderr).not.toContain("very-secret-3");
    expect(await mcp("test", "bad", "--json")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('"ok": false'),
    });
  });
});
