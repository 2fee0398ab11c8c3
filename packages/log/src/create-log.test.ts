import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogOptions } from "./index.ts";
import { createLog, createRedactor, parseLogLine } from "./index.ts";

const start = new Date(2026, 1, 9, 23, 59, 58, 500).getTime();

let dir: string;
let now: number;
let troubles: string[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openclaw-log-test-"));
  now = start;
  troubles = [];
});

afterEach(() => {
  chmodSync(dir, 0o700);
  rmSync(dir, { recursive: true, force: true });
});

function open(options: LogOptions = {}) {
  return createLog({
    dir: join(dir, "logs"),
    console: false,
    clock: { now: () => now },
    hostname: "host-a",
    env: {},
    onTrouble: (message) => troubles.push(message),
    ...options,
  });
}

function lines(file: string): Record<string, unknown>[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function consoleText(options: LogOptions, use: (log: ReturnType<typeof open>) => void): string {
  const stream = new PassThrough();
  const log = open({ file: false, console: stream, ...options });
  use(log);
  return String(stream.read() ?? "");
}

describe("the log file", () => {
  it("holds one JSON object per line with the keys readers know", () => {
    const log = open();
    log.child("gateway").child("ws").warn("closed", { code: 1008 });
    log.child("gateway/ws").info("open");
    log.error("no subsystem", { a: 1 });
    const [withMeta, plain, unbound] = lines(log.file());
    const time = new Date(start).toISOString();
    expect(withMeta).toEqual({
      "0": '{"subsystem":"gateway/ws"}',
      "1": { code: 1008 },
      "2": "closed",
      _meta: {
        runtime: "node",
        runtimeVersion: process.versions.node,
        hostname: "host-a",
        name: '{"subsystem":"gateway/ws"}',
        parentNames: ["openclaw"],
        date: time,
        logLevelId: 4,
        logLevelName: "WARN",
      },
      time,
    });
    expect(plain).toMatchObject({ "0": '{"subsystem":"gateway/ws"}', "1": "open" });
    expect(plain).not.toHaveProperty("2");
    expect(unbound).toMatchObject({ "0": "no subsystem", "1": { a: 1 }, _meta: { name: "openclaw", logLevelId: 5 } });
  });

  it("is created with mode 0600 in a directory with mode 0700, with the first line", () => {
    const log = open();
    expect(existsSync(log.file())).toBe(false);
    log.info("x");
    expect(statSync(log.file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "logs")).mode & 0o777).toBe(0o700);
  });

  it("is named after the local date and the profile, and rolls at midnight without restart", () => {
    const log = open({ profile: "work" });
    log.info("evening");
    expect(log.file()).toBe(join(dir, "logs", "openclaw-work-2026-02-09.log"));
    now += 2_000;
    log.info("morning");
    expect(readdirSync(join(dir, "logs")).sort()).toEqual([
      "openclaw-work-2026-02-09.log",
      "openclaw-work-2026-02-10.log",
    ]);
    expect(lines(log.file())).toMatchObject([{ "0": "morning" }]);
  });

  it("deletes daily files older than 24 hours when it is opened and when it rolls, and nothing else", () => {
    const logs = join(dir, "logs");
    mkdirSync(logs);
    const age = (name: string, hours: number) => {
      writeFileSync(join(logs, name), "");
      const at = (now - hours * 3_600_000) / 1000;
      utimesSync(join(logs, name), at, at);
    };
    age("openclaw-2026-02-07.log", 25);
    age("openclaw-work-2026-01-01.log", 900);
    age("openclaw-2026-02-08.log", 23);
    age("notes.log", 900);
    const log = open();
    expect(readdirSync(logs).sort()).toEqual(["notes.log", "openclaw-2026-02-08.log"]);
    log.info("evening");
    now += 2 * 3_600_000;
    log.info("morning");
    expect(readdirSync(logs)).not.toContain("openclaw-2026-02-08.log");
  });

  it("stays at a fixed path, which is not rolled", () => {
    const file = join(dir, "deep", "my.log");
    const log = open({ file });
    log.info("evening");
    now += 86_400_000;
    log.info("next day");
    expect(log.file()).toBe(file);
    expect(lines(file)).toHaveLength(2);
  });

  it("obeys the file level alone, and silent writes nothing", () => {
    const log = open({ level: "warn", consoleLevel: "trace" });
    log.info("no");
    log.warn("yes");
    expect(lines(log.file())).toMatchObject([{ "0": "yes" }]);
    expect(log.isEnabled("info")).toBe(false);
    const silent = open({ file: join(dir, "silent.log"), level: "silent" });
    silent.fatal("no");
    expect(existsSync(join(dir, "silent.log"))).toBe(false);
    expect(silent.isEnabled("fatal")).toBe(false);
  });

  it("is followed when somebody renames it, within a second", () => {
    const file = join(dir, "my.log");
    const log = open({ file });
    log.info("one");
    renameSync(file, `${file}.1`);
    now += 1_000;
    log.info("two");
    expect(lines(file)).toMatchObject([{ "0": "two" }]);
  });

  it("does not continue a line that was torn by a power loss", () => {
    const file = join(dir, "my.log");
    appendFileSync(file, '{"0":"tor');
    const log = open({ file });
    log.info("whole");
    expect(readFileSync(file, "utf8").split("\n")[0]).toBe('{"0":"tor');
    expect(parseLogLine(readFileSync(file, "utf8").split("\n")[1] ?? "")).toMatchObject({ message: "whole" });
  });

  it("refuses a daily file that is a link", () => {
    const log = open();
    const target = join(dir, "victim");
    writeFileSync(target, "untouched\n");
    mkdirSync(join(dir, "logs"));
    symlinkSync(target, log.file());
    log.info("x");
    expect(readFileSync(target, "utf8")).toBe("untouched\n");
    expect(troubles).toHaveLength(1);
  });

  it("reports a write error once, goes on, and says later how many lines are missing", () => {
    const file = join(dir, "blocked", "my.log");
    writeFileSync(join(dir, "blocked"), "a file where the directory should be");
    const log = open({ file });
    log.info("lost 1");
    log.info("lost 2");
    now += 6_000;
    log.info("lost 3");
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain(file);
    expect(troubles[0]).toContain("logging.file");
    rmSync(join(dir, "blocked"));
    now += 6_000;
    log.info("kept");
    expect(lines(file)).toMatchObject([{ "1": "3 log lines could not be written to this file" }, { "0": "kept" }]);
  });

  it("leaves links with a daily file's name alone, and reports a directory in the file's place", () => {
    const logs = join(dir, "logs");
    writeFileSync(join(dir, "elsewhere"), "");
    mkdirSync(logs);
    symlinkSync(join(dir, "elsewhere"), join(logs, "openclaw-2020-01-01.log"));
    const log = open();
    expect(readdirSync(logs)).toEqual(["openclaw-2020-01-01.log"]);
    mkdirSync(log.file());
    log.info("x");
    expect(troubles).toHaveLength(1);
  });

  it("keeps every line of a process that is killed", async () => {
    const file = join(dir, "killed.log");
    const script = join(dir, "child.ts");
    const index = fileURLToPath(new URL("./index.ts", import.meta.url));
    writeFileSync(
      script,
      `import { createLog } from ${JSON.stringify(index)};
       const log = createLog({ file: ${JSON.stringify(file)}, console: false });
       for (let n = 0; n < 500; n++) log.info("line " + n);
       process.kill(process.pid, "SIGKILL");`,
    );
    const child = spawn(process.execPath, [script], { stdio: "ignore" });
    const [, signal] = await once(child, "exit");
    expect(signal).toBe("SIGKILL");
    const written = lines(file);
    expect(written).toHaveLength(500);
    expect(written[499]).toMatchObject({ "0": "line 499" });
  });

  it("is not written any more after close", async () => {
    const log = open();
    log.info("before");
    const file = log.file();
    await log.close();
    log.info("after");
    expect(lines(file)).toHaveLength(1);
    expect(log.file()).toBe("");
  });

  it("changes level and path on reconfigure, for child loggers too", () => {
    const log = open();
    const child = log.child("a");
    child.debug("no");
    const file = join(dir, "other.log");
    log.reconfigure({ level: "debug", file });
    child.debug("yes");
    expect(lines(file)).toMatchObject([{ "1": "yes" }]);
    log.reconfigure({ level: "error" });
    child.warn("no");
    expect(log.file()).toBe(file);
    expect(lines(file)).toHaveLength(1);
  });
});

