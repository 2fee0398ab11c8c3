import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolResult } from "@openclaw/plugin-sdk";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { systemTimers, type Timers } from "../../run/timers.ts";
import {
  type CommandTools,
  type CommandToolsOptions,
  createCommandTools,
  detail,
  textOf,
} from "../../testing/command-tools.ts";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-process-")));
const opened: CommandTools[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((tools) => tools.jobs.stop()));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function open(options: Partial<CommandToolsOptions> = {}): CommandTools {
  const tools = createCommandTools({ workspaceDir: dir, ...options });
  opened.push(tools);
  return tools;
}

/** Runs a command in the background and gives its session. */
async function background(tools: CommandTools, command: string, more: Record<string, unknown> = {}): Promise<string> {
  const started = await tools.exec({ command, background: true, ...more });
  expect(detail(started, "status")).toBe("running");
  return detail(started, "sessionId");
}

/** Asks until the output holds what is waited for. */
async function pollUntil(tools: CommandTools, sessionId: string, wanted: RegExp): Promise<string> {
  let seen = "";
  for (;;) {
    const result = textOf(await tools.process({ action: "poll", sessionId }));
    seen += `${result}\n`;
    if (wanted.test(seen)) return seen;
    if (!result.includes("still running")) throw new Error(`never came: ${wanted} in ${seen}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The processes of a group; ended ones that nobody has collected yet have state Z. */
function membersOf(group: number | undefined): string[] {
  const lines = execFileSync("ps", ["-A", "-o", "pgid=,stat=,args="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => Number(line.trim().split(/\s+/, 1)[0]) === group && !/^\s*\d+\s+Z/.test(line));
}

const failure = (result: ToolResult) => ({ text: textOf(result), isError: result.isError, details: result.details });
const failed = (text: string) => ({ text, isError: true, details: { status: "failed" } });

describe("handing over", () => {
  test("a command that takes longer than its yield window goes on, and its session hears of its end", async () => {
    const tools = open();
    const ended = tools.nextNotice();
    const release = join(dir, "release");
    const started = await tools.exec({
      command: `until [ -e ${release} ]; do sleep 0.02; done; echo done`,
      yieldMs: 50,
    });
    const sessionId = detail(started, "sessionId");
    expect(sessionId).toMatch(/^[a-z]+-[a-z]+/);
    expect(textOf(started)).toBe(
      `Command still running (session ${sessionId}, pid ${detail(started, "pid")}). ` +
        "Use process (list/poll/log/write/kill/clear/remove) for follow-up.",
    );
    expect(started.details).toMatchObject({ status: "running", cwd: dir, tail: "" });
    expect(textOf(await tools.process({ action: "poll", sessionId }))).toBe(
      "(no new output)\n\nProcess still running.",
    );
    writeFileSync(release, "");
    expect(await ended).toBe(`Exec completed (${sessionId.slice(0, 8)}, code 0) :: done`);
    expect(tools.notices).toEqual([`agent:main:main: Exec completed (${sessionId.slice(0, 8)}, code 0) :: done`]);
    const polled = await tools.process({ action: "poll", sessionId });
    expect(textOf(polled)).toBe("done\n\nProcess exited with code 0.");
    expect(polled.details).toMatchObject({ status: "completed", sessionId, exitCode: 0, aggregated: "done" });
  });

  test("a command that ends within its window is answered as always and is not listed", async () => {
    const tools = open();
    expect(textOf(await tools.exec({ command: "echo quick", yieldMs: 60_000 }))).toBe("quick");
    expect(textOf(await tools.process({ action: "list" }))).toBe("No running or recent sessions.");
    expect(tools.notices).toEqual([]);
  });

  test("the window can be configured, and no window is longer than two minutes", async () => {
    const delays: number[] = [];
    const timers: Timers = {
      after: (ms, fn) => {
        delays.push(ms);
        return systemTimers.after(Math.min(ms, 20), fn);
      },
    };
    const tools = open({ timers, config: () => ({ backgroundMs: 345 }) });
    await tools.exec({ command: "sleep 5", timeout: 0 });
    await tools.exec({ command: "sleep 5", timeout: 0, yieldMs: 999_999 });
    expect(delays.slice(0, 2)).toEqual([345, 120_000]);
  });

  test("stopping the run ends a command it waits for and leaves one that went on", async () => {
    const tools = open();
    const controller = new AbortController();
    const sessionId = await background(tools, "sleep 60");
    const waiting = tools.exec(
      { command: "echo on; sleep 60" },
      { signal: controller.signal, onUpdate: () => controller.abort(new Error("stop")) },
    );
    await expect(waiting).rejects.toThrow("on\n\nCommand aborted by signal SIGTERM");
    expect(textOf(await tools.process({ action: "poll", sessionId }))).toContain("Process still running.");
  });

  test("without process a command is waited for, also when it asks to go on in the background", async () => {
    const tools = open({ mayBackground: false, config: () => ({ backgroundMs: 10 }) });
    expect(textOf(await tools.exec({ command: "sleep 0.1; echo hi", background: true, yieldMs: 10 }))).toBe(
      "Warning: background execution is disabled; running synchronously.\nhi",
    );
  });

  test("the session hears how a command failed, and nothing when it does not want to", async () => {
    const tools = open();
    const heard = tools.nextNotice();
    const sessionId = await background(tools, "printf 'a\\nb\\n' >&2; exit 3");
    expect(await heard).toBe(`Exec failed (${sessionId.slice(0, 8)}, code 3) :: a b`);
    const timed = tools.nextNotice();
    const slow = await background(tools, "sleep 60", { timeout: 0.05 });
    expect(await timed).toBe(`Exec failed (${slow.slice(0, 8)}, signal SIGTERM)`);

    const quiet = open({ config: () => ({ notifyOnExit: false }) });
    const silent = await background(quiet, "true");
    await quiet.jobs.get(silent, "agent:main")?.done;
    expect(quiet.notices).toEqual([]);
  });

  test("finished commands are forgotten after a while", async () => {
    const waiting: { ms: number; fn: () => void }[] = [];
    const timers: Timers = {
      after(ms, fn) {
        if (ms < 60_000) return systemTimers.after(ms, fn);
        waiting.push({ ms, fn });
        return () => {};
      },
    };
    const tools = open({ timers, config: () => ({ cleanupMs: 5 }) });
    const ended = tools.nextNotice();
    await background(tools, "true", { timeout: 0 });
    await ended;
    expect(textOf(await tools.process({ action: "list" }))).toContain("completed");
    expect(waiting.map(({ ms }) => ms)).toEqual([60_000]);
    waiting[0]?.fn();
    expect(textOf(await tools.process({ action: "list" }))).toBe("No running or recent sessions.");
  });

  test("a stop ends everything that runs, with what it started, and tells the sessions", async () => {
    const tools = open();
    const sessionId = await background(tools, "trap '' TERM; sleep 60 & echo ready; wait; sleep 60");
    await pollUntil(tools, sessionId, /ready/);
    const group = tools.jobs.get(sessionId, "agent:main")?.pid;
    expect(membersOf(group)).not.toEqual([]);
    await tools.jobs.stop();
    expect(membersOf(group)).toEqual([]);
    expect(tools.notices).toEqual([`agent:main:main: Exec failed (${sessionId.slice(0, 8)}, gateway stopped)`]);
    await expect(tools.exec({ command: "true" })).rejects.toThrow("no more commands are started");
  });
});

describe("actions", () => {
  test("list shows the agent's own background commands, the newest first", async () => {
    const tools = open();
    const first = await background(tools, "sleep 60 && echo x");
    const second = await background(tools, "cat");
    const listed = await tools.process({ action: "list" });
    const lines = textOf(listed).split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^${second} running   \\d+ms :: cat$`));
    expect(lines[1]).toMatch(new RegExp(`^${first} running   \\d+ms :: sleep 60$`));
    expect(listed.details).toMatchObject({
      status: "completed",
      sessions: [
        { sessionId: second, status: "running", command: "cat", cwd: dir, tail: "", truncated: false },
        { sessionId: first },
      ],
    });
    expect(textOf(await tools.process({ action: "list" }, "other"))).toBe("No running or recent sessions.");
    expect(textOf(await tools.process({ action: "poll", sessionId: first }, "other"))).toBe(
      `No session found for ${first}`,
    );
  });

  test("input can be written and ended, and what comes back is read once", async () => {
    const tools = open();
    const ended = tools.nextNotice();
    const sessionId = await background(tools, "cat; echo; echo over >&2");
    expect(textOf(await tools.process({ action: "write", sessionId, data: "größe\n" }))).toBe(
      `Wrote 8 bytes to session ${sessionId}.`,
    );
    await pollUntil(tools, sessionId, /größe/);
    expect(textOf(await tools.process({ action: "poll", sessionId }))).toContain("(no new output)");
    expect(textOf(await tools.process({ action: "write", sessionId, data: "end", eof: true }))).toBe(
      `Wrote 3 bytes to session ${sessionId} (stdin closed).`,
    );
    await ended;
    expect(failure(await tools.process({ action: "write", sessionId, data: "x" }))).toEqual(
      failed(`No active session found for ${sessionId}`),
    );
    const log = await tools.process({ action: "log", sessionId });
    expect(textOf(log).split("\n").sort()).toEqual(["end", "größe", "over"].sort());
    expect(log.details).toMatchObject({ status: "completed", total: 3, totalLines: 3, truncated: false, exitCode: 0 });
  });

  test("a closed input is told", async () => {
    const tools = open();
    const sessionId = await background(tools, "sleep 60");
    await tools.process({ action: "write", sessionId, eof: true });
    expect(failure(await tools.process({ action: "submit", sessionId }))).toEqual(
      failed(`Session ${sessionId} stdin is not writable.`),
    );
  });

  test("the log is read by lines", async () => {
    const tools = open();
    const ended = tools.nextNotice();
    const sessionId = await background(tools, "printf '1\\n2\\n3\\n4\\n'");
    await ended;
    const log = async (more: object) => textOf(await tools.process({ action: "log", sessionId, ...more }));
    expect(await log({ limit: 2 })).toBe("3\n4");
    expect(await log({ offset: 1, limit: 2 })).toBe("2\n3");
    expect(await log({ offset: 3 })).toBe("4");
    expect(await log({})).toBe("1\n2\n3\n4");
    expect(await log({ offset: 9 })).toBe("(no output recorded)");
  });

  test("kill ends a command with everything it started; clear and remove forget it", async () => {
    const quick: Timers = { after: (ms, fn) => systemTimers.after(ms === 2000 ? 100 : ms, fn) };
    const tools = open({ timers: quick });
    const sessionId = await background(tools, "trap '' TERM; echo ready; while :; do sleep 0.05; done");
    await pollUntil(tools, sessionId, /ready/);
    expect(failure(await tools.process({ action: "clear", sessionId }))).toEqual(
      failed(`No finished session found for ${sessionId}`),
    );
    const killed = await tools.process({ action: "kill", sessionId });
    expect(textOf(killed)).toBe(`Killed session ${sessionId}.`);
    expect(killed.details).toMatchObject({ status: "failed" });
    expect(textOf(await tools.process({ action: "poll", sessionId }))).toBe(
      "ready\n\nProcess exited with signal SIGKILL.",
    );
    expect(textOf(await tools.process({ action: "clear", sessionId }))).toBe(`Cleared session ${sessionId}.`);
    const running = await background(tools, "sleep 60");
    expect(textOf(await tools.process({ action: "remove", sessionId: running }))).toBe(`Removed session ${running}.`);
    expect(textOf(await tools.process({ action: "list" }))).toBe("No running or recent sessions.");
    // Who killed a command knows.
    expect(tools.notices).toEqual([]);
  });

  test("what cannot be done says why", async () => {
    const tools = open();
    const act = async (params: Record<string, unknown>) => failure(await tools.process(params));
    expect(await act({ action: "dance" })).toEqual(failed("Unknown action dance"));
    expect(await act({ action: "constructor" })).toEqual(failed("Unknown action constructor"));
    expect(await act({ action: "poll" })).toEqual(failed("sessionId is required for this action."));
    for (const action of ["poll", "log", "remove"]) {
      expect(await act({ action, sessionId: "no-one" })).toEqual(failed("No session found for no-one"));
    }
    for (const action of ["write", "send-keys", "submit", "paste", "kill"]) {
      expect(await act({ action, sessionId: "no-one" })).toEqual(failed("No active session found for no-one"));
    }
    const sessionId = await background(tools, "cat");
    expect(await act({ action: "send-keys", sessionId })).toEqual(failed("No key data provided."));
    expect(await act({ action: "paste", sessionId, text: "" })).toEqual(failed("No paste text provided."));
  });

  test("a command that its run waits for cannot be steered", async () => {
    const tools = open();
    let asked: Promise<ToolResult> | undefined;
    await tools.exec(
      { command: "echo on; sleep 0.2" },
      {
        onUpdate: (partial) => {
          asked ??= tools.process({ action: "kill", sessionId: detail(partial, "sessionId") });
        },
      },
    );
    expect(textOf((await asked) ?? { content: [] })).toMatch(/^Session [a-z-]+ is not backgrounded\.$/);
  });
});

