import { expect, it } from "vitest";
import { checkOrigin } from "./index.ts";

const allowedOrigins = ["https://Claw.Example.com/", "tauri://localhost"];

it.each([
  ["https://claw.example.com", "127.0.0.1:18789", "allowed-origin"],
  ["https://claw.example.com:443", "127.0.0.1:18789", "allowed-origin"],
  ["tauri://localhost", "127.0.0.1:18789", "allowed-origin"],
  ["http://192.168.1.5:18789", "192.168.1.5:18789", "same-host"],
  ["https://gw.tail1.ts.net", "GW.tail1.ts.net", "same-host"],
  ["http://gw", "gw:80", "same-host"],
  ["http://localhost:5173", "127.0.0.1:18789", "loopback"],
  ["http://[::1]:3000", "localhost:18789", "loopback"],
  ["http://127.0.0.9", "localhost", "loopback"],
])("lets %s talk to %s (%s)", (origin, host, matched) => {
  expect(checkOrigin({ origin, host, allowedOrigins })).toEqual({ ok: true, matched });
});

it.each([
  [undefined, "localhost", "missing-origin"],
  ["", "localhost", "missing-origin"],
  ["null", "localhost", "invalid-origin"],
  ["not an origin", "localhost", "invalid-origin"],
  ["file://", "localhost", "invalid-origin"],
  ["https://user@localhost", "localhost", "invalid-origin"],
  ["https://localhost/path", "localhost", "invalid-origin"],
  ["https://evil.example", "127.0.0.1:18789", "foreign-origin"],
  ["https://127.0.0.1.evil.example", "127.0.0.1:18789", "foreign-origin"],
  ["http://localhost", "192.168.1.5:18789", "foreign-origin"],
  ["http://192.168.1.5", "192.168.1.5:18789", "foreign-origin"],
  ["http://claw.example.com", "127.0.0.1:18789", "foreign-origin"],
  ["chrome-extension://localhost", "localhost", "foreign-origin"],
  ["http://localhost:1", undefined, "foreign-origin"],
])("refuses %s for %s (%s)", (origin, host, reason) => {
  expect(checkOrigin({ origin, host, allowedOrigins })).toEqual({ ok: false, reason });
});

it("has no wildcard", () => {
  expect(checkOrigin({ origin: "https://evil.example", host: "localhost", allowedOrigins: ["*", "null"] }).ok).toBe(
    false,
  );
  expect(checkOrigin({ origin: "null", host: "localhost", allowedOrigins: ["null"] }).ok).toBe(false);
});
