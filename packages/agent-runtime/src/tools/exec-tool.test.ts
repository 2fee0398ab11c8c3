import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import type { ToolResult } from "@openclaw/plugin-sdk";
import { systemClock } from "@openclaw/storage";
import { afterAll, expect, test } from "vitest";
import { systemTimers, type Timers } from "../run/timers.ts";
import { createApprovedCommands } from "./approved-command.ts";
import { createHostLauncher } from "./command-launcher.ts";
import { createExecGuard } from "./exec-guard.ts";
import { printable } from "./exec-output.ts";
import { createExecTool, type ExecConfig } from "./exec-tool.ts";
import { createJobRegistry } from "./jobs/job-registry.ts";
import { readLoginPath } from "./login-path.ts";
import { ToolFailure } from "./tool-failure.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-exec-")));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Setup {
  config?: ExecConfig;
  env?: NodeJS.ProcessEnv;
  timers?: Timers;
  signal?: AbortSignal;
  onUpdate?: (partial: ToolResult) => void;
}

function exec(params: Record<string, unknown>, setup: Setup = {}): Promise<ToolResult> {
  const config = () => setup.config ?? {};
  const timers = setup.timers ?? systemTimers;
  const scope = { sessionKey: "agent:main:main", agentId: "main" };
  const jobs = createJobRegistry({ clock: systemClock, timers, log: silentLog, notify: () => {} });
  const tool = createExecTool({
    jobs,
    launcher: createHostLauncher(process.platform),
    mayBackground: false,
    workspaceDir: dir,
    homeDir: dir,
    config,
    guard: createExecGuard({
      config,
      ...scope,
      channel: "webchat",
      sandboxed: false,
      platform: process.platform,
      log: silentLog,
    }),
    approved: createApprovedCommands({ desk: undefined, timers, log: silentLog }),
    ...scope,
    env: { PATH: process.env.PATH, SHELL: "/bin/sh", ...setup.env },
    loginPath: async () => "/login/bin:/usr/bin",
    clock: systemClock,
    timers,
    platform: process.platform,
  });
  const signal = setup.signal ?? new AbortController().signal;
  return tool.execute(params, { toolCallId: "c", signal, onUpdate: setup.onUpdate ?? (() => {}) });
}

const text = (result: ToolResult) => (result.content[0]?.type === "text" ? result.content[0].text : "");