describe("terminals", () => {
  test("a command gets a terminal of 120 columns whose cursor queries are answered", async () => {
    const tools = open();
    const result = await tools.exec({
      command:
        "stty size; stty -icanon -echo min 6 time 0; printf 'a\\033[6nb'; dd bs=1 count=6 2>/dev/null | od -An -c",
      pty: true,
    });
    expect(textOf(result)).toContain("30 120");
    expect(textOf(result)).toContain("ab");
    expect(textOf(result)).toMatch(/033\s+\[\s+1\s+;\s+1\s+R/);
  });

  test("keys arrive as typed, and Ctrl-C interrupts", async () => {
    const tools = open();
    const ended = tools.nextNotice();
    const sessionId = await background(tools, "stty raw -echo; echo ready; od -An -tx1 -w1 -v", { pty: true });
    await pollUntil(tools, sessionId, /ready/);
    const sent = await tools.process({
      action: "send-keys",
      sessionId,
      keys: ["F5", "M-x"],
      hex: ["ff"],
      literal: "q",
    });
    expect(textOf(sent)).toBe(`Sent 9 bytes to session ${sessionId}.`);
    const seen = await pollUntil(tools, sessionId, /78/);
    expect(seen.match(/\b[0-9a-f]{2}\b/g)?.join(" ")).toContain("71 ff 1b 5b 31 35 7e 1b 78");
    await tools.process({ action: "remove", sessionId });

    const echoing = await background(tools, "exec cat", { pty: true });
    await tools.process({ action: "send-keys", sessionId: echoing, literal: "hi", keys: ["Enter"] });
    // Once by the terminal, once by the program, which is there then.
    await pollUntil(tools, echoing, /hi[\s\S]*hi/);
    expect(textOf(await tools.process({ action: "send-keys", sessionId: echoing, keys: ["C-c"] }))).toContain(
      "Sent 1 bytes",
    );
    expect(await ended).toMatch(/^Exec failed \(.*, signal SIGINT\) :: hi hi/);
  });

  test("lines can be pasted and submitted", async () => {
    const tools = open();
    const ended = tools.nextNotice();
    const sessionId = await background(tools, "read line; echo got:$line", { pty: true });
    expect(textOf(await tools.process({ action: "paste", sessionId, text: "abc", bracketed: false }))).toBe(
      `Pasted 3 chars to session ${sessionId}.`,
    );
    expect(textOf(await tools.process({ action: "submit", sessionId }))).toBe(
      `Submitted session ${sessionId} (sent CR).`,
    );
    expect(await ended).toContain("got:abc");
  });

  test("where there is no terminal library the command runs without, and says so", async () => {
    const tools = open({ loadTerminal: () => Promise.reject(new Error("no such package")) });
    expect(textOf(await tools.exec({ command: "echo plain", pty: true }))).toBe(
      "Warning: PTY spawn failed (no such package); retrying without PTY for `echo plain`.\nplain",
    );
  });
});

test("100 MB of output are held in little memory, with the end kept", async () => {
  const tools = open();
  const before = process.memoryUsage().rss;
  let highest = before;
  const result = await tools.exec(
    { command: "yes 0123456789012345678901234567890123456789 | head -c 100000000; echo; echo end", yieldMs: 120_000 },
    { onUpdate: () => (highest = Math.max(highest, process.memoryUsage().rss)) },
  );
  expect(detail(result, "aggregated")).toHaveLength(200_000);
  expect(detail(result, "aggregated")).toMatch(/\nend$/);
  expect(result.details).toMatchObject({ truncated: true });
  expect(highest - before).toBeLessThan(90_000_000);
}, 30_000);
