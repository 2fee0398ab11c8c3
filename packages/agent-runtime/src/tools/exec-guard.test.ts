import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApprovalsStore } from "@openclaw/approvals";
import { silentLog } from "@openclaw/log";
import type { ToolResult } from "@openclaw/plugin-sdk";
import { systemClock } from "@openclaw/storage";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { systemTimers } from "../run/timers.ts";
import { type ScriptedDesk, scriptedDesk } from "../testing/scripted-desk.ts";
import { type ApprovedCommands, createApprovedCommands } from "./approved-command.ts";
import { createHostLauncher } from "./command-launcher.ts";
import { createExecGuard, type ElevatedSettings, type ExecCall, type ExecGuard } from "./exec-guard.ts";
import { createExecTool, type ExecConfig } from "./exec-tool.ts";
import { createJobRegistry } from "./jobs/job-registry.ts";

let root = "";
let bin = "";
let desk: ScriptedDesk;
let approved: ApprovedCommands;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-guard-")));
  bin = join(root, "bin");
  mkdirSync(bin);
  for (const name of ["ls", "date", "rm", "env", "nice", "busybox", "grep"]) {
    writeFileSync(join(bin, name), `#!/bin/sh\necho ran ${name}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  desk = scriptedDesk(() => 1000);
  approved = createApprovedCommands({ desk, timers: systemTimers, log: silentLog });
});
afterEach(async () => {
  await approved.stop();
  rmSync(root, { recursive: true, force: true });
});

const store = () => openApprovalsStore({ stateDir: root, clock: systemClock, log: silentLog });

interface Setup {
  config?: ExecConfig;
  sandboxed?: boolean;
  elevated?: ElevatedSettings;
}

function guard({ config = { host: "gateway" }, sandboxed = false, elevated }: Setup = {}): ExecGuard {
  return createExecGuard({
    config: () => config,
    agentId: "main",
    sessionKey: "agent:main:main",
    channel: "telegram",
    sandboxed,
    ...(elevated ? { elevated: () => elevated } : {}),
    approvals: { store: store(), desk },
    platform: "linux",
    log: silentLog,
  });
}

const jobs = createJobRegistry({ clock: systemClock, timers: systemTimers, log: silentLog, notify: () => {} });

const call = (command: string, more: Partial<ExecCall> = {}): ExecCall => ({
  command,
  cwd: root,
  env: { PATH: bin, SHELL: "/bin/sh" },
  requestedEnv: {},
  requested: {},
  ...more,
});

function exec(params: Record<string, unknown>, setup: Setup = {}): Promise<ToolResult> {
  const config = setup.config ?? { host: "gateway" as const };
  const tool = createExecTool({
    workspaceDir: root,
    homeDir: root,
    config: () => config,
    guard: guard({ ...setup, config }),
    approved,
    sessionKey: "agent:main:main",
    agentId: "main",
    env: { PATH: `${bin}:/usr/bin:/bin`, SHELL: "/bin/sh" },
    loginPath: async () => undefined,
    jobs,
    launcher: createHostLauncher(process.platform),
    mayBackground: false,
    clock: systemClock,
    timers: systemTimers,
    platform: process.platform,
  });
  const signal = new AbortController().signal;
  return tool.execute(params, { toolCallId: "c", signal, onUpdate: () => {} });
}
const text = (result: ToolResult) => (result.content[0]?.type === "text" ? result.content[0].text : "");
const fileOnDisk = () => JSON.parse(readFileSync(join(root, "exec-approvals.json"), "utf8"));
const write = (file: object) => writeFileSync(join(root, "exec-approvals.json"), JSON.stringify(file));
const allowed = (...names: string[]) =>
  write({ version: 1, agents: { main: { allowlist: names.map((name) => join(bin, name)) } } });

describe("a command on the Gateway's machine that is on no list", () => {
  it("is asked for; allowed for ever, it runs and no program of its chain is asked for again", async () => {
    const result = await exec({ command: "ls; date" });
    const [question] = desk.questions;
    const slug = question?.id.slice(0, 8);
    expect(text(result)).toBe(`Approval required (id ${slug}). Approve to run; updates will arrive after completion.`);
    expect(result.details).toEqual({
      status: "approval-pending",
      approvalId: question?.id,
      approvalSlug: slug,
      expiresAtMs: 121_000,
      host: "gateway",
      command: "ls; date",
      cwd: root,
    });
    expect(question).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      command: "ls; date",
      cwd: root,
      host: "gateway",
      security: "allowlist",
      ask: "on-miss",
      agentId: "main",
      resolvedPath: join(bin, "ls"),
      sessionKey: "agent:main:main",
      timeoutMs: 120_000,
    });

    desk.answer("allow-always");
    const event = await desk.event("finished");
    expect(event.text).toMatch(
      new RegExp(`^Exec finished \\(gateway id=${question?.id}, session=[\\w-]+, code 0\\)\\nran ls ran date$`),
    );
    expect(desk.startedIds).toEqual([question?.id]);
    const patterns = fileOnDisk().agents.main.allowlist.map((entry: { pattern: string }) => entry.pattern);
    expect(patterns).toEqual([join(bin, "ls"), join(bin, "date")]);

    expect(text(await exec({ command: "date | grep a; ls" }))).toContain("ran ls");
    expect(desk.questions).toHaveLength(1);
    expect(fileOnDisk().agents.main.allowlist[0]).toMatchObject({
      lastUsedCommand: "date | grep a; ls",
      lastResolvedPath: join(bin, "ls"),
      lastUsedAt: expect.any(Number),
    });
  });

  it("runs once when it is allowed once", async () => {
    await exec({ command: "rm x" });
    desk.answer("allow-once");
    await desk.event("finished");
    await exec({ command: "rm x" });
    expect(desk.questions).toHaveLength(2);
    expect(existsSync(join(root, "exec-approvals.json"))).toBe(false);
  });

  it("does not run when it is denied", async () => {
    const result = await exec({ command: "touch made" });
    desk.answer("deny");
    const { approvalId } = result.details as { approvalId: string };
    expect((await desk.event("denied")).text).toBe(`Exec denied (gateway id=${approvalId}, user-denied): touch made`);
    expect(desk.startedIds).toEqual([]);
    expect(existsSync(join(root, "made"))).toBe(false);
  });

  test.each([
    [undefined, "rm x", "approval-timeout"],
    ["deny", "rm x", "approval-timeout"],
    ["allowlist", "rm x", "approval-timeout (allowlist-miss)"],
  ])("without an answer and with the fallback %s does not run", async (askFallback, command, reason) => {
    write({ version: 1, ...(askFallback ? { defaults: { askFallback } } : {}) });
    await exec({ command });
    desk.answer(null);
    expect((await desk.event("denied")).text).toBe(
      `Exec denied (gateway id=${desk.questions[0]?.id}, ${reason}): ${command}`,
    );
  });

  test.each([
    ["full", "rm x"],
    ["allowlist", "ls"],
  ])("without an answer and with the fallback %s runs what that allows", async (askFallback, command) => {
    write({
      version: 1,
      defaults: { askFallback, ask: "always" },
      agents: { "*": { allowlist: [join(bin, "ls")] } },
    });
    await exec({ command });
    desk.answer(null);
    expect((await desk.event("finished")).text).toContain("code 0");
  });

  it("is refused when the question cannot be kept", async () => {
    desk.failNext();
    await expect(exec({ command: "rm x" })).rejects.toThrow(
      /^Exec denied \(gateway id=[0-9a-f-]{36}, approval-request-failed\): rm x$/,
    );
  });

  it("tells of a failing command, a long one and one over its time", async () => {
    await exec({ command: "exit 3" });
    desk.answer("allow-once");
    expect((await desk.event("finished")).text).toMatch(/session=[\w-]+, code 3\)$/);
    desk.events.length = 0;
    await exec({ command: "sleep 60", timeout: 0.1 }, { config: { host: "gateway", approvalRunningNoticeMs: 20 } });
    desk.answer("allow-once");
    expect((await desk.event("running")).text).toMatch(
      /^Exec running \(gateway id=.*, session=[\w-]+, >1s\): sleep 60$/,
    );
    expect((await desk.event("finished")).text).toMatch(/, timeout\)$/);
  });

  it("shows who approves the variables that come with it", async () => {
    await exec({ command: "ls", env: { GREETING: "it's me" } });
    expect(desk.questions[0]?.command).toBe("GREETING='it'\\''s me' ls");
  });
});

describe("the allowlist", () => {
  it("lets a wrapper through only with a listed command inside", async () => {
    allowed("env", "ls", "nice", "busybox");
    expect(await guard().check(call("env ls"))).toEqual({ kind: "run", host: "gateway" });
    for (const command of ["env rm x", "nice env rm x", "sh -c 'rm x'", "busybox rm x"]) {
      expect((await guard().check(call(command))).kind).toBe("pending");
    }
  });

  it("is no help to a command that brings its own shell or functions", async () => {
    allowed("ls");
    for (const name of ["SHELL", "BASH_FUNC_ls%%", "ZDOTDIR"]) {
      const permission = await guard().check(call("ls", { requestedEnv: { [name]: "/tmp/x" } }));
      expect(permission.kind).toBe("pending");
    }
    expect((await guard().check(call("ls", { requestedEnv: { LANG: "C" } }))).kind).toBe("run");
  });

  it("is no help in a shell whose language is another one", async () => {
    allowed("ls");
    const inTcsh = call("ls", { env: { PATH: bin, SHELL: "/bin/tcsh" } });
    expect((await guard().check(inTcsh)).kind).toBe("pending");
    const inFish = call("ls", { env: { PATH: bin, SHELL: "/usr/bin/fish" } });
    expect((await guard().check(inFish)).kind).toBe("run");
  });
});

describe("the rules", () => {
  const refusal = async (setup: Setup, more: Partial<ExecCall> = {}) => {
    const permission = await guard(setup).check(call("rm x", more));
    return permission.kind === "refused" ? permission.text : permission.kind;
  };

  it("are the stricter of configuration, call and file", async () => {
    expect(await refusal({ config: { host: "gateway", security: "full" } })).toBe("run");
    expect(await refusal({ config: { host: "gateway", security: "full" } }, { requested: { ask: "always" } })).toBe(
      "pending",
    );
    expect(
      await refusal({ config: { host: "gateway", ask: "always" } }, { requested: { security: "full", ask: "off" } }),
    ).toBe("pending");
    expect(await refusal({ config: { host: "gateway", ask: "off" } })).toBe("exec denied: allowlist miss");
    expect(await refusal({}, { requested: { security: "deny" } })).toBe("exec denied: host=gateway security=deny");
    write({ version: 1, defaults: { security: "allowlist" } });
    expect(await refusal({ config: { host: "gateway", security: "full" } })).toBe("pending");
    write({ version: 1, agents: { main: { security: "deny" } } });
    expect(await refusal({ config: { host: "gateway", security: "full" } })).toBe(
      "exec denied: host=gateway security=deny",
    );
  });

  it("deny everything when the approvals file cannot be read, which stays as it is", async () => {
    writeFileSync(join(root, "exec-approvals.json"), "{ broken");
    expect(await refusal({ config: { host: "gateway", security: "full" } })).toMatch(
      /^exec denied: host=gateway security=deny \(.*exec-approvals\.json cannot be used: /,
    );
    expect(readFileSync(join(root, "exec-approvals.json"), "utf8")).toBe("{ broken");
  });

  it("run directly in a session without a sandbox", async () => {
    expect(await guard({ config: {} }).check(call("rm x"))).toEqual({ kind: "run", host: "sandbox" });
    expect(await refusal({ config: {} }, { requested: { host: "gateway" } })).toBe(
      "exec host not allowed (requested gateway; configure tools.exec.host=sandbox to allow).",
    );
  });
});

describe("the host of a command", () => {
  const text = (requested: string, needed: string) =>
    `exec host not allowed (requested ${requested}; configure tools.exec.host=${needed} to allow).`;
  const permission = async (setup: Setup, more: Partial<ExecCall> = {}) => {
    const found = await guard(setup).check(call("rm x", more));
    return found.kind === "refused" ? found.text : found;
  };

  it("is the configured one: a call that names another is refused", async () => {
    for (const sandboxed of [false, true]) {
      for (const host of ["gateway", "node"] as const) {
        expect(await permission({ config: {}, sandboxed }, { requested: { host } })).toBe(text(host, "sandbox"));
      }
      expect(await permission({ config: {}, sandboxed }, { requested: { host: "sandbox" } })).toEqual({
        kind: "run",
        host: "sandbox",
      });
    }
    expect(await permission({ config: { host: "gateway" } }, { requested: { host: "node" } })).toBe(
      text("node", "gateway"),
    );
  });

  it("never leads out of a sandbox, whatever is configured and whatever rules would let it through", async () => {
    for (const host of ["gateway", "node"] as const) {
      const setup: Setup = { config: { host, security: "full", ask: "off" }, sandboxed: true };
      expect(await permission(setup)).toBe(text(host, "sandbox"));
      expect(await permission(setup, { requested: { host } })).toBe(text(host, "sandbox"));
      expect(await permission(setup, { requested: { host: "sandbox" } })).toBe(text("sandbox", "sandbox"));
      const may: Setup = { ...setup, elevated: { access: { allowed: true }, session: "full" } };
      expect(await permission(may)).toEqual({ kind: "run", host: "gateway" });
      expect(await permission(may, { elevated: false })).toBe(text(host, "sandbox"));
    }
  });
});

describe("elevated", () => {
  const may = { access: { allowed: true } } as const;

  it("leads out of the sandbox, under approvals or, at level full, without", async () => {
    const sandboxed = { config: {}, sandboxed: true };
    expect(await guard({ ...sandboxed, elevated: { ...may, session: "off" } }).check(call("rm x"))).toEqual({
      kind: "run",
      host: "sandbox",
    });
    const ask = { ...sandboxed, elevated: { ...may, session: "ask" } };
    expect((await guard(ask).check(call("rm x", { elevated: true }))).kind).toBe("pending");
    expect(await guard(ask).check(call("rm x", { elevated: false }))).toEqual({ kind: "run", host: "sandbox" });
    const full = { ...sandboxed, elevated: { ...may, session: "full" } };
    expect(await guard(full).check(call("rm x", { elevated: true }))).toEqual({ kind: "run", host: "gateway" });
  });

  it("is refused with the failing gate to others, and to everybody after /elevated off", async () => {
    const nobody = { access: { allowed: false as const, failing: ["allowFrom" as const] } };
    const permission = await guard({ config: {}, elevated: nobody }).check(call("rm x", { elevated: true }));
    expect(permission).toMatchObject({ kind: "refused" });
    expect(permission.kind === "refused" && permission.text).toContain(
      "elevated is not available right now (runtime=direct).\nFailing gates: allowFrom (tools.elevated.allowFrom.telegram /",
    );
    const off = { config: {}, elevated: { ...may, session: "off" } };
    expect((await guard(off).check(call("rm x", { elevated: true }))).kind).toBe("refused");
  });

  it("changes nothing without a sandbox", async () => {
    expect(await guard({ config: {}, elevated: may }).check(call("rm x", { elevated: true }))).toEqual({
      kind: "run",
      host: "sandbox",
    });
    expect((await guard({ elevated: { ...may, session: "full" } }).check(call("rm x", { elevated: true }))).kind).toBe(
      "pending",
    );
  });
});

test("a stop ends approved commands without a word; the next start has it", async () => {
  await exec({ command: "sleep 60" });
  desk.answer("allow-once");
  while (desk.startedIds.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await approved.stop();
  expect(desk.events).toEqual([]);
});
