import { expect, it } from "vitest";
import { signedPayload, signedToken } from "./signed-payload.ts";

const fields = {
  deviceId: "dev",
  clientId: "cli",
  clientMode: "cli",
  role: "operator",
  scopes: ["operator.read", "operator.write"],
  signedAtMs: 1_700_000_000_000,
  token: "t0k",
  nonce: "n-1",
  platform: " macOS 15İ ",
  deviceFamily: "Mac",
};

it("joins the fields of each version", () => {
  const common = "dev|cli|cli|operator|operator.read,operator.write|1700000000000|t0k";
  expect(signedPayload("v1", fields)).toBe(`v1|${common}`);
  expect(signedPayload("v2", fields)).toBe(`v2|${common}|n-1`);
  // Only ASCII capitals are lowered.
  expect(signedPayload("v3", fields)).toBe(`v3|${common}|n-1|macos 15İ|mac`);
});

it("leaves absent fields empty", () => {
  const { deviceId, clientId, clientMode, role, signedAtMs } = fields;
  expect(signedPayload("v3", { deviceId, clientId, clientMode, role, signedAtMs })).toBe(
    "v3|dev|cli|cli|operator||1700000000000||||",
  );
});

it("signs the first token that is set", () => {
  expect(signedToken({ token: "", deviceToken: "d", bootstrapToken: "b" })).toBe("d");
  expect(signedToken({ bootstrapToken: "b" })).toBe("b");
  expect(signedToken(undefined)).toBe("");
});
