import { describe, expect, it } from "vitest";
import { toolDisplay } from "../src/chat/tool-display.ts";

describe("toolDisplay", () => {
  it.each([
    ["read", { path: "notes.md" }, "📖 Read: notes.md"],
    ["read", { path: "notes.md", offset: 10, limit: 5 }, "📖 Read: notes.md:10-15"],
    ["exec", { command: "ls -la\nrm x", pty: true }, "🛠️ Exec: ls -la · pty"],
    ["process", { action: "poll", sessionId: "s1" }, "🧰 Process: poll · s1"],
    ["write", { path: "a.md", content: "secret" }, "✍️ Write: a.md"],
    ["cron", { action: "run_now", id: "j1" }, "⏰ Cron: run now · j1"],
    ["sessions_send", { to: "x", messageId: "m" }, "📨 Session Send: to x · message id m"],
    ["browser", { targetUrl: "https://a", ref: 0, node: true }, "🌐 Browser: url https://a · node true"],
    ["my_own-tool", { query: ["a", "b", "c", "d"] }, "🧩 My Own Tool: a, b, c…"],
    ["read", undefined, "📖 Read: "],
    ["web_fetch", "not an object", "📄 Web Fetch: "],
  ])("%s %j is %s", (name, args, expected) => {
    const { emoji, title, detail } = toolDisplay(name, args);
    expect(`${emoji} ${title}: ${detail}`).toBe(expected);
  });

  it("prefers the Gateway's own description and keeps it short", () => {
    expect(toolDisplay("read", { path: "a" }, "~/a").detail).toBe("~/a");
    expect(toolDisplay("exec", { command: "x".repeat(300) }).detail).toBe(`${"x".repeat(157)}…`);
  });
});