describe("secrets and odd values", () => {
  it("are masked in message, metadata and console alike", () => {
    const stream = new PassThrough();
    const log = open({ console: stream });
    log.child("exec").info("run --token abcdefghijklmnopqrstuvwxyz");
    expect(lines(log.file())).toMatchObject([{ "1": "run --token abcdef…wxyz" }]);
    expect(String(stream.read())).toContain("run --token abcdef…wxyz");
  });

  it("are masked in metadata by name, at any depth, and by form", () => {
    const log = open();
    log.info("x", {
      account: { botToken: "short", note: "Authorization: Bearer abcdefghijklmnopqrstuvwxyz" },
      list: [{ password: 'with " quote and \\ backslash' }],
      sessionKey: "agent:main:main",
      maxTokens: 4096,
    });
    expect(lines(log.file())[0]?.["1"]).toEqual({
      account: { botToken: "***", note: "Authorization: Bearer abcdef…wxyz" },
      list: [{ password: "***" }],
      sessionKey: "agent:main:main",
      maxTokens: 4096,
    });
  });

  it("are masked by custom patterns written for JSON text", () => {
    const log = open({ redact: createRedactor({ patterns: ['"ssn":"([^"]+)"'] }) });
    log.info("x", { ssn: "123-45-6789", token: "shown, because custom patterns replace the built-in ones" });
    expect(lines(log.file())[0]?.["1"]).toEqual({
      ssn: "***",
      token: "shown, because custom patterns replace the built-in ones",
    });
  });

  it("never break logging", () => {
    const log = open();
    const circular: Record<string, unknown> = { name: "c" };
    circular.self = circular;
    const hostile = Object.defineProperty({}, "boom", {
      enumerable: true,
      get() {
        throw new Error("getter");
      },
    });
    const failure = new TypeError("bad --token abcdefghijklmnopqrstuvwxyz", { cause: new Error("inner") });
    log.info("x", {
      circular,
      hostile,
      failure,
      big: 10n,
      nan: Number.NaN,
      when: new Date(0),
      bytes: new Uint8Array(3),
      map: new Map([["k", new Set([1])]]),
      fn: () => 1,
      ["__proto__" as string]: "own",
    });
    const meta = lines(log.file())[0]?.["1"] as Record<string, unknown>;
    expect(meta).toMatchObject({
      circular: { name: "c", self: "[circular]" },
      hostile: "[not readable: getter]",
      failure: { name: "TypeError", message: "bad --token abcdef…wxyz", cause: { message: "inner" } },
      big: "10",
      nan: "NaN",
      when: "1970-01-01T00:00:00.000Z",
      bytes: "[3 bytes]",
      map: { k: [1] },
    });
    expect(JSON.stringify(meta)).not.toContain("abcdefghijkl");
  });

  it("may even be the message, from code without types", () => {
    const log = open();
    const untyped: { info(message: unknown): void } = { info: (message) => Reflect.apply(log.info, log, [message]) };
    untyped.info(Object.create(null));
    untyped.info(new Error("as message"));
    expect(lines(log.file())).toMatchObject([{ "0": "{}" }, { "0": expect.stringContaining("as message") }]);
  });

  it("does not write huge texts whole, nor half a secret at the cut", () => {
    const log = open();
    log.info(`${"word ".repeat(3_274)}sk-abcdefghijklmnopqrstuvwxyz ${"word ".repeat(100_000)}`);
    const message = String(lines(log.file())[0]?.["0"]);
    expect(message.length).toBeLessThan(16_500);
    expect(message).toMatch(/\(\d+ more characters\)$/);
    expect(message).not.toContain("sk-abcdefg");
  });
});

