import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

const sandboxDir = () => path.join(home.home, ".openclaw", "sandbox");

/** Lists sandboxes as the Gateway would have left them. */
function leave(file: "containers.json" | "browsers.json", ...entries: object[]): void {
  mkdirSync(sandboxDir(), { recursive: true });
  writeFileSync(path.join(sandboxDir(), file), JSON.stringify({ entries }));
}

const container = (name: string, sessionKey: string, more: object = {}) => ({
  containerName: name,
  sessionKey,
  createdAtMs: Date.now() - 3 * 3_600_000,
  lastUsedAtMs: Date.now() - 5 * 60_000,
  image: "openclaw-sandbox:bookworm-slim",
  configHash: "0",
  ...more,
});
const bwrap = (name: string, sessionKey: string) => container(name, sessionKey, { image: "bwrap", backend: "bwrap" });

/** A docker that knows one running container and refuses to remove another. */
function fakeDocker(): NodeJS.ProcessEnv {
  const bin = path.join(home.home, "bin");
  mkdirSync(bin, { recursive: true });
  const script = [
    "#!/bin/sh",
    "for last; do :; done",
    'case "$1-$last" in',
    "  inspect-box-a) echo true ;;",
    "  inspect-*) echo false ;;",
    '  rm-box-b) echo "cannot stop it" >&2; exit 1 ;;',
    "esac",
  ];
  writeFileSync(path.join(bin, "docker"), script.join("\n"), { mode: 0o755 });
  return { PATH: `${bin}:${process.env.PATH}` };
}

describe("sandbox list", () => {
  it("says when there is none", async () => {
    expect(await home.run(["sandbox", "list"])).toMatchObject({ code: 0, stdout: "No sandbox containers found.\n" });
  });

  it.runIf(process.platform !== "win32")("shows containers and browsers with what is wrong about them", async () => {
    leave("containers.json", container("box-a", "agent:main"), container("box-b", "shared", { image: "old:1" }));
    leave("browsers.json", container("web-a", "agent:main", { image: "openclaw-sandbox-browser:bookworm-slim" }));
    const { stdout, code } = await home.run(["sandbox", "list"], { env: fakeDocker() });
    expect(code).toBe(0);
    expect(stdout).toContain("📦 Sandbox Containers:\n  box-a\n    Status:  running\n");
    expect(stdout).toContain("Image:   old:1 ⚠️");
    expect(stdout).toContain("Age:     3h\n    Idle:    5m\n    Session: shared");
    expect(stdout).toContain("Total: 3 (1 running)\n1 with another image than configured.");
    const json = await home.run(["sandbox", "list", "--browser", "--json"], { env: fakeDocker() });
    expect(JSON.parse(json.stdout)).toMatchObject({
      containers: [],
      browsers: [{ containerName: "web-a", running: false }],
    });
  });

  it("shows a line for each sandbox of bubblewrap", async () => {
    leave("containers.json", bwrap("box-a", "agent:main"));
    home.writeConfig('{ agents: { defaults: { sandbox: { backend: "bwrap" } } } }');
    expect((await home.run(["sandbox", "list"])).stdout).toContain("  box-a  last used 5m ago  agent:main\n");
  });
});

describe("sandbox recreate", () => {
  it("wants exactly one selector", async () => {
    expect((await home.run(["sandbox", "recreate"])).stderr).toContain(
      "Please specify --all, --session <key>, or --agent <id>",
    );
    expect((await home.run(["sandbox", "recreate", "--all", "--agent", "x"])).stderr).toContain(
      "Please specify only one of: --all, --session, --agent",
    );
    expect((await home.run(["sandbox", "recreate", "--all"])).stdout).toBe(
      "No containers found matching the criteria.\n",
    );
  });

  it("asks first, and keeps everything without a yes", async () => {
    leave("containers.json", bwrap("box-a", "agent:main"), bwrap("box-b", "agent:work:x"));
    mkdirSync(path.join(sandboxDir(), "bwrap", "box-a"), { recursive: true });
    const unasked = await home.run(["sandbox", "recreate", "--agent", "main"]);
    expect(unasked).toMatchObject({ code: 1, stderr: expect.stringContaining("Add --force") });
    const no = await home.run(["sandbox", "recreate", "--agent", "main"], { answer: "n\n" });
    expect(no).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing was removed.") });
    const yes = await home.run(["sandbox", "recreate", "--agent", "main"], { answer: "y\n" });
    expect(yes.stdout).toContain("✓ Removed box-a\nDone: 1 removed, 0 failed\n");
    expect(existsSync(path.join(sandboxDir(), "bwrap", "box-a"))).toBe(false);
    const left = JSON.parse(readFileSync(path.join(sandboxDir(), "containers.json"), "utf8"));
    expect(left.entries.map((entry: { containerName: string }) => entry.containerName)).toEqual(["box-b"]);
  });

  it.runIf(process.platform !== "win32")("says what could not be removed, and fails then", async () => {
    leave("containers.json", container("box-a", "agent:main"), container("box-b", "shared"));
    const { code, stdout, stderr } = await home.run(["sandbox", "recreate", "--all", "--force"], { env: fakeDocker() });
    expect(code).toBe(1);
    expect(stdout).toContain("✓ Removed box-a\nDone: 1 removed, 1 failed");
    expect(stderr).toContain("✗ Failed to remove box-b: docker rm -f box-b: cannot stop it");
  });
});

describe("sandbox explain", () => {
  it("shows the sandbox, the tools, elevation and remedies of a session", async () => {
    home.writeConfig(`{
      agents: { defaults: { sandbox: { mode: "non-main", backend: "bwrap", docker: { image: "x" } } } },
      tools: { sandbox: { tools: { deny: ["exec"] } } },
    }`);
    const { stdout, code } = await home.run(["sandbox", "explain", "--session", "agent:main:telegram:group:-1"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Effective sandbox:\n  agentId: main\n  sessionKey: agent:main:telegram:group:-1\n");
    expect(stdout).toContain("runtime: sandboxed\n  backend: bwrap\n  mode: non-main\n");
    expect(stdout).toContain("✗ sandbox backend bwrap does not support docker.image");
    expect(stdout).toContain("Sandbox tool policy:\n  allow (default): exec, process,");
    expect(stdout).toContain("deny (global): exec\n");
    expect(stdout).toContain("failing gates: allowFrom (tools.elevated.allowFrom.telegram)");
    expect(stdout).toMatch(/Fix-it:\n {2}- agents\.defaults\.sandbox\.mode=off[\s\S]*\nDocs: http/);
  });

  it("takes the main session of the agent when none is named", async () => {
    home.writeConfig('{ agents: { list: [{ id: "work", sandbox: { mode: "non-main" } }, { id: "play" }] } }');
    const explain = async (...argv: string[]) =>
      JSON.parse((await home.run(["sandbox", "explain", "--json", ...argv])).stdout);
    expect(await explain()).toMatchObject({
      agentId: "work",
      sessionKey: "agent:work:main",
      mainSessionKey: "agent:work:main",
      sandbox: { mode: "non-main", sessionIsSandboxed: false },
    });
    expect(await explain("--agent", "Play")).toMatchObject({ agentId: "play", sandbox: { mode: "off" } });
    expect(await explain("--agent", "work", "--session", "subagent:1")).toMatchObject({
      sessionKey: "agent:work:subagent:1",
      sandbox: { sessionIsSandboxed: true },
    });
  });
});
