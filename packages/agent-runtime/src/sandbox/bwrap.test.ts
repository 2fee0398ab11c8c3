import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import type { ToolResult } from "@openclaw/plugin-sdk";
import { systemClock } from "@openclaw/storage";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RuntimeConfig } from "../run/runtime-config.ts";
import { createCommandTools } from "../testing/command-tools.ts";
import { createExecGuard } from "../tools/exec-guard.ts";
import type { SandboxConfig } from "./sandbox-config.ts";
import { createSandboxes, type SandboxesOptions } from "./sandboxes.ts";

const probe = ["--unshare-all", "--unshare-user", "--ro-bind", "/", "/", "true"];
const missing = spawnSync("bwrap", probe).status === 0 ? "" : "bubblewrap with user namespaces";
const isRoot = process.getuid?.() === 0;

let base: string;
let agent: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-bwrap-")));
  agent = join(base, "agent");
  mkdirSync(agent);
  writeFileSync(join(agent, "AGENTS.md"), "be kind");
  writeFileSync(join(base, "secret"), "do not show");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const sessionKey = "agent:main:telegram:group:1";
const gatewayEnv = () => ({
  HOME: base,
  OPENCLAW_STATE_DIR: join(base, "state"),
  PATH: process.env.PATH,
  OPENCLAW_GATEWAY_TOKEN: "gateway-secret",
  MY_TOKEN: "my-secret",
});

function boxes(config: SandboxConfig, more: Partial<SandboxesOptions> = {}) {
  const own: RuntimeConfig = { agents: { defaults: { sandbox: { mode: "all", backend: "bwrap", ...config } } } };
  return createSandboxes({
    config: () => own,
    env: gatewayEnv(),
    clock: systemClock,
    log: silentLog,
    platform: process.platform,
    ...more,
  });
}

async function sandboxOf(config: SandboxConfig, more: Partial<SandboxesOptions> = {}) {
  const run = { sessionKey, agentId: "main", agentWorkspaceDir: agent };
  const sandbox = await boxes(config, more).forRun(run, { start: true });
  if (sandbox === undefined) throw new Error("not sandboxed");
  return sandbox;
}

/** Runs a command through the exec tool; failures come back as their text. */
async function exec(
  config: SandboxConfig,
  command: string,
  more: Record<string, unknown> & { pathPrepend?: string[] } = {},
): Promise<string> {
  const { pathPrepend, ...params } = more;
  const tools = createCommandTools({
    agentId: "main",
    sessionKey,
    guard: createExecGuard({
      config: () => ({}),
      agentId: "main",
      sessionKey,
      channel: "telegram",
      sandboxed: true,
      platform: process.platform,
      log: silentLog,
    }),
    workspaceDir: agent,
    homeDir: base,
    config: () => (pathPrepend === undefined ? {} : { pathPrepend }),
    env: gatewayEnv(),
    loginPath: () => Promise.reject(new Error("the login shell of this machine is not asked for a sandbox")),
    sandbox: await sandboxOf(config),
  });
  // One stream: what comes through two pipes may arrive in another order.
  const result = await tools.exec({ command: `exec 2>&1; ${command}`, ...params }).catch(
    (error: unknown): ToolResult => ({
      content: [{ type: "text", text: error instanceof Error ? error.message : "" }],
    }),
  );
  return result.content[0]?.type === "text" ? result.content[0].text : "";
}

