import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { spawn } from "@lydell/node-pty";
import { Terminal } from "@xterm/headless";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startScriptedModelServer } from "../../models/src/testing/scripted-model-server.ts";

const program = path.resolve(import.meta.dirname, "../../../apps/cli/bin/openclaw.js");
const enter = "\r";
const down = "\u001b[B";
const ctrlC = "\u0003";
const limitMs = 30_000;

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "openclaw-terminal-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** The program in a terminal of 80×24 columns, as its user sees it. */
function start(...argv: string[]) {
  const screen = new Terminal({ cols: 80, rows: 24, scrollback: 2000, allowProposedApi: true });
  const child = spawn(process.execPath, ["--conditions=@openclaw/source", "--no-warnings", program, ...argv], {
    cols: 80,
    rows: 24,
    cwd: home,
    env: { HOME: home, PATH: "/usr/bin:/bin", TERM: "xterm-256color", SHELL: "/bin/sh", OPENCLAW_GATEWAY_PORT: "9" },
  });
  let raw = "";
  let waiting: (() => void)[] = [];
  const wake = () => {
    const all = waiting;
    waiting = [];
    for (const each of all) each();
  };
  child.onData((data) => {
    raw += data;
    screen.write(data, wake);
  });
  let ended = false;
  const exit = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      // What was printed last is shown first.
      screen.write("", () => {
        ended = true;
        resolve(exitCode);
        wake();
      });
    });
  });
  const lines = () => {
    const { active } = screen.buffer;
    return Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? "");
  };
  const text = () => lines().join("\n");
  let seen = 0;
  /** Waits for a text below what was waited for before. */
  async function see(wanted: string): Promise<void> {
    const until = Date.now() + limitMs;
    for (;;) {
      const at = text().indexOf(wanted, seen);
      if (at >= 0) {
        seen = at;
        return;
      }
      if (ended || Date.now() > until) throw new Error(`"${wanted}" was not shown:\n${text().trimEnd()}`);
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        setTimeout(resolve, limitMs).unref();
      });
    }
  }
  return {
    see,
    exit,
    text,
    lines,
    raw: () => raw,
    type: (keys: string) => child.write(keys),
    /** Waits for a question and answers it. */
    async answer(question: string, keys: string) {
      await see(question);
      child.write(keys);
    },
    stop: () => {
      if (!ended) child.kill("SIGKILL");
    },
  };
}

const config = () => JSON.parse(readFileSync(path.join(home, ".openclaw/openclaw.json"), "utf8"));

describe.skipIf(process.platform === "win32")("onboard in a terminal", () => {
  it("goes from an empty home to a first answer", { timeout: 60_000 }, async () => {
    const server = await startScriptedModelServer();
    const flags = ["--flow", "quickstart", "--auth-choice", "custom-api-key", "--custom-base-url", server.openaiUrl];
    const terminal = start("onboard", ...flags, "--custom-model-id", "tiny", "--skip-health");
    try {
      await terminal.answer("Continue?", `y`);
      await terminal.answer("API key (blank", `test-key${enter}`);
      await terminal.answer("Which API", enter);
      await terminal.answer("Provider id", enter);
      await terminal.answer("Select channel (QuickStart)", enter);
      await terminal.answer("Configure skills now?", "n");
      await terminal.answer("Enable hooks?", enter);
      await terminal.see("Summary");
      await terminal.see("Model: custom-127-0-0-1/tiny");
      expect(existsSync(path.join(home, ".openclaw/openclaw.json"))).toBe(false);
      await terminal.answer("Write this?", "y");
      await terminal.answer("How do you want to hatch your bot?", enter);
      await terminal.see("You said: Wake up, my friend!");
      await terminal.see("Onboarding complete.");
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
      await server.close();
    }
    expect(terminal.raw()).not.toContain("test-key");
    expect(Math.max(...terminal.lines().map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(config().agents.defaults.model.primary).toBe("custom-127-0-0-1/tiny");
    expect((statSync(path.join(home, ".openclaw/openclaw.json")).mode & 0o777).toString(8)).toBe("600");
  });

  it("leaves nothing behind when it is interrupted, also after a key was typed", { timeout: 60_000 }, async () => {
    const terminal = start("onboard", "--flow", "quickstart", "--auth-choice", "xai-api-key");
    try {
      await terminal.answer("Continue?", "y");
      await terminal.answer("Enter xAI API key", `secret-of-a-test${enter}`);
      await terminal.answer("Select channel (QuickStart)", ctrlC);
      await terminal.see("Setup cancelled.");
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
    }
    expect(readdirSync(home)).toEqual([]);
    expect(terminal.raw()).not.toContain("secret-of-a-test");
    // The cursor is visible again.
    expect(terminal.raw().lastIndexOf("\u001b[?25h")).toBeGreaterThan(terminal.raw().lastIndexOf("\u001b[?25l"));
  });

  it("changes nothing of what is there when a reset was chosen and then interrupted", { timeout: 60_000 }, async () => {
    const first = start("onboard", "--non-interactive", "--accept-risk", "--skip-health");
    expect(await first.exit).toBe(0);
    const before = readFileSync(path.join(home, ".openclaw/openclaw.json"), "utf8");
    const terminal = start("onboard", "--accept-risk", "--flow", "quickstart", "--auth-choice", "skip");
    try {
      await terminal.answer("Config handling", `${down}${down}${enter}`);
      await terminal.answer("Reset scope", `${down}${down}${enter}`);
      await terminal.answer("Select channel (QuickStart)", ctrlC);
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
    }
    expect(readFileSync(path.join(home, ".openclaw/openclaw.json"), "utf8")).toBe(before);
    expect(existsSync(path.join(home, ".openclaw/workspace/BOOTSTRAP.md"))).toBe(true);
    expect(existsSync(path.join(home, ".local"))).toBe(false);
  });

  it("configures one section and leaves the rest, comments too", { timeout: 60_000 }, async () => {
    const first = start("onboard", "--non-interactive", "--accept-risk", "--skip-health");
    expect(await first.exit).toBe(0);
    const file = path.join(home, ".openclaw/openclaw.json");
    writeFileSync(file, readFileSync(file, "utf8").replace("{", "{\n  // mine"));
    const terminal = start("configure", "--section", "web");
    try {
      await terminal.answer("Where will the Gateway run?", enter);
      await terminal.answer("Enable web_search", "y");
      await terminal.answer("Brave Search API key", `brave-key${enter}`);
      await terminal.answer("Enable web_fetch", "n");
      await terminal.see("Configure complete.");
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
    }
    const text = readFileSync(file, "utf8");
    expect(text).toContain("// mine");
    expect(text).toContain('"lastRunCommand": "configure"');
    expect(JSON.parse(text.replace("// mine", "")).tools.web).toEqual({
      search: { enabled: true, apiKey: "brave-key" },
      fetch: { enabled: false },
    });
  });
});