describe("the console", () => {
  it("shows pretty lines with local time, subsystem and message", () => {
    const text = consoleText({ consoleStyle: "pretty" }, (log) => {
      log.child("gateway/ws").info("ws: client connected", { hidden: 1 });
      log.info("plain");
    });
    expect(text).toBe("23:59:58 [ws] client connected\n23:59:58 plain\n");
  });

  it("shows compact lines with an ISO timestamp when it is not a terminal", () => {
    const text = consoleText({}, (log) => log.child("gateway/channels/telegram/send").warn("[telegram] sent"));
    expect(text).toBe(`${new Date(start).toISOString()} [telegram] sent\n`);
  });

  it("shows JSON with metadata that cannot replace the fixed keys", () => {
    const text = consoleText({ consoleStyle: "json", color: true }, (log) =>
      log.child("agents").error("failed", { code: 7, level: "fake", message: "fake" }),
    );
    expect(JSON.parse(text)).toEqual({
      time: new Date(start).toISOString(),
      level: "error",
      subsystem: "agents",
      message: "failed",
      code: 7,
    });
  });

  it("colours labels the same in every process, and errors red", () => {
    const once = () => consoleText({ consoleStyle: "pretty", color: true }, (log) => log.child("cron").error("x"));
    expect(once()).toBe(once());
    expect(once()).toContain("\u001b[31mx\u001b[0m");
    expect(once()).toContain("m[cron]\u001b[0m");
  });

  it.each([
    [{ NO_COLOR: "1" }, false],
    [{ FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    [{ FORCE_COLOR: "0" }, false],
    [{}, false],
  ])("decides about colour by %j", (env, colored) => {
    expect(consoleText({ env }, (log) => log.info("x")).includes("\u001b[")).toBe(colored);
  });

  it("has its own level", () => {
    const stream = new PassThrough();
    const log = open({ level: "warn", consoleLevel: "debug", console: stream });
    log.debug("console only");
    expect(String(stream.read())).toContain("console only");
    expect(existsSync(log.file())).toBe(false);
  });

  it("lets no message forge a line or move the cursor", () => {
    const text = consoleText({ consoleStyle: "pretty" }, (log) =>
      log.info("a\u001b[2J\u0007\r\n12:00:00 [gateway] ok"),
    );
    expect(text).toBe("23:59:58 a[2J\n  12:00:00 [gateway] ok\n");
  });

  it("ends quietly when its reader goes away, while the file goes on", async () => {
    let writes = 0;
    const pipe = new Writable({
      write(_chunk, _encoding, done) {
        writes++;
        done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
      },
    });
    const log = open({ console: pipe });
    log.info("one");
    await new Promise((resolve) => pipe.once("close", resolve));
    log.info("two");
    expect(writes).toBe(1);
    expect(lines(log.file())).toHaveLength(2);
  });

  it("says in the file why it ended when it was not a closed pipe", async () => {
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("disk full"), { code: "ENOSPC" })),
    });
    const log = open({ console: full });
    log.info("one");
    await new Promise((resolve) => full.once("close", resolve));
    expect(lines(log.file())).toMatchObject([{ "0": "one" }, { "1": "console output stopped: disk full." }]);
  });

  it("drops lines instead of filling memory when its reader is too slow", () => {
    const pending: (() => void)[] = [];
    const seen: string[] = [];
    const slow = new Writable({
      write(chunk, _encoding, done) {
        seen.push(String(chunk));
        pending.push(done);
      },
    });
    const log = open({ file: false, console: slow });
    for (let n = 0; n < 200; n++) log.info("x".repeat(10_000));
    expect(slow.writableLength).toBeLessThan(1_100_000);
    while (pending.length > 0) pending.shift()?.();
    log.info("last");
    while (pending.length > 0) pending.shift()?.();
    expect(seen.at(-1)).toMatch(/^… \d+ console lines dropped/);
    expect(seen.at(-1)).toContain("last");
  });
});
