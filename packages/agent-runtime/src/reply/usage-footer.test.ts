import { zeroUsage } from "@openclaw/sessions";
import { expect, test } from "vitest";
import { addFooter, formatCost, formatCount, usageDisplay, usageFooter } from "./usage-footer.ts";

const usage = { ...zeroUsage(), input: 4400, output: 812, totalTokens: 5212 };
const paid = { ...usage, cost: { ...usage.cost, total: 0.47 } };
const options = { display: "tokens", sessionKey: "agent:main:main", showCost: true } as const;

test("tells tokens, cost and session as they are wanted", () => {
  expect(usageFooter(usage, options)).toBe("Usage: 4.4k in / 812 out");
  expect(usageFooter(paid, options)).toBe("Usage: 4.4k in / 812 out · est $0.47");
  expect(usageFooter(paid, { ...options, showCost: false })).toBe("Usage: 4.4k in / 812 out");
  expect(usageFooter(paid, { ...options, display: "full" })).toBe(
    "Usage: 4.4k in / 812 out · est $0.47 · session agent:main:main",
  );
});

test("is absent when nothing was reported or wanted", () => {
  expect(usageFooter(zeroUsage(), options)).toBeUndefined();
  expect(usageFooter(undefined, options)).toBeUndefined();
  expect(usageFooter(usage, { ...options, display: usageDisplay("off") })).toBeUndefined();
  expect([usageDisplay(undefined), usageDisplay("on"), usageDisplay("full")]).toEqual(["off", "tokens", "full"]);
});

test("stands under the last text", () => {
  expect(addFooter([{ text: "a" }, { text: "b\n" }, { mediaUrls: ["u"] }], "Usage: x")).toEqual([
    { text: "a" },
    { text: "b\nUsage: x", answer: "b\n" },
    { mediaUrls: ["u"] },
  ]);
  expect(addFooter([{ mediaUrls: ["u"] }], "Usage: x").at(-1)).toEqual({ text: "Usage: x" });
  expect(addFooter([{ text: "a" }], undefined)).toEqual([{ text: "a" }]);
});

test("numbers are short", () => {
  expect([812, 4400, 9949, 9999, 15_000, 471_200, 999_999, 1_500_000].map(formatCount)).toEqual([
    "812",
    "4.4k",
    "9.9k",
    "10k",
    "15k",
    "471k",
    "1.0m",
    "1.5m",
  ]);
  expect([0.47, 0.0012].map(formatCost)).toEqual(["$0.47", "$0.0012"]);
});
