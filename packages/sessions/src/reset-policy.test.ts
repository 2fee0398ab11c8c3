import { describe, expect, test } from "vitest";
import { dailyBoundary, isFresh, matchResetTrigger, resetTypeOf, resolveResetPolicy } from "./reset-policy.ts";

const at = (time: string) => Date.parse(`2026-03-10T${time}Z`);
const direct = { type: "direct" } as const;

describe("which policy applies", () => {
  test("daily at four unless something else is said", () => {
    expect(resolveResetPolicy(undefined, direct)).toEqual({ mode: "daily", atHour: 4 });
  });

  test("idleMinutes alone means idle mode, beside reset it does not", () => {
    expect(resolveResetPolicy({ idleMinutes: 240 }, direct)).toEqual({ mode: "idle", atHour: 4, idleMinutes: 240 });
    expect(resolveResetPolicy({ idleMinutes: 240, reset: {} }, direct).mode).toBe("daily");
  });

  test("idle mode without a value means an hour", () => {
    expect(resolveResetPolicy({ reset: { mode: "idle" } }, direct).idleMinutes).toBe(60);
  });

  test("a channel's policy replaces the one of the type", () => {
    const config = {
      resetByChannel: { Discord: { mode: "idle", idleMinutes: 5 } },
      resetByType: { group: { mode: "daily", atHour: 9 } },
    } as const;
    expect(resolveResetPolicy(config, { type: "group", channel: "discord" })).toEqual({
      mode: "idle",
      atHour: 4,
      idleMinutes: 5,
    });
    expect(resolveResetPolicy(config, { type: "group", channel: "slack" })).toEqual({ mode: "daily", atHour: 9 });
  });

  test("dm stands for direct, and the type beats the base field by field", () => {
    const config = { reset: { atHour: 6, idleMinutes: 30 }, resetByType: { dm: { atHour: 7.9 } } };
    expect(resolveResetPolicy(config, direct)).toEqual({ mode: "daily", atHour: 7, idleMinutes: 30 });
  });

  test("hours are clamped, and what is no number is four", () => {
    expect(resolveResetPolicy({ reset: { atHour: 99 } }, direct).atHour).toBe(23);
    expect(resolveResetPolicy({ reset: { atHour: Number.NaN } }, direct).atHour).toBe(4);
    expect(resolveResetPolicy({ reset: { mode: "idle", idleMinutes: 0.5 } }, direct).idleMinutes).toBe(1);
  });

  test("heartbeats have an idle limit of their own", () => {
    const config = { reset: { idleMinutes: 60 }, heartbeatIdleMinutes: 10 };
    expect(resolveResetPolicy(config, { ...direct, heartbeat: true }).idleMinutes).toBe(10);
    expect(resolveResetPolicy(config, direct).idleMinutes).toBe(60);
  });

  test("the type comes from the thread, the chat, the key", () => {
    expect(resetTypeOf({ key: "agent:main:x:thread:1", chatType: "group" })).toBe("thread");
    expect(resetTypeOf({ key: "agent:main:x", isThread: true })).toBe("thread");
    expect(resetTypeOf({ key: "agent:main:discord:channel:1" })).toBe("group");
    expect(resetTypeOf({ key: "agent:main:main" })).toBe("direct");
  });
});

describe("freshness", () => {
  const policy = { mode: "daily", atHour: 4, idleMinutes: 60 } as const;

  test.each([
    ["03:00", "05:00", false],
    ["04:30", "05:00", true],
    ["04:30", "05:31", false],
  ])("daily and idle: updated %s, now %s, fresh: %s", (updated, now, fresh) => {
    expect(isFresh(at(updated), at(now), policy, "UTC")).toBe(fresh);
  });

  test("only idle minutes: no daily reset", () => {
    const idle = resolveResetPolicy({ idleMinutes: 240 }, direct);
    expect(isFresh(at("03:00"), at("05:00"), idle, "UTC")).toBe(true);
    expect(isFresh(at("00:59"), at("05:00"), idle, "UTC")).toBe(false);
  });

  test("before the hour yesterday's boundary counts", () => {
    expect(dailyBoundary(at("03:59"), 4, "UTC")).toBe(Date.parse("2026-03-09T04:00:00Z"));
    expect(dailyBoundary(at("04:00"), 4, "UTC")).toBe(at("04:00"));
  });

  test("a zone's own hour, also on the day its clocks change", () => {
    expect(dailyBoundary(Date.parse("2026-07-01T12:00:00Z"), 4, "Europe/Berlin")).toBe(
      Date.parse("2026-07-01T02:00:00Z"),
    );
    // 29 March 2026: 02:00 becomes 03:00, four o'clock is already summer time.
    expect(dailyBoundary(Date.parse("2026-03-29T12:00:00Z"), 4, "Europe/Berlin")).toBe(
      Date.parse("2026-03-29T02:00:00Z"),
    );
    expect(dailyBoundary(Date.parse("2026-03-29T01:30:00Z"), 4, "Europe/Berlin")).toBe(
      Date.parse("2026-03-28T03:00:00Z"),
    );
  });

  test("the host's zone is the one of its clock", () => {
    const now = Date.now();
    const boundary = new Date(dailyBoundary(now, 4));
    expect([boundary.getHours(), boundary.getMinutes()]).toEqual([4, 0]);
    expect(now - boundary.getTime()).toBeLessThan(26 * 3_600_000);
  });

  test("no entry is not fresh", () => {
    expect(isFresh(undefined, at("05:00"), policy)).toBe(false);
  });
});

describe("reset commands", () => {
  test.each([
    ["/new", "", "/new"],
    [" /RESET ", "", "/reset"],
    ["/reset hello there", "hello there", "/reset"],
  ])("%j is one, leaving %j", (text, rest, trigger) => {
    expect(matchResetTrigger(text, undefined)).toEqual({ trigger, rest });
  });

  test.each(["/newer", "say /new", ""])("%j is none", (text) => {
    expect(matchResetTrigger(text, [])).toBeUndefined();
  });

  test("own triggers replace the built-in ones", () => {
    expect(matchResetTrigger("fresh start", ["Fresh"])).toEqual({ trigger: "Fresh", rest: "start" });
    expect(matchResetTrigger("/new", ["Fresh"])).toBeUndefined();
  });
});
