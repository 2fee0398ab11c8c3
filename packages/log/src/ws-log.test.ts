import { expect, it } from "vitest";
import {
  createWsLogFormatter,
  formatWsValue,
  invalidWsLogStyle,
  parseWsLogStyle,
  previewAssistantText,
  shortenId,
} from "./index.ts";

const uuid = "4e3b0a4c-7e4e-4f0e-9d3e-0d1c2b3a4f5e";

it("shortens UUIDs and long ids", () => {
  expect(shortenId(uuid)).toBe("4e3b0a4c…4f5e");
  expect(shortenId("a".repeat(24))).toBe("a".repeat(24));
  expect(shortenId("abcdefghijklmnopqrstuvwxyz")).toBe("abcdefghijkl…wxyz");
});

it("cuts values and previews, and redacts them", () => {
  expect(formatWsValue("x".repeat(300))).toBe(`${"x".repeat(240)}…`);
  expect(previewAssistantText(`line one\nline two ${"y".repeat(300)}`)).toHaveLength(161);
  expect(formatWsValue({ token: "abcdefghijklmnopqrstuvwxyz" })).toBe('{"token":"abcdef…wxyz"}');
  expect(formatWsValue("run --token abcdefghijklmnopqrstuvwxyz")).toBe("run --token abcdef…wxyz");
});

it("knows the three styles", () => {
  expect(["auto", "full", "compact"].map(parseWsLogStyle)).toEqual(["auto", "full", "compact"]);
  expect(parseWsLogStyle("fancy")).toBeUndefined();
  expect(invalidWsLogStyle).toBe('Invalid --ws-log (use "auto", "full", "compact")');
});

it("shows only failed and slow responses and parse errors without --verbose", () => {
  const format = createWsLogFormatter({ verbose: false, style: "full" });
  const base = { conn: "c1", id: "r1", method: "health" };
  expect(format.response({ ...base, ok: true, durationMs: 50 })).toBeUndefined();
  expect(format.response({ ...base, ok: true, durationMs: 50.6 })).toBe("⇄ res ✓ health 51ms conn=c1 id=r1");
  expect(format.response({ ...base, ok: false, durationMs: 1, fields: { error: "no such method" } })).toBe(
    '⇄ res ✗ health 1ms error="no such method" id=r1',
  );
  expect(format.event({ event: "tick" })).toBeUndefined();
  expect(format.frame({ direction: "in", type: "req", conn: "c1" })).toBeUndefined();
  expect(format.parseError({ conn: "c1", error: "bad" })).toBe("← parse error error=bad");
});

it("shows a line per request and event with --verbose, the connection only when it changes", () => {
  const format = createWsLogFormatter({ verbose: true });
  const line = { id: uuid, method: "chat.send", ok: true, durationMs: 3 };
  expect(format.response({ ...line, conn: "a" })).toBe("⇄ res ✓ chat.send 3ms conn=a id=4e3b0a4c…4f5e");
  expect(format.response({ ...line, conn: "a" })).toBe("⇄ res ✓ chat.send 3ms id=4e3b0a4c…4f5e");
  expect(format.response({ ...line, conn: "b" })).toContain("conn=b");
  expect(
    format.event({ event: "chat", fields: { seq: 3, token: "abcdefghijklmnopqrstuvwxyz", gone: undefined } }),
  ).toBe("→ event chat seq=3 token=abcdef…wxyz");
  expect(format.frame({ direction: "in", type: "req", conn: "b" })).toBeUndefined();
});

it("shows a line per frame in style full", () => {
  const format = createWsLogFormatter({ verbose: true, style: "full" });
  expect(format.frame({ direction: "in", type: "req", conn: "a", id: "1", name: "health" })).toBe(
    "← req health conn=a id=1",
  );
  expect(format.frame({ direction: "out", type: "res", conn: "a", id: "1", ok: true })).toBe("→ res ✓ id=1");
  expect(format.response({ conn: "a", id: "1", method: "m", ok: false, durationMs: 1 })).toBeUndefined();
});
