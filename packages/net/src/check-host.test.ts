import { describe, expect, it } from "vitest";
import { checkHost, isLoopbackHost, parseHostHeader } from "./index.ts";

describe("parseHostHeader", () => {
  it.each([
    ["LocalHost:18789", { host: "localhost", port: 18789, literal: false }],
    ["gw.example.", { host: "gw.example", literal: false }],
    ["[::1]:80", { host: "::1", port: 80, literal: true }],
    ["::1", { host: "::1", literal: true }],
    ["192.0.2.1:1", { host: "192.0.2.1", port: 1, literal: true }],
  ])("reads %s", (header, expected) => {
    expect(parseHostHeader(header)).toEqual(expected);
  });

  it.each(["", " ", "a b", "a@b", "a/b", "a,b", "host:99999", "host:", "[zz]", "[::1", "a..b", "-x", undefined])(
    "refuses %j",
    (header) => {
      expect(parseHostHeader(header)).toBeUndefined();
    },
  );

  it("takes time in proportion to the header", () => {
    const started = performance.now();
    expect(parseHostHeader(`${"a.".repeat(100_000)}!`)).toBeUndefined();
    expect(parseHostHeader(`[${":".repeat(100_000)}`)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

it("isLoopbackHost knows names and addresses, and no name that merely begins like one", () => {
  for (const name of ["localhost", "LOCALHOST.", "127.0.0.2", "::1", "[::1]"])
    expect(isLoopbackHost(name), name).toBe(true);
  for (const name of ["127.0.0.1.evil.example", "localhost.evil.example", "127.evil"]) {
    expect(isLoopbackHost(name), name).toBe(false);
  }
});

describe("checkHost", () => {
  const machineNames = ["Pi.home.arpa"];

  it.each(["localhost:18789", "127.0.0.1", "[::1]:18789", "192.168.1.5:18789", "gw.tail1234.ts.net"])(
    "lets %s pass on a loopback Gateway",
    (host) => {
      expect(checkHost({ host, bind: "loopback", machineNames })).toEqual({ ok: true });
    },
  );

  it.each(["evil.example:18789", "localhost.evil.example", "pi", "pi.local", "127.0.0.1.evil.example"])(
    "refuses %s on a loopback Gateway, naming the way out",
    (host) => {
      const answer = checkHost({ host, bind: "auto", machineNames });
      expect(answer).toMatchObject({ ok: false, reason: "foreign-host" });
      expect(answer.ok ? "" : answer.message).toContain("gateway.controlUi.allowedOrigins");
    },
  );

  it("lets the machine's names pass when the Gateway listens on the network", () => {
    for (const host of ["pi", "PI.local:18789", "pi.home.arpa"]) {
      expect(checkHost({ host, bind: "lan", machineNames }), host).toEqual({ ok: true });
    }
    expect(checkHost({ host: "evil.example", bind: "lan", machineNames })).toMatchObject({ ok: false });
    expect(checkHost({ host: "localhost.local", bind: "lan", machineNames: [""] })).toMatchObject({ ok: false });
  });

  it("lets configured names pass, and any name through a trusted proxy", () => {
    const host = "claw.example.com";
    expect(checkHost({ host, bind: "loopback", allowedHosts: ["Claw.Example.com:443"] })).toEqual({ ok: true });
    expect(checkHost({ host, bind: "loopback", trustedProxy: true })).toEqual({ ok: true });
    expect(checkHost({ host: "a b", bind: "loopback", trustedProxy: true })).toMatchObject({ reason: "invalid-host" });
  });

  it("refuses requests without Host", () => {
    expect(checkHost({ host: undefined, bind: "lan" })).toMatchObject({ ok: false, reason: "missing-host" });
  });
});