async function failure(params: Record<string, unknown>, setup: Setup = {}): Promise<ToolFailure> {
  const error = await exec(params, setup).then(
    (result) => new Error(`succeeded: ${text(result)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ToolFailure) return error;
  throw error;
}

test("returns what a command wrote, in order", async () => {
  const result = await exec({ command: "echo out; echo err >&2; pwd" });
  expect(text(result).split("\n").sort()).toEqual([dir, "err", "out"].sort());
  expect(result.details).toMatchObject({ status: "completed", exitCode: 0, cwd: dir });
});

test("says so when there is no output", async () => {
  expect(text(await exec({ command: "true" }))).toBe("(no output)");
});

test("a failing command tells output and exit code", async () => {
  const error = await failure({ command: "echo broken; exit 3" });
  expect(error.message).toBe("broken\n\nCommand exited with code 3");
  expect(error.details).toMatchObject({ status: "failed", exitCode: 3, exitSignal: null, timedOut: false, cwd: dir });
});

test("an empty command is refused", async () => {
  expect((await failure({ command: "  " })).message).toBe("Provide a command to start.");
});

test("a command over its time limit is stopped with everything it started", async () => {
  const error = await failure({ command: "sleep 60 & echo started; wait", timeout: 0.2 });
  expect(error.message).toBe("started\n\nCommand timed out after 0.2 seconds");
  expect(error.details).toMatchObject({ timedOut: true });
});

test("a command that ignores the polite signal is killed", async () => {
  const quick: Timers = { after: (ms, fn) => systemTimers.after(Math.min(ms, 100), fn) };
  const error = await failure(
    { command: "trap '' TERM; echo on; while :; do sleep 0.05; done", timeout: 1 },
    { timers: quick },
  );
  expect(error.message).toContain("Command timed out after 1 seconds");
  expect(error.details).toMatchObject({ exitSignal: "SIGKILL" });
});

test("aborting the run kills the process group", async () => {
  const controller = new AbortController();
  const running = failure(
    { command: "echo $$; sleep 60 & sleep 60" },
    { signal: controller.signal, onUpdate: () => controller.abort(new Error("stop")) },
  );
  const error = await running;
  expect(error.message).toMatch(/^\d+\n\nCommand aborted by signal SIGTERM$/);
  // Ended processes whose parent has not collected them yet are listed with state Z.
  const processes = execFileSync("ps", ["-A", "-o", "pgid=,stat="], { encoding: "utf8" }).split("\n");
  const group = error.message.split("\n")[0];
  expect(processes.filter((line) => line.trim().split(/\s+/)[0] === group && !line.includes("Z"))).toEqual([]);
});

test("a child left in the background does not hold up the answer", async () => {
  const started = performance.now();
  expect(text(await exec({ command: "sleep 30 & echo done" }))).toBe("done");
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("keeps the last 200000 characters", async () => {
  const result = await exec({
    command: "head -c 100000 /dev/zero | tr '\\0' a; head -c 200000 /dev/zero | tr '\\0' b",
  });
  expect(result.details).toMatchObject({ aggregated: "b".repeat(200_000), truncated: true });
});

test("shows progress while the command runs", async () => {
  const updates: ToolResult[] = [];
  await exec({ command: "echo first; sleep 0.2; echo second" }, { onUpdate: (partial) => updates.push(partial) });
  expect(updates[0]?.details).toMatchObject({ status: "running", tail: "first\n", cwd: dir, pid: expect.any(Number) });
});

test("characters cut between two pieces and invalid bytes do no harm", async () => {
  const result = await exec({ command: "printf '\\303'; sleep 0.1; printf '\\274 \\377 \\033[31mred\\033[0m\\007'" });
  expect(text(result)).toBe("ü \ufffd red");
});

test("control and format characters are removed, layout stays", () => {
  expect(printable("a\tb\r\n\u0000\u200bc\u001b[2Kd\u0085")).toBe("a\tb\r\ncd");
});

test("secrets of the Gateway do not reach the command", async () => {
  const env = { OPENAI_API_KEY: "k1", OPENCLAW_GATEWAY_TOKEN: "k2", GITHUB_TOKEN: "mine" };
  expect(text(await exec({ command: "env" }, { env }))).not.toMatch(/OPENAI_API_KEY|OPENCLAW_GATEWAY_TOKEN/);
  expect(text(await exec({ command: "echo $GITHUB_TOKEN" }, { env }))).toBe("mine");
  expect(text(await exec({ command: "echo $OPENAI_API_KEY" }, { env, config: { inheritSecrets: true } }))).toBe("k1");
});

test("PATH has the configured folders first and the login shell's last", async () => {
  const result = await exec(
    { command: "echo $PATH" },
    { env: { PATH: "/usr/bin:/bin" }, config: { pathPrepend: ["/first"] } },
  );
  expect(text(result)).toBe("/first:/usr/bin:/bin:/login/bin");
});

test.each(["LD_PRELOAD", "DYLD_INSERT_LIBRARIES", "NODE_OPTIONS", "BASH_ENV"])("%s is refused", async (name) => {
  const error = await failure({ command: "touch ran-anyway", env: { [name]: "x" } });
  expect(error.message).toBe(`Security Violation: Environment variable '${name}' is forbidden during host execution.`);
  expect(existsSync(join(dir, "ran-anyway"))).toBe(false);
});

test("a custom PATH is refused, an ordinary variable is passed", async () => {
  const nothingRan = { command: "touch ran-anyway", env: { path: "x" } };
  expect((await failure(nothingRan)).message).toBe(
    "Security Violation: Custom 'PATH' variable is forbidden during host execution.",
  );
  expect(existsSync(join(dir, "ran-anyway"))).toBe(false);
  expect(text(await exec({ command: "echo $GREETING", env: { GREETING: "hi" } }))).toBe("hi");
});

test("a missing folder is replaced with a warning", async () => {
  const result = await exec({ command: "true", workdir: "nowhere" });
  expect(text(result)).toBe(`Warning: workdir "nowhere" is unavailable; using "${process.cwd()}".\n(no output)`);
});

test("background parameters are answered with a warning", async () => {
  expect(text(await exec({ command: "echo hi", background: true, yieldMs: 10 }))).toBe(
    "Warning: background execution is disabled; running synchronously.\nhi",
  );
});

test("permission rules", async () => {
  const denied = async (config: ExecConfig, params: Record<string, unknown> = {}) =>
    (await failure({ command: "echo ran", ...params }, { config })).message;
  expect(await denied({}, { host: "gateway" })).toBe(
    "exec host not allowed (requested gateway; configure tools.exec.host=sandbox to allow).",
  );
  expect(await denied({ host: "gateway", security: "deny" })).toBe("exec denied: host=gateway security=deny");
  expect(await denied({ host: "gateway", security: "full" }, { security: "deny" })).toBe(
    "exec denied: host=gateway security=deny",
  );
  expect(await denied({ host: "gateway", ask: "off" })).toBe("exec denied: allowlist miss");
  expect(await denied({ host: "gateway" })).toContain("nobody can be asked here");
  expect(await denied({ host: "gateway", security: "full", ask: "always" })).toContain("nobody can be asked here");
  expect(await denied({ host: "node" })).toContain("paired node");
  expect(await denied({}, { security: "bogus" })).toBe("security must be one of: deny, allowlist, full");
  expect(text(await exec({ command: "echo ran" }, { config: { host: "gateway", security: "full" } }))).toBe("ran");
});

test("the login shell's PATH is read from the shell itself", async () => {
  const path = await readLoginPath({ SHELL: "/bin/sh", PATH: "/usr/bin:/bin", HOME: dir }, "linux");
  expect(path).toContain("/bin");
  expect(await readLoginPath({ SHELL: "/usr/bin/fish" }, "linux")).toBeUndefined();
});
