import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ApprovalsFile, openApprovalsStore } from "@openclaw/approvals";
import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { doCommand } from "./node-commands.ts";
import type { RunEnd } from "./run-process.ts";
import type { SystemRunOptions } from "./system-run.ts";

let dir = "";
let told: { event: string; payload: Record<string, unknown> }[] = [];
let options: SystemRunOptions;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-node-")));
  told = [];
  options = {
    approvals: openApprovalsStore({
      stateDir: join(dir, "state"),
      clock: { now: () => 1_700_000_000_000 },
      log: silentLog,
    }),
    safeBins: () => undefined,
    skillBins: async () => ["forecast"],
    env: { PATH: "/usr/bin:/bin", HOME: dir, OPENCLAW_GATEWAY_TOKEN: "hush", OPENCLAW_GATEWAY_PASSWORD: "hush" },
    platform: "linux",
    spawn,
    log: silentLog,
    tell: (event, payload) => told.push({ event, payload }),
    signal: new AbortController().signal,
  };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const rules = async (file: Omit<ApprovalsFile, "version">) => {
  const { hash } = await options.approvals.ensure();
  await options.approvals.save({ version: 1, ...file }, hash);
};
const allow = (...patterns: string[]) =>
  rules({
    agents: {
      main: { security: "allowlist", ask: "off", allowlist: patterns.map((pattern, id) => ({ id: `${id}`, pattern })) },
    },
  });
const run = (params: Record<string, unknown>) => doCommand("system.run", params, options) as Promise<RunEnd>;
const script = (rawCommand: string, more: object = {}) =>
  run({ command: ["/bin/sh", "-c", rawCommand], rawCommand, cwd: dir, ...more });
const echo = ["/bin/echo", "/usr/bin/echo"];

