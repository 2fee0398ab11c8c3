import fc from "fast-check";
import { expect, test } from "vitest";
import { displayTool, formatToolDisplay } from "./index.ts";

const show = (name: string, args: unknown) => formatToolDisplay(displayTool(name, args, { homeDir: "/home/ada" }));

test.each([
  ["read", { path: "/home/ada/notes.md" }, "📖 Read: ~/notes.md"],
  ["read", { path: "a.md", offset: 10, limit: 5 }, "📖 Read: a.md:10-15"],
  ["write", { path: "a.md", content: "secret" }, "✍️ Write: a.md"],
  ["edit", { file_path: "a.md" }, "📝 Edit: a.md"],
  ["exec", { command: "ls -l\necho more" }, "🛠️ Exec: ls -l"],
  ["exec", { command: "vim", pty: true, elevated: true }, "🛠️ Exec: vim · pty · elevated"],
  ["process", { action: "send_keys", sessionId: "quiet-otter" }, "🧰 Process: send keys · quiet-otter"],
  ["apply_patch", { input: "*** Begin Patch" }, "🩹 Apply Patch"],
  ["web_search", { query: "weather", count: 3 }, "🔎 Web Search: query weather · count 3"],
  ["web_fetch", { url: "https://example.com" }, "📄 Web Fetch: https://example.com"],
  ["browser", { action: "act", request: { kind: "click", ref: "e12" } }, "🌐 Browser: act · kind click · ref e12"],
  ["browser", { targetUrl: "https://a", ref: 0, node: true }, "🌐 Browser: url https://a · node true"],
  ["canvas", { action: "a2ui_push", jsonlPath: "a.jsonl" }, "🖼️ Canvas: A2UI push · a.jsonl"],
  [
    "nodes",
    { action: "camera_snap", node: "phone", facing: "front" },
    "📱 Nodes: camera snap · node phone · facing front",
  ],
  ["cron", { action: "add", job: { name: "daily" } }, "⏰ Cron: add · daily"],
  ["cron", { action: "run_now", id: "7", name: "daily" }, "⏰ Cron: run now · id 7 · name daily"],
  ["gateway", { action: "config.get" }, "🔌 Gateway: config get"],
  ["message", { action: "send", channel: "telegram", to: "1" }, "✉️ Message: send · channel telegram · to 1"],
  [
    "sessions_spawn",
    { task: "look", agentId: "ops", runTimeoutSeconds: 60 },
    "🧑‍🔧 Sub-agent: task look · agent ops · timeout 60",
  ],
  ["sessions_send", { sessionKey: "agent:main:main", message: "hi" }, "📨 Session Send: agent:main:main"],
  ["sessions_send", { to: "x", messageId: "m" }, "📨 Session Send: to x · message id m"],
  ["light_switch", { to: ["a", "b", "c", "d"], on: true }, "🧩 Light Switch: a, b, c…"],
  ["session_status", {}, "📊 Session Status"],
  ["constructor", { action: "toString" }, "🧩 Constructor: toString"],
  ["read", undefined, "📖 Read"],
  ["web_fetch", "not an object", "📄 Web Fetch"],
])("%s %j is announced as %j", (name, args, expected) => {
  expect(show(name, args)).toBe(expected);
});

test("a long value is cut after its secrets are masked", () => {
  expect(show("exec", { command: "x".repeat(200) })).toBe(`🛠️ Exec: ${"x".repeat(157)}…`);
  const command = `${"x".repeat(152)} s3cret`;
  const redact = (text: string) => text.replace("s3cret", "***");
  expect(displayTool("exec", { command: `${command}${"y".repeat(99)}` }, { redact }).detail).not.toContain("s3c");
});

test("only whole paths of the home folder are shortened", () => {
  expect(show("exec", { command: "cp /home/ada/a /home/adam/b /mnt/home/ada/c; cd /home/ada" })).toBe(
    "🛠️ Exec: cp ~/a /home/adam/b /mnt/home/ada/c; cd ~",
  );
});

test("whatever a model sends, the announcement is one short line", () => {
  fc.assert(
    fc.property(fc.string(), fc.anything(), (name, args) => {
      const { detail } = displayTool(name, args);
      expect(detail ?? "").not.toContain("\n");
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom("message", "browser", "x"), fc.dictionary(fc.string(), fc.anything()), (name, args) => {
      expect((displayTool(name, args).detail ?? "").length).toBeLessThan(12 * 500);
    }),
  );
});
