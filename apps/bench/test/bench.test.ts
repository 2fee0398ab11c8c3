import { describe, expect, it } from "vitest";
import { readOptions } from "../options.ts";
import { judged } from "../row.ts";
import { median, quantile, round } from "../statistics.ts";

describe("statistics", () => {
  it("orders figures as numbers and leaves them as they were", () => {
    const figures = [10, 9, 100, 2];
    expect(median(figures)).toBe(10);
    expect(median([3, 1, 2])).toBe(2);
    expect(figures).toEqual([10, 9, 100, 2]);
  });

  it("gives the greatest figure for the whole, and refuses to make one up", () => {
    expect(quantile([5, 1, 3], 1)).toBe(5);
    expect(quantile([5, 1, 3], 0)).toBe(1);
    expect(
      quantile(
        Array.from({ length: 100 }, (_, index) => index),
        0.99,
      ),
    ).toBe(99);
    expect(() => median([])).toThrow(RangeError);
    expect(round(1.005, 1)).toBe(1);
  });
});

describe("what a benchmark is asked", () => {
  it("measures everything three times", () => {
    const all = { json: false, runs: 3, growth: true, parts: true, commandLine: true };
    expect(readOptions([])).toEqual(all);
    expect(readOptions(["--runs", "5", "--no-growth", "--no-parts", "--json"])).toEqual({
      json: true,
      runs: 5,
      growth: false,
      parts: false,
      commandLine: true,
    });
  });

  it("measures one part alone", () => {
    const nothing = { json: false, runs: 0, growth: false, parts: false, commandLine: false };
    expect(readOptions(["--only", "parts"])).toEqual({ ...nothing, parts: true });
    expect(readOptions(["--only", "cli"])).toEqual({ ...nothing, commandLine: true });
  });

  it("refuses what it does not know instead of measuring something else", () => {
    expect(() => readOptions(["--runs", "many"])).toThrow('--runs must be a positive integer (got "many")');
    expect(() => readOptions(["--only", "gateway"])).toThrow('--only must be parts or cli (got "gateway")');
    expect(() => readOptions(["--fast"])).toThrow("--fast");
  });
});

describe("a line of the table", () => {
  it("is over its budget on the side the sign says", () => {
    expect(judged("a", 3, { sign: "<=", than: 3, of: "node" })).toEqual({
      what: "a",
      ratio: 3,
      budget: "<= 3 x node",
      ok: true,
    });
    expect(judged("a", 3.01, { sign: "<=", than: 3 }).ok).toBe(false);
    expect(judged("a", 0.2, { sign: ">=", than: 0.25 })).toMatchObject({ budget: ">= 0.25", ok: false });
  });
});