describe("system.run", () => {
  it("is off until the approvals file allows something (acceptance 8)", async () => {
    await expect(run({ command: ["echo", "hi"] })).rejects.toThrow("SYSTEM_RUN_DISABLED: security=deny");
    expect(told).toEqual([
      { event: "exec.denied", payload: expect.objectContaining({ reason: "security=deny", command: "echo hi" }) },
    ]);
    await allow(...echo);
    expect(await run({ command: ["echo", "hi"] })).toMatchObject({ exitCode: 0, success: true, stdout: "hi\n" });
    expect(told.map(({ event }) => event)).toEqual(["exec.denied", "exec.started", "exec.finished"]);
    const { file } = await options.approvals.read();
    const used = file.agents?.main?.allowlist?.find(({ lastUsedCommand }) => lastUsedCommand !== undefined);
    expect(used).toMatchObject({ lastUsedCommand: "echo hi", lastResolvedPath: expect.stringMatching(/\/echo$/) });
  });

  it("lets a chain through when every program of it may run, and nothing that writes, expands or hides (acceptance 9)", async () => {
    await allow(...echo, "/usr/bin/env", "/bin/env");
    expect(await script("echo a | grep a")).toMatchObject({ stdout: "a\n" });
    expect(await script("env A=1 echo a")).toMatchObject({ stdout: "a\n" });
    const target = join(dir, "made");
    const refused = [
      `echo a > ${target}`,
      "echo $(id)",
      `sort -o ${target}`,
      "grep x *",
      "env rm x",
      "env sh -c 'rm x'",
    ];
    for (const command of refused) {
      await expect(script(command), command).rejects.toThrow("SYSTEM_RUN_DENIED: allowlist miss");
    }
    expect(existsSync(target)).toBe(false);
  });

  it("refuses a text that is not what would run (acceptance 10)", async () => {
    await rules({ defaults: { security: "full", ask: "off" } });
    const made = join(dir, "made");
    const refused = run({ command: ["/bin/sh", "-lc", `touch ${made}`], rawCommand: "echo ok" });
    await expect(refused).rejects.toThrow("INVALID_REQUEST: rawCommand does not match command");
    expect(existsSync(made)).toBe(false);
    expect(told).toEqual([]);
    await expect(run({ command: [] })).rejects.toThrow("INVALID_REQUEST: command required");
  });

  it("passes on harmless variables alone, and none of the Gateway's secrets (acceptance 12)", async () => {
    await rules({ defaults: { security: "full", ask: "off" } });
    const env = { LD_PRELOAD: "/evil.so", PATH: "/evil", NODE_OPTIONS: "-r x", OPENCLAW_GATEWAY_TOKEN: "x", FOO: "1" };
    const { stdout } = await run({ command: ["/usr/bin/env"], env });
    const names = stdout.split("\n").map((line) => line.split("=")[0]);
    expect(stdout).toContain("FOO=1");
    expect(stdout).toContain("PATH=/usr/bin:/bin\n");
    expect(names.filter((name) => /LD_|NODE_OPTIONS|GATEWAY/.test(String(name)))).toEqual([]);
    const prepended = await run({ command: ["/usr/bin/env"], env: { PATH: "/opt/bin:/usr/bin:/bin" } });
    expect(prepended.stdout).toContain("PATH=/opt/bin:/usr/bin:/bin");
  });

  it("keeps 200,000 bytes of output and kills what takes too long, children and all (acceptance 13)", async () => {
    await rules({ defaults: { security: "full", ask: "off" } });
    const big = await script("head -c 300000 /dev/zero | tr '\\0' x; echo more");
    expect(big.stdout).toBe(`${"x".repeat(200_000)}... (truncated)`);
    const slow = await script(`sleep 5; touch ${join(dir, "made")}`, { timeoutMs: 300 });
    expect(slow).toMatchObject({ timedOut: true, exitCode: null, success: false });
    expect(existsSync(join(dir, "made"))).toBe(false);
  });

  it("tells of a program that fails or is not there as a result, not as an error", async () => {
    await rules({ defaults: { security: "full", ask: "off" } });
    expect(await script("echo no >&2; exit 3")).toMatchObject({ exitCode: 3, success: false, stderr: "no\n" });
    expect(await run({ command: ["/no/such/program"] })).toMatchObject({
      exitCode: null,
      success: false,
      error: expect.stringContaining("ENOENT"),
    });
  });

  it("asks for an approval where the file says so, and allows for ever what was approved for ever", async () => {
    await rules({ agents: { main: { security: "allowlist", ask: "on-miss" } } });
    await expect(script("echo hi")).rejects.toThrow("SYSTEM_RUN_DENIED: approval required");
    expect(await script("env A=1 echo hi", { approved: true, approvalDecision: "allow-always" })).toMatchObject({
      exitCode: 0,
    });
    const { file } = await options.approvals.read();
    expect(file.agents?.main?.allowlist?.map(({ pattern }) => pattern)).toEqual([expect.stringMatching(/\/echo$/)]);
    expect(await script("echo again")).toMatchObject({ stdout: "again\n" });
    await expect(script("ls", { agentId: "other", approved: true })).rejects.toThrow("security=deny");
  });

  it("lets programs of skills run where the file says so", async () => {
    mkdirSync(join(dir, "bin"));
    writeFileSync(join(dir, "bin", "forecast"), "#!/bin/sh\necho sun\n");
    chmodSync(join(dir, "bin", "forecast"), 0o755);
    options = { ...options, env: { ...options.env, PATH: `${dir}/bin:/usr/bin:/bin` } };
    await rules({ agents: { main: { security: "allowlist", ask: "off" } } });
    await expect(run({ command: ["forecast"] })).rejects.toThrow("allowlist miss");
    await rules({ agents: { main: { security: "allowlist", ask: "off", autoAllowSkills: true } } });
    expect(await run({ command: ["forecast"] })).toMatchObject({ stdout: "sun\n" });
  });

  it("does not do what needs the desktop app", async () => {
    await rules({ defaults: { security: "full", ask: "off" } });
    await expect(script("ls", { needsScreenRecording: true })).rejects.toThrow("PERMISSION_MISSING: screenRecording");
    options = { ...options, env: { ...options.env, OPENCLAW_NODE_EXEC_HOST: "app" } };
    await expect(script("ls")).rejects.toThrow("COMPANION_APP_UNAVAILABLE: macOS app exec host unreachable");
  });
});

describe("the other commands of a node", () => {
  it("tell where programs are, by name alone", async () => {
    const found = await doCommand("system.which", { bins: ["sh", "no-such-program", "/etc/passwd"] }, options);
    expect(found).toEqual({ bins: { sh: expect.stringMatching(/\/sh$/) } });
    await expect(doCommand("system.which", {}, options)).rejects.toThrow("INVALID_REQUEST: bins required");
  });

  it("show the approvals file without its secret, and save it for who has seen it last (acceptance 15)", async () => {
    const first = (await doCommand("system.execApprovals.get", undefined, options)) as { hash: string };
    expect(JSON.stringify(first)).not.toContain("token");
    const save = (baseHash?: string, ask = "always") =>
      doCommand("system.execApprovals.set", { file: { version: 1, defaults: { ask } }, baseHash }, options);
    await expect(save()).rejects.toThrow("INVALID_REQUEST: exec approvals base hash required; reload and retry");
    await save(first.hash);
    await expect(save(first.hash, "off")).rejects.toThrow("INVALID_REQUEST: exec approvals changed; reload and retry");
    expect((await options.approvals.read()).file.defaults).toEqual({ ask: "always" });
  });

  it("are refused when there are none such", () => {
    expect(() => doCommand("camera.snap", {}, options)).toThrow("UNAVAILABLE: command not supported");
    expect(() => doCommand("browser.proxy", {}, options)).toThrow("UNAVAILABLE: this node host has no browser control");
  });
});
