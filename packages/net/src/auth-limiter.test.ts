import { describe, expect, it } from "vitest";
import type { AuthAttempt } from "./index.ts";
import { createAuthLimiter, secretsEqual } from "./index.ts";

const remote: AuthAttempt = { address: "203.0.113.7", credential: "shared-secret" };

function limiter(options: Parameters<typeof createAuthLimiter>[0] = {}) {
  const clock = { time: 1_000_000, now: () => clock.time };
  return { clock, limiter: createAuthLimiter({ clock, ...options }) };
}

function failTimes(target: ReturnType<typeof createAuthLimiter>, attempt: AuthAttempt, times: number) {
  for (let n = 0; n < times; n++) target.failed(attempt);
}

describe("the limiter for failed logins", () => {
  it("locks after 10 failures within 60 s, for 300 s", () => {
    const { clock, limiter: target } = limiter();
    failTimes(target, remote, 9);
    expect(target.check(remote)).toEqual({ allowed: true });
    expect(target.failed(remote)).toEqual({ allowed: false, retryAfterMs: 300_000 });
    clock.time += 299_999;
    expect(target.check(remote)).toEqual({ allowed: false, retryAfterMs: 1 });
    clock.time += 1;
    expect(target.check(remote)).toEqual({ allowed: true });
    failTimes(target, remote, 9);
    expect(target.check(remote)).toEqual({ allowed: true });
  });

  it("does not count failures older than the window", () => {
    const { clock, limiter: target } = limiter();
    failTimes(target, remote, 9);
    clock.time += 60_000;
    failTimes(target, remote, 9);
    expect(target.check(remote)).toEqual({ allowed: true });
  });

  it("does not prolong the lock by further failures", () => {
    const { clock, limiter: target } = limiter();
    failTimes(target, remote, 10);
    clock.time += 100_000;
    expect(target.failed(remote)).toEqual({ allowed: false, retryAfterMs: 200_000 });
  });

  it("counts addresses and kinds of credentials apart", () => {
    const { limiter: target } = limiter();
    failTimes(target, remote, 10);
    expect(target.check({ ...remote, address: "203.0.113.8" }).allowed).toBe(true);
    expect(target.check({ ...remote, credential: "device-token" }).allowed).toBe(true);
    expect(target.check({ ...remote, address: "::ffff:203.0.113.7" }).allowed).toBe(false);
  });

  it("forgets failures after right credentials of the same kind", () => {
    const { limiter: target } = limiter();
    failTimes(target, remote, 9);
    target.succeeded({ ...remote, credential: "device-token" });
    target.succeeded(remote);
    failTimes(target, remote, 9);
    expect(target.check(remote).allowed).toBe(true);
  });

  it("exempts loopback, but not a web page on it", () => {
    const { limiter: target } = limiter();
    const local: AuthAttempt = { address: "127.0.0.1", credential: "shared-secret" };
    failTimes(target, local, 50);
    expect(target.check(local).allowed).toBe(true);
    const page = { ...local, origin: "https://Evil.example/" };
    failTimes(target, page, 10);
    expect(target.check({ ...local, origin: "https://evil.example" }).allowed).toBe(false);
    expect(target.check({ ...local, origin: "http://localhost:18789" }).allowed).toBe(true);
    expect(target.check(local).allowed).toBe(true);
  });

  it("counts loopback as well when told so, and unknown addresses together", () => {
    const { limiter: target } = limiter({ exemptLoopback: false, maxAttempts: 2 });
    failTimes(target, { ...remote, address: "::1" }, 2);
    expect(target.check({ ...remote, address: "::1" }).allowed).toBe(false);
    failTimes(target, { ...remote, address: undefined }, 2);
    expect(target.check({ ...remote, address: undefined }).allowed).toBe(false);
  });

  it("remembers at most 10,000 clients and forgets the oldest", () => {
    const { limiter: target } = limiter();
    const address = (n: number) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    failTimes(target, { ...remote, address: address(0) }, 9);
    for (let n = 1; n <= 10_000; n++) target.failed({ ...remote, address: address(n) });
    expect(target.size).toBe(10_000);
    expect(target.failed({ ...remote, address: address(0) }).allowed).toBe(true);
    expect(target.size).toBe(10_000);
  });
});

describe("secretsEqual", () => {
  it("is true for equal secrets only, and never for empty ones", () => {
    expect(secretsEqual("geheim ✓", "geheim ✓")).toBe(true);
    expect(secretsEqual("a", "b")).toBe(false);
    expect(secretsEqual("short", "a much longer secret")).toBe(false);
    expect(secretsEqual("", "")).toBe(false);
    expect(secretsEqual(undefined, undefined)).toBe(false);
    expect(secretsEqual("a", undefined)).toBe(false);
  });
});
