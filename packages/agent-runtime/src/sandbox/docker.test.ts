import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import type { ProgramEnd, RunProgram } from "./run-program.ts";
import type { SandboxConfig } from "./sandbox-config.ts";
import { createSandboxes, type SandboxesOptions } from "./sandboxes.ts";

let base: string;
let agent: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-docker-")));
  agent = join(base, "agent");
  mkdirSync(agent);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const sessionKey = "agent:main:telegram:group:1";
const name = "openclaw-sbx-agent-main-0d71ad7a";
const ok: ProgramEnd = { code: 0, stdout: "", stderr: "" };
const failed = (stderr: string): ProgramEnd => ({ code: 1, stdout: "", stderr });

/** A docker that records its arguments and knows which containers and images there are. */
function recordingDocker(state: { images?: string[]; daemon?: boolean; setup?: ProgramEnd } = {}) {
  const calls: string[][] = [];
  const envs: NodeJS.ProcessEnv[] = [];
  const running = new Map<string, boolean>();
  const labels = new Map<string, string>();
  const images = new Set(state.images ?? ["openclaw-sandbox:bookworm-slim"]);
  const run: RunProgram = async (file, args, options) => {
    expect(file).toBe("docker");
    calls.push([...args]);
    envs.push(options?.env ?? {});
    if (state.daemon === false) return failed("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.");
    const last = args.at(-1) ?? "";
    switch (args[0]) {
      case "inspect": {
        const known = running.get(last);
        if (known === undefined) return failed(`Error: No such object: ${last}`);
        return { ...ok, stdout: args[2]?.includes("Labels") ? `${labels.get(last)}\n` : `${known}\n` };
      }
      case "image":
        return images.has(last) ? ok : failed(`Error: No such image: ${last}`);
      case "pull":
        images.add(last);
        return ok;
      case "tag":
        images.add(last);
        return ok;
      case "create": {
        const hash = args.find((arg) => arg.startsWith("openclaw.configHash="));
        labels.set(args[2] ?? "", hash?.split("=")[1] ?? "");
        running.set(args[2] ?? "", false);
        return ok;
      }
      case "start":
        running.set(last, true);
        return ok;
      case "rm":
        return running.delete(last) ? ok : failed(`Error: No such container: ${last}`);
      case "exec":
        return state.setup ?? ok;
      case "port":
        return { ...ok, stdout: `127.0.0.1:4${last.split("/")[0]}\n` };
      default:
        return failed(`docker: '${args[0]}' is not a docker command.`);
    }
  };
  return { run, calls, envs, running, labels, verbs: () => calls.map((args) => args.slice(0, 2).join(" ")) };
}

interface Setup {
  docker: ReturnType<typeof recordingDocker>;
  clock?: { now: () => number };
  lines?: string[];
  agents?: RuntimeConfig["agents"];
  more?: Partial<SandboxesOptions>;
}

function boxes(config: SandboxConfig, { docker, clock, lines = [], agents, more = {} }: Setup) {
  const own: RuntimeConfig = { agents: { defaults: { sandbox: { mode: "all", ...config } }, ...agents } };
  return createSandboxes({
    config: () => own,
    env: { HOME: base, OPENCLAW_STATE_DIR: join(base, "state"), PATH: "/usr/bin", DOCKER_HOST: "tcp://x", SECRET: "s" },
    clock: clock ?? { now: () => 1_700_000_000_000 },
    log: { ...silentLog, info: (text: string) => lines.push(text), warn: (text: string) => lines.push(text) },
    platform: "linux",
    run: docker.run,
    user: { uid: 1000, gid: 1000 },
    ...more,
  });
}

const run = () => ({ sessionKey, agentId: "main", agentWorkspaceDir: agent });
const workspace = () => join(base, "state", "sandboxes", "agent-main-0d71ad7a");

