import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ctrlC, enter, startProgram } from "./program-terminal.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "openclaw-terminal-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const file = () => path.join(home, ".openclaw", "openclaw.json");
const up = "\u001b[A";

it("channels add asks in a terminal, and writes what was agreed to and nothing before", {
  timeout: 60_000,
}, async () => {
  const terminal = startProgram(["channels", "add"], { home, env: { PATH: "/usr/bin:/bin" } });
  try {
    await terminal.answer("Select a channel", enter);
    await terminal.see("@BotFather");
    await terminal.answer("Enter Telegram bot token", `123:secret-of-a-test${enter}`);
    await terminal.answer("Select a channel", `${up}${enter}`);
    await terminal.answer("Configure DM access policies now?", "n");
    await terminal.answer("Add display names", "n");
    await terminal.see("telegram: default");
    expect(existsSync(file())).toBe(false);
    await terminal.answer("Write this?", "y");
    await terminal.see("Channels updated.");
    expect(await terminal.exit).toBe(0);
  } finally {
    terminal.stop();
  }
  expect(terminal.raw()).not.toContain("secret-of-a-test");
  expect(JSON.parse(readFileSync(file(), "utf8")).channels).toEqual({
    telegram: { enabled: true, botToken: "123:secret-of-a-test" },
  });
  const before = readFileSync(file(), "utf8");
  const again = startProgram(["channels", "add"], { home, env: { PATH: "/usr/bin:/bin" } });
  try {
    await again.answer("Select a channel", enter);
    await again.answer("Telegram already configured", ctrlC);
    await again.see("Setup cancelled.");
    expect(await again.exit).toBe(0);
  } finally {
    again.stop();
  }
  expect(readFileSync(file(), "utf8")).toBe(before);
});