describe.skipIf(missing !== "")(`bubblewrap${missing ? ` (skipped: needs ${missing})` : ""}`, () => {
  test("commands work in the workspace, which is a copy of the agent's files", async () => {
    expect(await exec({}, "pwd; ls; cat AGENTS.md; echo changed > AGENTS.md; echo $HOME")).toBe(
      "/workspace\nAGENTS.md\nbe kind/workspace",
    );
    expect(readFileSync(join(agent, "AGENTS.md"), "utf8")).toBe("be kind");
    expect(await exec({}, "cat AGENTS.md")).toBe("changed");
  });

  test("of this machine only programs can be seen, and nothing of it can be changed", async () => {
    expect(await exec({}, `cat ${base}/secret`)).toContain("No such file");
    expect(await exec({}, "ls /root /home /var/lib /opt 2>&1 | grep -c 'No such'")).toBe("4");
    expect(await exec({}, "touch /x /usr/x /etc/x 2>&1 | grep -c -i 'read-only'")).toBe("3");
    expect(await exec({}, "ls / | tr '\\n' ' '")).not.toMatch(/root|home|srv|boot|sys /);
    expect(await exec({}, "cat /etc/shadow")).toContain("No such file");
    expect(await exec({}, "cat /etc/passwd")).toMatch(/^(root|sandbox):x:\d+:\d+:\w+:\/workspace:\/bin\/sh\nnobody/);
    expect(await exec({}, "touch /tmp/a /run/b /var/tmp/c && echo written")).toBe("written");
  });

  test("links and .. out of the workspace lead nowhere", async () => {
    const { workspaceDir } = await sandboxOf({});
    symlinkSync(join(base, "secret"), join(workspaceDir, "link"));
    expect(await exec({}, "cat link; cat ../secret; cat ../../secret; cat /workspace/../secret")).not.toContain(
      "do not show",
    );
  });

  test("other processes and their environments are out of sight", async () => {
    expect(await exec({}, "cat /proc/*/environ | tr '\\0' '\\n'")).not.toMatch(/secret/);
    expect(await exec({}, `ls -d /proc/${process.pid}`)).toContain("No such file");
    expect(await exec({}, "kill -9 -1; echo still; ls /proc/1/root/root")).toContain("No such file");
    // Looked for rather than tried: a write that gets through would change this machine.
    expect(await exec({}, "find /proc -path '/proc/[0-9]*' -prune -o -writable -exec test -f {} \\; -print")).toBe(
      "(no output)",
    );
    expect(await exec({}, "cat /proc/kmsg /proc/timer_list /proc/kcore 2>/dev/null | wc -c")).toBe("0");
  });

  test("there are no capabilities, and no way to more rights", async () => {
    const status = await exec({}, "grep -E 'Cap|NoNewPrivs' /proc/self/status");
    expect(status.match(/Cap\w+:\s*0+$/gm)?.length).toBe(5);
    expect(status).toMatch(/NoNewPrivs:\s*1/);
    expect(await exec({}, "mount -t tmpfs none /tmp")).toMatch(/permission|denied|must be superuser/i);
  });

  test("the environment is the configured one and the call's, not the Gateway's", async () => {
    const env = await exec({ docker: { env: { A: "1", KEY: "configured" } } }, "env", { env: { B: "2" } });
    expect(env).not.toMatch(/secret|OPENCLAW/);
    const shellsOwn = /^(OLDPWD|SHLVL|_)=/;
    expect(
      env
        .split("\n")
        .filter((line) => !shellsOwn.test(line))
        .sort(),
    ).toEqual([
      "A=1",
      "B=2",
      "HOME=/workspace",
      "KEY=configured",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      "PWD=/workspace",
    ]);
    expect(await exec({}, "echo $PATH", { pathPrepend: ["/workspace/bin"] })).toMatch(/^\/workspace\/bin:\/usr\/local/);
  });

  test("a variable that no command outside may set does no harm inside", async () => {
    expect(await exec({}, "echo $NODE_OPTIONS", { env: { NODE_OPTIONS: "--no-warnings" } })).toBe("--no-warnings");
  });

  test("configured variables are not among the arguments, and a loader variable never reaches bubblewrap", async () => {
    const sandbox = await sandboxOf({ docker: { env: { KEY: "configured", LD_PRELOAD: "/c.so" } } });
    const launch = sandbox.launch({ command: "true", cwd: "/workspace", env: { LD_AUDIT: "/m.so" }, pty: false });
    expect(launch.args.join(" ")).not.toContain("configured");
    expect(launch.env.KEY).toBe("configured");
    expect(Object.keys(launch.env).filter((name) => name.startsWith("LD_"))).toEqual([]);
    expect(launch.args.join(" ")).toContain("--setenv LD_PRELOAD /c.so");
    expect(launch.args.join(" ")).toContain("--setenv LD_AUDIT /m.so");
  });

  test("network none has nothing but loopback; host shares the machine's", async () => {
    const server = createServer((socket) => socket.end("hello"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    try {
      const connect = `exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3`;
      const command = `bash -c '${connect}'`;
      expect(await exec({}, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '")).toBe("lo");
      expect(await exec({}, command)).toMatch(/refused/i);
      expect(await exec({ docker: { network: "host" } }, command)).toBe("hello");
    } finally {
      server.close();
    }
  });

  test("access ro shows the agent's workspace at /agent, which cannot be changed", async () => {
    const ro: SandboxConfig = { workspaceAccess: "ro" };
    expect(await exec(ro, "cat /agent/AGENTS.md; echo x > /agent/AGENTS.md; echo mine > own; cat own")).toMatch(
      /^be kind.*read-only file system\nmine$/is,
    );
    expect(await exec({}, "ls /agent")).toContain("No such file");
  });

  test("access rw is the agent's workspace itself", async () => {
    expect(await exec({ workspaceAccess: "rw" }, "echo more >> AGENTS.md; pwd")).toBe("/workspace");
    expect(readFileSync(join(agent, "AGENTS.md"), "utf8")).toBe("be kindmore\n");
  });

  test("binds, tmpfs, working folder, hosts and resolvers are as configured", async () => {
    mkdirSync(join(base, "data"));
    writeFileSync(join(base, "data", "f"), "data");
    const docker = {
      workdir: "/box",
      tmpfs: ["/tmp:size=1m,mode=1777", "/run"],
      binds: [`${base}/data:/box/data:ro`, `${base}/data:/data`],
      dns: ["192.0.2.1"],
      extraHosts: ["db:192.0.2.9", "six:2001:db8::1"],
      ulimits: { nofile: { soft: 100, hard: 200 } },
      memory: "1g",
    };
    expect(await exec({ docker }, "pwd; cat data/f; echo x > data/f")).toMatch(/^\/box\ndata.*read-only/is);
    expect(await exec({ docker }, "echo new > /data/g; head -c 2000000 /dev/zero > /tmp/big")).toMatch(/no space/i);
    expect(readFileSync(join(base, "data", "g"), "utf8")).toBe("new\n");
    expect(await exec({ docker }, "cat /etc/resolv.conf; tail -n 2 /etc/hosts")).toBe(
      "nameserver 192.0.2.1\n192.0.2.9 db\n2001:db8::1 six",
    );
    expect(await exec({ docker }, "ulimit -n; ulimit -H -n; ulimit -v")).toBe("100\n200\n1048576");
  });

  test("a user is a number inside; nobody outside changes", async () => {
    expect(await exec({ docker: { user: "1234:4321" } }, "id -u; id -g; whoami; touch f && echo ok")).toBe(
      "1234\n4321\nsandbox\nok",
    );
  });

  test("a compiled filter is loaded", async () => {
    // Allows everything: BPF_RET | BPF_K with SECCOMP_RET_ALLOW.
    const filter = Buffer.alloc(8);
    filter.writeUInt16LE(0x06, 0);
    filter.writeUInt32LE(0x7fff0000, 4);
    writeFileSync(join(base, "filter.bpf"), filter);
    const docker = { seccompProfile: join(base, "filter.bpf") };
    expect(await exec({ docker }, "grep Seccomp_filters /proc/self/status; ls -l /proc/self/fd | grep -c bpf")).toMatch(
      /^Seccomp_filters:\s*1\n0/,
    );
    writeFileSync(join(base, "docker.json"), '{"defaultAction":"SCMP_ACT_ALLOW"}');
    await expect(sandboxOf({ docker: { seccompProfile: join(base, "docker.json") } })).rejects.toThrow(
      "sandbox backend bwrap does not support docker.seccompProfile",
    );
  });

  test("setupCommand runs once for each workspace and settings", async () => {
    const docker = { setupCommand: "echo run >> log" };
    await exec({ docker }, "true");
    expect(await exec({ docker }, "cat log")).toBe("run");
    expect(await exec({ docker: { ...docker, env: { A: "1" } } }, "cat log")).toBe("run\nrun");
    await expect(sandboxOf({ docker: { setupCommand: "echo broken >&2; exit 3" } })).rejects.toThrow(
      "The sandbox's setupCommand ended with code 3: broken",
    );
  });

  test("a working folder outside of the workspace is not taken", async () => {
    mkdirSync(join((await sandboxOf({})).workspaceDir, "sub"));
    expect(await exec({}, "pwd", { workdir: "sub" })).toBe("/workspace/sub");
    expect(await exec({}, "pwd", { workdir: "/workspace/sub" })).toBe("/workspace/sub");
    for (const workdir of ["/etc", "../..", "gone", base]) {
      expect(await exec({}, "pwd", { workdir })).toBe(
        `Warning: workdir "${workdir}" is unavailable; using "/workspace".\n/workspace`,
      );
    }
  });

  test("a command over its time limit ends with everything it started", async () => {
    expect(await exec({}, "sleep 60 & sleep 60", { timeout: 0.5 })).toContain("Command timed out after 0.5 seconds");
    const left = spawnSync("ps", ["-A", "-o", "args="], { encoding: "utf8" }).stdout;
    expect(left.split("\n").filter((line) => line.includes(base))).toEqual([]);
  });

  test("sessions share a sandbox as the scope says", async () => {
    const of = async (config: SandboxConfig, key: string) =>
      (await boxes(config).forRun({ sessionKey: key, agentId: "main", agentWorkspaceDir: agent }, { start: true }))
        ?.workspaceDir;
    const [one, two] = ["agent:main:a", "agent:main:b"];
    const root = join(base, "state", "sandboxes");
    expect(await of({ scope: "session" }, one)).not.toBe(await of({ scope: "session" }, two));
    expect(await of({ perSession: true }, one)).toBe(await of({ scope: "session" }, one));
    expect(await of({}, one)).toBe(await of({}, two));
    expect(await of({ scope: "shared" }, one)).toBe(root);
  });

  test("what is listed can be set up afresh, and goes when it was idle for long; workspaces stay", async () => {
    let now = 1_000_000_000;
    const sandboxes = boxes({ prune: { idleHours: 2 } }, { clock: { now: () => now } });
    const run = { sessionKey, agentId: "main", agentWorkspaceDir: agent };
    const sandbox = await sandboxes.forRun(run, { start: true });
    const [entry] = await sandboxes.list();
    expect(entry).toMatchObject({ sessionKey: "agent:main", image: "bwrap", backend: "bwrap", running: false });
    const registry = readFileSync(join(base, "state", "sandbox", "containers.json"), "utf8");
    expect(JSON.parse(registry).entries[0]).toMatchObject({ createdAtMs: now, lastUsedAtMs: now });
    expect(await sandboxes.recreate({ agentId: "other" })).toEqual([]);
    expect(await sandboxes.recreate({ agentId: "main" })).toEqual([{ name: entry?.containerName }]);
    expect(await sandboxes.list()).toEqual([]);

    await sandboxes.forRun(run, { start: true });
    now += 2 * 3_600_000 + 1;
    await sandboxes.forRun({ ...run, sessionKey: "agent:other:x", agentId: "other" }, { start: true });
    expect((await sandboxes.list()).map((listed) => listed.sessionKey)).toEqual(["agent:other"]);
    expect(readFileSync(join(sandbox?.workspaceDir ?? "", "AGENTS.md"), "utf8")).toBe("be kind");
  });

  test("a link in place of the workspace is refused", async () => {
    const { workspaceDir } = await sandboxOf({});
    rmSync(workspaceDir, { recursive: true });
    symlinkSync(base, workspaceDir);
    await expect(sandboxOf({})).rejects.toThrow(`The sandbox workspace ${workspaceDir} is not a folder.`);
  });

  test.runIf(isRoot)("limits that root is free of are refused without a control group", async () => {
    const cgroups = { mount: join(base, "none"), self: join(base, "none") };
    for (const [docker, key] of [
      [{ pidsLimit: 5 }, "pidsLimit"],
      [{ cpus: 1 }, "cpus"],
      [{ ulimits: { nproc: 5 } }, "ulimits"],
    ] as const) {
      await expect(sandboxOf({ docker }, { cgroups })).rejects.toThrow(
        `sandbox backend bwrap does not support docker.${key}`,
      );
    }
  });
});

test.each([
  [{ image: "debian" }, "docker.image"],
  [{ memorySwap: "1g" }, "docker.memorySwap"],
  [{ apparmorProfile: "x" }, "docker.apparmorProfile"],
  [{ readOnlyRoot: false }, "docker.readOnlyRoot"],
  [{ network: "bridge" }, "docker.network"],
  [{ user: "node" }, "docker.user"],
  [{ containerPrefix: "../x" }, "docker.containerPrefix"],
  [{ tmpfs: ["/tmp:noexec"] }, "docker.tmpfs"],
  [{ binds: ["volume:/x"] }, "docker.binds"],
  [{ binds: ["/a:/workspace"] }, "docker.binds"],
  [{ memory: "lots" }, "docker.memory"],
  [{ ulimits: { nonsense: 1 } }, "docker.ulimits"],
  [{ dns: ["resolver"] }, "docker.dns"],
  [{ extraHosts: ["db:host-gateway"] }, "docker.extraHosts"],
  [{ workdir: "work" }, "docker.workdir"],
])("%j is refused by name before anything runs", async (docker, key) => {
  const run = () => Promise.reject(new Error("nothing may run"));
  await expect(sandboxOf({ docker }, { run, platform: "linux" })).rejects.toThrow(
    `sandbox backend bwrap does not support ${key}`,
  );
});

test("without bubblewrap, or without its namespaces, there is an error that says what is missing", async () => {
  const env = { HOME: base, OPENCLAW_STATE_DIR: join(base, "state"), PATH: base };
  const run = async () => ({ code: 1, stdout: "", stderr: "bwrap: No permissions to create new namespace" });
  await expect(sandboxOf({}, { platform: "darwin" })).rejects.toThrow("sandbox backend bwrap needs Linux");
  writeFileSync(join(base, "bwrap"), "", { mode: 0o755 });
  await expect(sandboxOf({}, { platform: "linux", env, run })).rejects.toThrow(
    "cannot make its namespaces on this machine: bwrap: No permissions to create new namespace",
  );
});

test("limits go to a control group that is delegated to the Gateway", async () => {
  const mount = join(base, "cgroup");
  mkdirSync(join(mount, "user.slice", "gateway"), { recursive: true });
  writeFileSync(join(base, "self"), "0::/user.slice/gateway\n");
  writeFileSync(join(mount, "user.slice", "cgroup.subtree_control"), "cpu memory pids\n");
  writeFileSync(join(mount, "user.slice", "cgroup.procs"), "");
  const bwrap = join(base, "bwrap");
  writeFileSync(bwrap, "", { mode: 0o755 });
  const sandbox = await sandboxOf(
    { docker: { pidsLimit: 64, memory: "512m", cpus: 1.5 } },
    {
      platform: "linux",
      env: { ...gatewayEnv(), PATH: base },
      run: async () => ({ code: 0, stdout: "", stderr: "" }),
      cgroups: { mount, self: join(base, "self") },
    },
  );
  const group = join(mount, "user.slice", "openclaw-sbx-agent-main-0d71ad7a");
  const limit = (name: string) => readFileSync(join(group, name), "utf8");
  expect([limit("pids.max"), limit("memory.max"), limit("cpu.max")]).toEqual(["64", "536870912", "150000 100000"]);
  const { file, args } = sandbox.launch({ command: "true", cwd: "/workspace", env: {}, pty: false });
  expect([file, args[0]]).toEqual(["/bin/sh", "-c"]);
  expect(args.slice(2, 6)).toEqual(["sh", group, "", bwrap]);
  expect(args).not.toContain("prlimit");
});