test("with every option, docker sees its arguments in the documented order", async () => {
  const docker = recordingDocker({ images: ["my/image:1"] });
  const sandboxes = boxes(
    {
      workspaceAccess: "ro",
      docker: {
        image: "my/image:1",
        containerPrefix: "box-",
        workdir: "/box",
        readOnlyRoot: true,
        tmpfs: ["/tmp", "/run:size=64m"],
        network: "bridge",
        user: "1000:1000",
        capDrop: ["ALL", "NET_RAW"],
        env: { LANG: "C.UTF-8", A: "1" },
        setupCommand: "apt-get update",
        pidsLimit: 256,
        memory: "1g",
        memorySwap: "2g",
        cpus: 1.5,
        ulimits: { nofile: { soft: 1024, hard: 2048 }, nproc: 256, core: "0" },
        seccompProfile: "/etc/seccomp.json",
        apparmorProfile: "openclaw-sandbox",
        dns: ["1.1.1.1", "8.8.8.8"],
        extraHosts: ["internal.service:10.0.0.5"],
        binds: ["/home/user/source:/source:rw", "/data:/data:ro"],
      },
    },
    { docker },
  );
  const sandbox = await sandboxes.forRun(run(), { start: true });
  const box = "box-agent-main-0d71ad7a";
  const hash = docker.labels.get(box);
  expect(hash).toMatch(/^[0-9a-f]{40}$/);
  expect(docker.calls).toEqual([
    ["inspect", "-f", "{{.State.Running}}", box],
    ["image", "inspect", "my/image:1"],
    [
      ...["create", "--name", box],
      ...["--label", "openclaw.sandbox=1"],
      ...["--label", "openclaw.sessionKey=agent:main"],
      ...["--label", "openclaw.createdAtMs=1700000000000"],
      ...["--label", `openclaw.configHash=${hash}`],
      "--read-only",
      ...["--tmpfs", "/tmp", "--tmpfs", "/run:size=64m"],
      ...["--network", "bridge"],
      ...["--user", "1000:1000"],
      ...["--cap-drop", "ALL", "--cap-drop", "NET_RAW"],
      ...["--security-opt", "no-new-privileges"],
      ...["--security-opt", "seccomp=/etc/seccomp.json"],
      ...["--security-opt", "apparmor=openclaw-sandbox"],
      ...["--dns", "1.1.1.1", "--dns", "8.8.8.8"],
      ...["--add-host", "internal.service:10.0.0.5"],
      ...["--pids-limit", "256"],
      ...["--memory", "1g"],
      ...["--memory-swap", "2g"],
      ...["--cpus", "1.5"],
      ...["--ulimit", "nofile=1024:2048", "--ulimit", "nproc=256", "--ulimit", "core=0"],
      ...["-v", "/home/user/source:/source:rw", "-v", "/data:/data:ro"],
      ...["--workdir", "/box"],
      ...["-v", `${workspace()}:/box`],
      ...["-v", `${agent}:/agent:ro`],
      ...["my/image:1", "sleep", "infinity"],
    ],
    ["start", box],
    ["exec", "-i", box, "sh", "-lc", "apt-get update"],
  ]);
  expect(
    sandbox?.launch({ command: "ls", cwd: "/box/sub", env: { B: "2" }, pty: true, pathPrepend: ["/opt/bin"] }),
  ).toMatchObject({
    file: "docker",
    args: [
      ...["exec", "-i", "-t", "-w", "/box/sub"],
      ...["-e", "PATH=/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      ...["-e", "HOME=/box", "-e", "LANG=C.UTF-8", "-e", "A=1", "-e", "B=2"],
      ...["-e", "OPENCLAW_PREPEND_PATH=/opt/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      ...[box, "sh", "-lc"],
      'export PATH="$OPENCLAW_PREPEND_PATH:$PATH"; unset OPENCLAW_PREPEND_PATH; ls',
    ],
    env: { HOME: base, PATH: "/usr/bin", DOCKER_HOST: "tcp://x" },
  });
});

test("without options the container is read-only, without network and without capabilities", async () => {
  const docker = recordingDocker();
  await boxes({}, { docker }).forRun(run(), { start: true });
  expect(docker.calls[2]?.slice(11)).toEqual([
    "--read-only",
    ...["--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", "/run"],
    ...["--network", "none", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"],
    ...["--workdir", "/workspace", "-v", `${workspace()}:/workspace`],
    ...["openclaw-sandbox:bookworm-slim", "sleep", "infinity"],
  ]);
  expect(docker.envs.every((env) => env.SECRET === undefined)).toBe(true);
});

test("access rw mounts the agent's workspace itself, once", async () => {
  const docker = recordingDocker();
  const sandbox = await boxes({ workspaceAccess: "rw" }, { docker }).forRun(run(), { start: true });
  expect(docker.calls[2]?.filter((arg) => arg.includes(agent))).toEqual([`${agent}:/workspace`]);
  expect(sandbox?.workspaceDir).toBe(agent);
  expect(existsSync(join(base, "state", "sandboxes"))).toBe(false);
});

test("a workspace whose name docker would read as two is refused", async () => {
  const docker = recordingDocker();
  const odd = join(base, "a:", "etc:");
  mkdirSync(odd, { recursive: true });
  await expect(
    boxes({ workspaceAccess: "rw" }, { docker }).forRun({ ...run(), agentWorkspaceDir: odd }, { start: true }),
  ).rejects.toThrow("its name contains a colon");
  expect(docker.calls).toEqual([]);
});

test("a container that runs is used again, one that is stopped is started", async () => {
  const docker = recordingDocker();
  await boxes({}, { docker }).forRun(run(), { start: true });
  docker.calls.length = 0;
  await boxes({}, { docker }).forRun(run(), { start: true });
  docker.running.set(name, false);
  await boxes({}, { docker }).forRun(run(), { start: true });
  expect(docker.verbs()).toEqual(["inspect -f", "inspect -f", `start ${name}`]);
});

test("two runs at the same time make one container", async () => {
  const docker = recordingDocker();
  const sandboxes = boxes({}, { docker });
  await Promise.all([1, 2, 3].map(() => sandboxes.forRun(run(), { start: true })));
  expect(docker.verbs().filter((verb) => verb.startsWith("create"))).toHaveLength(1);
});

test("looking at a sandbox, as for a system prompt, starts nothing", async () => {
  const docker = recordingDocker();
  const sandbox = await boxes({}, { docker }).forRun(run(), { start: false });
  expect(docker.calls).toEqual([]);
  expect(() => sandbox?.launch({ command: "ls", cwd: "/workspace", env: {}, pty: false })).toThrow("not ready");
});

test("changed settings replace the container, but not one that was used in the last five minutes", async () => {
  const docker = recordingDocker();
  let now = 1_700_000_000_000;
  const clock = { now: () => now };
  const lines: string[] = [];
  const changed = { docker: { memory: "1g" } };
  await boxes({}, { docker, clock }).forRun(run(), { start: true });
  docker.calls.length = 0;
  now += 4 * 60_000;
  await boxes(changed, { docker, clock, lines }).forRun(run(), { start: true });
  expect(docker.verbs()).toEqual(["inspect -f"]);
  expect(lines).toEqual([
    `Sandbox config changed for ${name} (recently used). Recreate to apply: openclaw sandbox recreate --agent main`,
  ]);
  now += 6 * 60_000;
  await boxes(changed, { docker, clock }).forRun(run(), { start: true });
  expect(docker.verbs().slice(1)).toEqual(["inspect -f", "rm -f", "image inspect", "create --name", `start ${name}`]);
});

test.each([
  ["session", `--session ${sessionKey}`],
  ["shared", "--all"],
] as const)("scope %s is recreated with %s", async (scope, selector) => {
  const docker = recordingDocker();
  const lines: string[] = [];
  await boxes({ scope }, { docker }).forRun(run(), { start: true });
  await boxes({ scope, docker: { network: "bridge" } }, { docker, lines }).forRun(run(), { start: true });
  expect(lines[0]).toContain(`openclaw sandbox recreate ${selector}`);
});

test("the registry file holds what other programs read", async () => {
  const docker = recordingDocker();
  const sandboxes = boxes({}, { docker });
  await sandboxes.forRun(run(), { start: true });
  const path = join(base, "state", "sandbox", "containers.json");
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
    entries: [
      {
        containerName: name,
        sessionKey: "agent:main",
        createdAtMs: 1_700_000_000_000,
        lastUsedAtMs: 1_700_000_000_000,
        image: "openclaw-sandbox:bookworm-slim",
        configHash: docker.labels.get(name),
      },
    ],
  });
  expect(await sandboxes.list()).toMatchObject([{ containerName: name, running: true, imageMatch: true }]);
  expect(await boxes({ docker: { image: "other" } }, { docker }).list()).toMatchObject([{ imageMatch: false }]);
});

test("a missing default image is taken from Debian; another one is an error that names it", async () => {
  const docker = recordingDocker({ images: [] });
  await boxes({}, { docker }).forRun(run(), { start: true });
  expect(docker.calls.slice(1, 4)).toEqual([
    ["image", "inspect", "openclaw-sandbox:bookworm-slim"],
    ["pull", "debian:bookworm-slim"],
    ["tag", "debian:bookworm-slim", "openclaw-sandbox:bookworm-slim"],
  ]);
  await expect(
    boxes({ docker: { image: "mine" }, scope: "session" }, { docker }).forRun(run(), { start: true }),
  ).rejects.toThrow("Sandbox image not found: mine. Build or pull it first.");
});

test("without a daemon, or without docker, there is an error and no sandbox", async () => {
  const docker = recordingDocker({ daemon: false });
  await expect(boxes({}, { docker }).forRun(run(), { start: true })).rejects.toThrow(
    "Failed to inspect sandbox image: Cannot connect to the Docker daemon at unix:///var/run/docker.sock.",
  );
  const absent: RunProgram = () => Promise.reject(Object.assign(new Error("spawn docker ENOENT"), { code: "ENOENT" }));
  await expect(boxes({}, { docker: { ...docker, run: absent } }).forRun(run(), { start: true })).rejects.toThrow(
    "docker is not installed",
  );
});

test("a container whose setup failed is not kept", async () => {
  const docker = recordingDocker({ setup: failed("E: unable to locate package") });
  const sandboxes = boxes({ docker: { setupCommand: "apt-get install x" } }, { docker });
  await expect(sandboxes.forRun(run(), { start: true })).rejects.toThrow(
    "The sandbox's setupCommand ended with code 1: E: unable to locate package",
  );
  expect(docker.running.size).toBe(0);
  expect(await sandboxes.list()).toEqual([]);
});

test("a container whose setup was cut off by a crash is made anew", async () => {
  const docker = recordingDocker();
  const config: SandboxConfig = { docker: { setupCommand: "apt-get install x" } };
  await boxes(config, { docker }).forRun(run(), { start: true });
  rmSync(join(base, "state", "sandbox", "containers.json"));
  docker.calls.length = 0;
  await boxes(config, { docker }).forRun(run(), { start: true });
  expect(docker.verbs()).toEqual(["inspect -f", "rm -f", "image inspect", "create --name", `start ${name}`, "exec -i"]);
});

test("idle and old containers are removed, at most every five minutes; 0 keeps them", async () => {
  let now = 1_700_000_000_000;
  const docker = recordingDocker();
  const agents = { list: [{ id: "keep", sandbox: { prune: { idleHours: 0, maxAgeDays: 0 } } }] };
  const sandboxes = boxes({}, { docker, clock: { now: () => now }, agents });
  const use = (agentId: string) =>
    sandboxes.forRun({ ...run(), sessionKey: `agent:${agentId}:x`, agentId }, { start: true });
  const keys = async () => (await sandboxes.list()).map((entry) => entry.sessionKey).sort();
  await use("keep");
  await use("idle");
  now += 24 * 3_600_000 - 1;
  await use("other");
  expect(await keys()).toEqual(["agent:idle", "agent:keep", "agent:other"]);
  now += 2;
  await use("other");
  expect(await keys()).toEqual(["agent:idle", "agent:keep", "agent:other"]);
  now += 5 * 60_000;
  await use("other");
  expect(await keys()).toEqual(["agent:keep", "agent:other"]);
  for (let day = 0; day < 8; day += 1) {
    now += 23 * 3_600_000;
    await use("other");
  }
  expect(docker.calls.filter(([verb]) => verb === "rm").map((args) => args[2]?.slice(0, 24))).toEqual([
    "openclaw-sbx-agent-idle-",
    "openclaw-sbx-agent-other",
  ]);
});

test("recreate removes what it is asked to and says what failed", async () => {
  const docker = recordingDocker();
  const sandboxes = boxes({ scope: "session" }, { docker });
  for (const key of ["agent:main:a", "agent:main:b", "agent:two:a"]) {
    await sandboxes.forRun({ ...run(), sessionKey: key, agentId: key.split(":")[1] ?? "" }, { start: true });
  }
  expect(await sandboxes.recreate({ sessionKey: "agent:main:a" })).toHaveLength(1);
  expect(await sandboxes.recreate({ agentId: "main" })).toHaveLength(1);
  const path = join(base, "state", "sandbox", "containers.json");
  const content = JSON.parse(readFileSync(path, "utf8"));
  content.entries.push({ ...content.entries[0], containerName: "--volumes" });
  writeFileSync(path, JSON.stringify(content));
  expect(await sandboxes.recreate({ all: true })).toEqual([
    { name: expect.stringMatching(/^openclaw-sbx-agent-two-a-/) },
    { name: "--volumes", error: '"--volumes" is not the name of a sandbox' },
  ]);
});

test("a workspace of its own starts with the agent's files and keeps what changed there", async () => {
  const docker = recordingDocker();
  writeFileSync(join(agent, "AGENTS.md"), "one");
  writeFileSync(join(agent, "SOUL.md"), "soul");
  writeFileSync(join(agent, "private.txt"), "not copied");
  const sandboxes = boxes({}, { docker });
  await sandboxes.forRun(run(), { start: true });
  writeFileSync(join(workspace(), "AGENTS.md"), "changed");
  writeFileSync(join(agent, "USER.md"), "user");
  await sandboxes.forRun(run(), { start: true });
  const read = (file: string) => readFileSync(join(workspace(), file), "utf8");
  expect([read("AGENTS.md"), read("SOUL.md"), read("USER.md")]).toEqual(["changed", "soul", "user"]);
  expect(existsSync(join(workspace(), "private.txt"))).toBe(false);
});

test("a session outside of the mode has no sandbox", async () => {
  const docker = recordingDocker();
  const main = { ...run(), sessionKey: "agent:main:main" };
  expect(await boxes({ mode: "off" }, { docker }).forRun(run(), { start: true })).toBeUndefined();
  expect(await boxes({ mode: "non-main" }, { docker }).forRun(main, { start: true })).toBeUndefined();
  expect(await boxes({ mode: "non-main" }, { docker }).forRun(run(), { start: true })).toBeDefined();
});

const browserImage = "openclaw-sandbox-browser:bookworm-slim";

test("the sandbox browser gets the sandbox's restrictions, and its ports on this machine only", async () => {
  const docker = recordingDocker({ images: [browserImage] });
  const asked: string[] = [];
  const answer = async (url: Parameters<typeof fetch>[0]) => {
    asked.push(String(url));
    return new Response("{}");
  };
  const sandboxes = boxes(
    { browser: { enabled: true }, docker: { memory: "2g", binds: ["/data:/data:ro"] } },
    { docker, more: { fetch: answer } },
  );
  const browser = await sandboxes.browserFor(run());
  const box = "openclaw-sbx-browser-agent-main-0d71ad7a";
  expect(docker.calls[2]).toEqual([
    ...["create", "--name", box],
    ...["--label", "openclaw.sandbox=1"],
    ...["--label", "openclaw.sessionKey=agent:main"],
    ...["--label", "openclaw.createdAtMs=1700000000000"],
    ...["--label", `openclaw.configHash=${docker.labels.get(box)}`],
    ...["--label", "openclaw.sandboxBrowser=1"],
    "--read-only",
    ...["--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--tmpfs", "/run"],
    ...["--network", "bridge", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "2g"],
    ...["-v", "/data:/data:ro", "-v", `${workspace()}:/workspace`],
    ...["-p", "127.0.0.1::9222", "-p", "127.0.0.1::6080"],
    ...["-e", "OPENCLAW_BROWSER_HEADLESS=0", "-e", "OPENCLAW_BROWSER_ENABLE_NOVNC=1"],
    ...["-e", "OPENCLAW_BROWSER_CDP_PORT=9222", "-e", "OPENCLAW_BROWSER_VNC_PORT=5900"],
    ...["-e", "OPENCLAW_BROWSER_NOVNC_PORT=6080"],
    browserImage,
  ]);
  expect(browser).toEqual({
    containerName: box,
    cdpPort: 49222,
    noVncUrl: "http://127.0.0.1:46080/vnc.html?autoconnect=1&resize=remote",
  });
  expect(asked).toEqual(["http://127.0.0.1:49222/json/version"]);
  const registry = JSON.parse(readFileSync(join(base, "state", "sandbox", "browsers.json"), "utf8"));
  expect(registry.entries).toMatchObject([
    { containerName: box, image: browserImage, cdpPort: 49222, noVncPort: 46080 },
  ]);
  expect(await sandboxes.list("browser")).toMatchObject([{ running: true, imageMatch: true }]);
  expect(await sandboxes.recreate({ all: true }, "browser")).toEqual([{ name: box }]);
});

test("a headless browser shows no screen, and one that never answers is an error", async () => {
  const docker = recordingDocker({ images: [browserImage] });
  let now = 1_700_000_000_000;
  const more: Partial<SandboxesOptions> = {
    fetch: () => Promise.reject(new Error("refused")),
    clock: { now: () => now },
    timers: {
      after(ms, fn) {
        now += ms;
        queueMicrotask(fn);
        return () => {};
      },
    },
  };
  const sandboxes = boxes({ browser: { enabled: true, headless: true } }, { docker, more });
  await expect(sandboxes.browserFor(run())).rejects.toThrow(
    "Sandbox browser CDP did not become reachable on 127.0.0.1:49222 within 12000ms.",
  );
  expect(docker.calls[2]?.filter((arg) => arg.includes("::"))).toEqual(["127.0.0.1::9222"]);
  expect(docker.calls[2]).toContain("OPENCLAW_BROWSER_HEADLESS=1");
});

test("without Docker, or when it is not enabled, there is no sandbox browser", async () => {
  const docker = recordingDocker();
  expect(await boxes({}, { docker }).browserFor(run())).toBeUndefined();
  expect(await boxes({ backend: "bwrap", browser: { enabled: true } }, { docker }).browserFor(run())).toBeUndefined();
  expect(docker.calls).toEqual([]);
  const manual = { browser: { enabled: true, autoStart: false } };
  expect(await boxes(manual, { docker }).browserFor(run())).toBeUndefined();
  expect(docker.verbs()).toEqual(["inspect -f"]);
});
