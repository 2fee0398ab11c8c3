import { expect, test } from "vitest";
import { displayTool, formatToolDisplay } from "./tool-display.ts";

const show = (name: string, args: Record<string, unknown>) =>
  formatToolDisplay(displayTool(name, args, { homeDir: "/home/ada" }));

test.each([
  ["read", { path: "/home/ada/notes.md" }, "📖 Read: ~/notes.md"],
  ["read", { path: "a.md", offset: 10, limit: 5 }, "📖 Read: a.md:10-15"],
  ["exec", { command: "ls -l\necho more" }, "🛠️ Exec: ls -l"],
  ["edit", { file_path: "a.md" }, "📝 Edit: a.md"],
  ["web_search", { query: "weather" }, "🔎 Web Search: weather"],
  ["cron", { action: "run_now", id: "7", name: "daily" }, "⏰ Cron: run now · id 7 · name daily"],
  ["light_switch", { to: ["a", "b", "c", "d"], on: true }, "🧩 Light Switch: a, b, c…"],
  ["session_status", {}, "📊 Session Status"],
])("%s %j is announced as %j", (name, args, expected) => {
  expect(show(name, args)).toBe(expected);
});

test("a long value is cut and secrets are masked", () => {
  expect(show("exec", { command: "x".repeat(200) })).toBe(`🛠️ Exec: ${"x".repeat(157)}…`);
  expect(
    displayTool("exec", { command: "echo s3cret" }, { homeDir: "/h", redact: (text) => text.replace("s3cret", "***") })
      .detail,
  ).toBe("echo ***");
});
