import { expect, test } from "vitest";
import { afterFailure, afterSuccess, type FailureReason, type ProfileStats, unusableUntil } from "./profile-stats.ts";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse("2026-02-13T10:00:00Z");

function fail(
  stats: ProfileStats,
  reason: FailureReason,
  now = start,
  settings = {},
  provider = "openai",
): ProfileStats {
  return afterFailure(stats, { reason, provider, now }, settings);
}

test("failures in a row rest a profile for 1, 5, 25 and 60 minutes, and never longer", () => {
  let stats: ProfileStats = {};
  const rests: number[] = [];
  for (let n = 0; n < 6; n += 1) {
    stats = fail(stats, "rate_limit");
    rests.push(((stats.cooldownUntil ?? 0) - start) / minute);
  }
  expect(rests).toEqual([1, 5, 25, 60, 60, 60]);
  expect(stats).toMatchObject({ errorCount: 6, failureCounts: { rate_limit: 6 }, lastFailureAt: start });
});

test("a failure more than a day after the one before it counts as the first", () => {
  const stats = [1, 2, 3, 4].reduce((before) => fail(before, "rate_limit"), {} as ProfileStats);
  const later = start + 24 * hour + 1;
  expect(fail(stats, "rate_limit", later)).toMatchObject({ errorCount: 1, cooldownUntil: later + minute });
  expect(fail(stats, "rate_limit", start + 24 * hour)).toMatchObject({ errorCount: 5 });
  expect(fail(stats, "auth", start + 3 * hour, { failureWindowHours: 2 })).toMatchObject({ errorCount: 1 });
});

test("a missing balance disables a profile for 5 hours, doubled each time up to a day", () => {
  let stats: ProfileStats = {};
  const rests: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    stats = fail(stats, "billing");
    rests.push(((stats.disabledUntil ?? 0) - start) / hour);
  }
  expect(rests).toEqual([5, 10, 20, 24]);
  expect(stats).toMatchObject({ disabledReason: "billing" });
  expect(stats).not.toHaveProperty("cooldownUntil");
});

test("the configuration changes the billing pause, for one provider before all", () => {
  const settings = { billingBackoffHours: 2, billingMaxHours: 3, billingBackoffHoursByProvider: { zai: 1 } };
  const pause = (provider: string, before: ProfileStats = {}) =>
    ((fail(before, "billing", start, settings, provider).disabledUntil ?? 0) - start) / hour;
  expect(pause("openai")).toBe(2);
  expect(pause("zai")).toBe(1);
  expect(pause("openai", fail({}, "billing"))).toBe(3);
});

test("an answer clears every mark", () => {
  const stats = afterSuccess(fail(fail({}, "rate_limit"), "billing"), start + 5);
  expect(stats).toMatchObject({ errorCount: 0, lastUsed: start + 5 });
  for (const mark of ["cooldownUntil", "disabledUntil", "disabledReason"]) expect(stats).not.toHaveProperty(mark);
});

test("marks end by themselves, and those of a failure in the future are void", () => {
  const stats = fail({}, "rate_limit");
  expect(unusableUntil(stats, start)).toBe(start + minute);
  expect(unusableUntil(stats, start + minute)).toBeUndefined();
  // The clock was set back by a year: the profile must not rest for a year.
  expect(unusableUntil(stats, start - 365 * 24 * hour)).toBeUndefined();
});
