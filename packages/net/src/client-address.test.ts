import { describe, expect, it } from "vitest";
import { clientAddress, isLocalDirect, isLoopbackAddress, normalizeAddress, requestOrigin } from "./index.ts";

const request = (remoteAddress: string | undefined, headers: Record<string, string> = {}) => ({
  remoteAddress,
  headers: { host: "localhost:18789", ...headers },
});

describe("addresses", () => {
  it.each([
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:7f00:1", "127.0.0.1"],
    ["[2001:DB8::1]", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    [" 10.0.0.1 ", "10.0.0.1"],
    ["0177.0.0.1", undefined],
    ["127.1", undefined],
    ["2130706433", undefined],
    ["example.com", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("normalises %s to %s", (text, expected) => {
    expect(normalizeAddress(text)).toBe(expected);
  });

  it("knows loopback in every form", () => {
    for (const address of ["127.0.0.1", "127.9.8.7", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"]) {
      expect(isLoopbackAddress(address), address).toBe(true);
    }
    for (const address of ["128.0.0.1", "::2", "127.evil.example", undefined]) {
      expect(isLoopbackAddress(address), address).toBe(false);
    }
  });
});

describe("the client address", () => {
  it("is the socket's peer, whatever headers an untrusted peer sends", () => {
    const spoofed = request("203.0.113.9", { "x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1" });
    expect(clientAddress(spoofed)).toBe("203.0.113.9");
    expect(clientAddress(spoofed, ["10.0.0.1"])).toBe("203.0.113.9");
    expect(clientAddress(request("::ffff:192.0.2.7"))).toBe("192.0.2.7");
    expect(clientAddress(request(undefined))).toBeUndefined();
  });

  it.each([
    ["the first forwarded entry", { "x-forwarded-for": "198.51.100.7, 10.0.0.9" }, "198.51.100.7"],
    ["without its port", { "x-forwarded-for": "198.51.100.7:4711" }, "198.51.100.7"],
    ["without brackets and port", { "x-forwarded-for": "[2001:db8::7]:4711" }, "2001:db8::7"],
    ["else X-Real-IP", { "x-real-ip": "198.51.100.8" }, "198.51.100.8"],
    [
      "X-Real-IP when the first entry is no address",
      { "x-forwarded-for": "unknown", "x-real-ip": "198.51.100.8" },
      "198.51.100.8",
    ],
    ["else the proxy", {}, "10.0.0.1"],
    ["unknown rather than the proxy when it names no address", { "x-forwarded-for": "unknown" }, undefined],
    [
      "the outside entry when somebody put loopback in front",
      { "x-forwarded-for": "127.0.0.1, 203.0.113.9" },
      "203.0.113.9",
    ],
    ["loopback when every entry is", { "x-forwarded-for": "127.0.0.1, ::1" }, "127.0.0.1"],
  ])("behind a trusted proxy is %s", (_name, headers, expected) => {
    expect(clientAddress(request("::ffff:10.0.0.1", headers), ["10.0.0.1"])).toBe(expected);
  });
});

describe("local direct", () => {
  it.each(["localhost", "127.0.0.1:18789", "[::1]:18789", "::1", "gw.tail1234.ts.net"])("holds for Host %s", (host) => {
    expect(isLocalDirect(request("127.0.0.1", { host }))).toBe(true);
    expect(isLocalDirect(request("192.0.2.1", { host }))).toBe(false);
  });

  it("does not hold for a foreign Host, and says so", () => {
    expect(requestOrigin(request("127.0.0.1", { host: "evil.example:18789" }))).toEqual({
      clientAddress: "127.0.0.1",
      localDirect: false,
      notice: "loopback-peer-with-foreign-host",
    });
    expect(isLocalDirect({ remoteAddress: "127.0.0.1", headers: {} })).toBe(false);
    expect(isLocalDirect(request("127.0.0.1", { host: "evil.ts.net.example" }))).toBe(false);
  });

  it.each(["x-forwarded-for", "x-real-ip", "x-forwarded-host", "forwarded"])(
    "does not hold with %s from a peer that is no trusted proxy, and says so",
    (header) => {
      expect(requestOrigin(request("127.0.0.1", { [header]: "203.0.113.5" }))).toEqual({
        clientAddress: "127.0.0.1",
        localDirect: false,
        notice: "forwarded-headers-from-untrusted-address",
      });
    },
  );

  it("follows the forwarded address of a trusted proxy on this machine", () => {
    const trusted = ["127.0.0.1"];
    expect(isLocalDirect(request("127.0.0.1", { "x-forwarded-for": "127.0.0.1" }), trusted)).toBe(true);
    expect(isLocalDirect(request("127.0.0.1", { "x-forwarded-for": "203.0.113.5" }), trusted)).toBe(false);
    expect(isLocalDirect(request("127.0.0.1", { "x-forwarded-for": "garbage" }), trusted)).toBe(false);
    expect(isLocalDirect(request("127.0.0.1", { "x-forwarded-for": "127.0.0.1, 203.0.113.5" }), trusted)).toBe(false);
  });
});
