import type { OpenClawConfig } from "@openclaw/config";
import { describe, expect, it } from "vitest";
import { resolveTarget, secretConflicts } from "./gateway-target.ts";

const local = { gateway: { mode: "local", auth: { token: "from-config" } } } as OpenClawConfig;
const remote = {
  gateway: {
    mode: "remote",
    auth: { token: "local-secret", password: "local-password" },
    remote: { url: "wss://far.example:443", token: "remote-token" },
  },
} as OpenClawConfig;
const target = (config: OpenClawConfig, env: NodeJS.ProcessEnv = {}, flags = {}) =>
  resolveTarget({ config, configPath: "/c.json", env, flags, interfaces: {} });

describe("resolveTarget", () => {
  it("uses the local Gateway with the environment's secret before the configured one", () => {
    expect(target(local)).toMatchObject({ kind: "local", url: "ws://127.0.0.1:18789", token: "from-config" });
    expect(target(local, { OPENCLAW_GATEWAY_TOKEN: "env", OPENCLAW_GATEWAY_PORT: "1234" })).toMatchObject({
      url: "ws://127.0.0.1:1234",
      token: "env",
    });
  });

  it("sends only what is configured for the remote Gateway there", () => {
    const env = { OPENCLAW_GATEWAY_TOKEN: "env", OPENCLAW_GATEWAY_PASSWORD: "env-password" };
    expect(target(remote, env)).toMatchObject({
      kind: "remote",
      url: "wss://far.example:443",
      token: "remote-token",
      password: undefined,
    });
  });

  it("sends nothing but explicit credentials to an address given by hand, and refuses to go without", () => {
    const env = { OPENCLAW_GATEWAY_PASSWORD: "env-password" };
    expect(target(local, env, { url: "ws://h:1", token: "t" })).toMatchObject({
      kind: "override",
      url: "ws://h:1",
      token: "t",
      password: undefined,
    });
    expect(() => target(local, env, { url: "ws://h:1" })).toThrow(
      [
        "gateway url override requires explicit credentials",
        "Fix: pass --token or --password (or gatewayToken in tools).",
        "Config: /c.json",
      ].join("\n"),
    );
    expect(() => target(local, env, { url: "nonsense", token: "t" })).toThrow("not a WebSocket address");
    expect(target(local, env, { url: "ws://h", token: "t" }).url).toBe("ws://h:18789");
    expect(target(local, env, { url: "ws://h:80", token: "t" }).url).toBe("ws://h:80");
    for (const url of ["ws://8.8.8.8:1", "ws://gateway.example.com", "http://1.1.1.1"]) {
      expect(() => target(local, env, { url, token: "t" }), url).toThrow(
        "would send credentials and messages in the clear",
      );
    }
    for (const url of [
      "ws://192.168.1.5:1",
      "ws://100.101.102.103:1",
      "ws://mac.tail1.ts.net:1",
      "ws://mac.local:1",
      "ws://[::1]:1",
    ]) {
      expect(target(local, env, { url, token: "t" }).url, url).toBe(url);
    }
  });

  it("says what is missing in remote mode", () => {
    expect(() => target({ gateway: { mode: "remote" } } as OpenClawConfig)).toThrow(
      "gateway remote mode misconfigured: gateway.remote.url missing",
    );
  });

  it("follows the bind mode to the address the Gateway listens on", () => {
    const config = { gateway: { bind: "tailnet" } } as OpenClawConfig;
    const interfaces = { tailscale0: [{ address: "100.100.1.2" }] };
    expect(resolveTarget({ config, configPath: "/c", env: {}, interfaces })).toMatchObject({
      url: "ws://100.100.1.2:18789",
      bind: "tailnet",
    });
  });
});

describe("secretConflicts", () => {
  it("names both places and no value", () => {
    const [text = ""] = secretConflicts(local, { OPENCLAW_GATEWAY_TOKEN: "other-secret" });
    expect(text).toContain("OPENCLAW_GATEWAY_TOKEN");
    expect(text).toContain("gateway.auth.token");
    expect(text).not.toMatch(/other-secret|from-config/);
    expect(secretConflicts(local, { OPENCLAW_GATEWAY_TOKEN: "from-config" })).toEqual([]);
  });
});
