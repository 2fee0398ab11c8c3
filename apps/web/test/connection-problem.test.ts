import { GatewayClientError } from "@openclaw/client";
import { describe, expect, it } from "vitest";
import { connectionProblem } from "../src/gateway/connection-problem.ts";

const refused = (message: string, details?: Record<string, unknown>, code = "INVALID_REQUEST") =>
  connectionProblem(
    new GatewayClientError("refused", message, { refusal: { code, message, ...(details ? { details } : {}) } }),
  );

describe("connectionProblem", () => {
  it.each([
    [
      "unauthorized: gateway token missing (open the dashboard URL and paste the token in Control UI settings)",
      { kind: "token", wrong: false },
    ],
    ["unauthorized: gateway token mismatch (…)", { kind: "token", wrong: true }],
    [
      "unauthorized: gateway password missing (enter the password in Control UI settings)",
      { kind: "password", wrong: false },
    ],
    ["unauthorized: gateway password mismatch (…)", { kind: "password", wrong: true }],
    ["unauthorized: too many failed authentication attempts (retry later)", { kind: "rate-limited" }],
    ["control ui requires HTTPS or localhost (secure context)", { kind: "insecure" }],
    [
      "origin not allowed (open the Control UI from the gateway host or allow it in gateway.controlUi.allowedOrigins)",
      { kind: "origin" },
    ],
    ["protocol mismatch", { kind: "protocol" }],
    ["something new", { kind: "other", message: "something new" }],
  ])("reads %s without details", (message, expected) => {
    expect(refused(message)).toEqual(expected);
  });

  it("prefers details", () => {
    expect(refused("x", { code: "AUTH_TOKEN_MISMATCH" })).toEqual({ kind: "token", wrong: true });
    expect(refused("x", { code: "AUTH_PASSWORD_MISSING" })).toEqual({ kind: "password", wrong: false });
    expect(refused("x", { code: "AUTH_RATE_LIMITED" })).toEqual({ kind: "rate-limited" });
    expect(
      refused(
        "pairing required: device is not approved yet",
        { code: "PAIRING_REQUIRED", requestId: "r1" },
        "NOT_PAIRED",
      ),
    ).toEqual({
      kind: "pairing",
      requestId: "r1",
    });
    expect(refused("device identity required", { code: "DEVICE_IDENTITY_REQUIRED" }, "NOT_PAIRED")).toEqual({
      kind: "token",
      wrong: false,
    });
  });

  it("tells an unreachable Gateway from a failure of this side", () => {
    expect(connectionProblem(new GatewayClientError("disconnected", "cannot reach ws://x"))).toEqual({
      kind: "unreachable",
    });
    expect(connectionProblem(new GatewayClientError("connect-failed", "no key"))).toEqual({
      kind: "other",
      message: "no key",
    });
  });
});
