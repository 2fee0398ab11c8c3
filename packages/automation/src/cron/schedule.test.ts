import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CronSchedule, checkSchedule, nextRun, parseAt } from "./schedule.ts";

const now = Date.parse("2026-03-01T12:00:30.500Z");
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
const cron = (expr: string, tz = "UTC"): CronSchedule => ({ kind: "cron", expr, tz });
const runs = (schedule: CronSchedule, from: string, count: number) => {
  let after = Date.parse(from);
  return Array.from({ length: count }, () => {
    after = nextRun(schedule, after) ?? Number.NaN;
    return iso(after);
  });
};

describe("a moment", () => {
  test.each([
    ["1772366400000", "2026-03-01T12:00:00.000Z"],
    ["2026-03-02", "2026-03-02T00:00:00.000Z"],
    ["2026-03-02T08:00", "2026-03-02T08:00:00.000Z"],
    ["2026-03-02 08:00:10", "2026-03-02T08:00:10.000Z"],
    ["2026-03-02T08:00:00+02:00", "2026-03-02T06:00:00.000Z"],
    ["2026-03-02T08:00:00-0500", "2026-03-02T13:00:00.000Z"],
  ])("%s is %s", (text, at) => expect(iso(parseAt(text))).toBe(at));

  test.each(["tomorrow", "", "2026-13-01", "99999999999999999999", "12:30"])("%j is none", (text) =>
    expect(parseAt(text)).toBeUndefined(),
  );

  test("is stored in UTC, and refused when it is none, past or absurdly far", () => {
    const check = (at: string) => checkSchedule({ kind: "at", at }, now, now);
    expect(check("2026-03-02T08:00:00+02:00")).toEqual({ kind: "at", at: "2026-03-02T06:00:00.000Z" });
    expect(check("2026-03-01T12:00:00Z")).toEqual({ kind: "at", at: "2026-03-01T12:00:00.000Z" });
    expect(() => check("soon")).toThrow("Invalid schedule.at: expected ISO-8601 timestamp (got soon)");
    expect(() => check("2026-03-01T11:55:00Z")).toThrow(
      "schedule.at is in the past: 2026-03-01T11:55:00.000Z (5 minutes ago). Current time: 2026-03-01T12:00:30.500Z",
    );
    expect(() => check("2038-03-01")).toThrow(
      "schedule.at is too far in the future: 2038-03-01T00:00:00.000Z (11 years ahead). Maximum allowed: 10 years",
    );
  });

  test("is due once", () => {
    const at: CronSchedule = { kind: "at", at: "2026-03-02T00:00:00.000Z" };
    expect(iso(nextRun(at, now))).toBe("2026-03-02T00:00:00.000Z");
    expect(nextRun(at, Date.parse("2026-03-02T00:00:00Z"))).toBeUndefined();
  });
});

describe("an interval", () => {
  test("counts from its anchor, which is now when none is given", () => {
    expect(checkSchedule({ kind: "every", everyMs: 1000 }, now, now)).toEqual({
      kind: "every",
      everyMs: 1000,
      anchorMs: now,
    });
    expect(nextRun({ kind: "every", everyMs: 1000, anchorMs: 5000 }, 1000)).toBe(5000);
    expect(nextRun({ kind: "every", everyMs: 1000, anchorMs: 5000 }, 5000)).toBe(6000);
    expect(nextRun({ kind: "every", everyMs: 1000, anchorMs: 5000 }, 7999)).toBe(8000);
  });
});

describe("an expression", () => {
  test("has five, six or seven fields", () => {
    expect(runs(cron("*/15 9 * * 1-5"), "2026-03-06T09:40:00Z", 3)).toEqual([
      "2026-03-06T09:45:00.000Z",
      "2026-03-09T09:00:00.000Z",
      "2026-03-09T09:15:00.000Z",
    ]);
    expect(runs(cron("30 * * * * *"), "2026-03-06T09:40:30.400Z", 1)).toEqual(["2026-03-06T09:41:30.000Z"]);
    expect(runs(cron("0 0 0 1 1 * 2027"), "2026-03-06T00:00:00Z", 1)).toEqual(["2027-01-01T00:00:00.000Z"]);
    expect(nextRun(cron("0 0 0 1 1 * 2020"), now)).toBeUndefined();
    expect(nextRun(cron("0 0 30 2 *"), now)).toBeUndefined();
  });

  test("that cannot be read, or whose zone is none, is refused with the reason", () => {
    const check = (expr: string, tz?: string) => () =>
      checkSchedule({ kind: "cron", expr, ...(tz && { tz }) }, now, now);
    expect(check("61 * * * *")).toThrow(/^Invalid schedule\.expr: .+/);
    expect(check("every day")).toThrow(/^Invalid schedule\.expr: .+/);
    expect(check("0 9 * * *", "Mars/Olympus")).toThrow("Invalid schedule.tz: Mars/Olympus");
    expect(check(" 0 9 * * * ", " Europe/Paris ")()).toEqual({ kind: "cron", expr: "0 9 * * *", tz: "Europe/Paris" });
  });

  test("runs at the next time there is when the clocks skip its own, and once when its own comes twice", () => {
    const paris = cron("30 2 * * *", "Europe/Paris");
    expect(runs(paris, "2026-03-28T00:00:00Z", 3)).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:00:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
    expect(runs(paris, "2026-10-24T22:00:00Z", 2)).toEqual(["2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]);
  });

  test("is due later than the time and the second it was last due in, whatever it says", () => {
    const part = (max: number) =>
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min: 1, max }).map(String),
        fc.integer({ min: 2, max }).map((n) => `*/${n}`),
      );
    fc.assert(
      fc.property(
        fc.tuple(part(59), part(59), part(23)),
        fc.constantFrom("UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"),
        fc.integer({ min: now, max: now + 400 * 86_400_000 }),
        ([second, minute, hour], zone, after) => {
          const next = nextRun(cron(`${second} ${minute} ${hour} * * *`, zone), after);
          expect(next).toBeGreaterThan(Math.floor(after / 1000) * 1000 + 999);
        },
      ),
      { numRuns: 300 },
    );
  });
});
