import { expect, it } from "vitest";
import { fuzzMethods } from "./fuzz-methods.ts";

it("answers whatever fits or misfits the schemas of its methods, and tells nobody what is not theirs", {
  timeout: 60_000,
}, async () => {
  const report = await fuzzMethods({ ms: 20_000, seed: 20_260_209 });
  expect(report.requests).toBeGreaterThan(100);
  expect(report.answered - report.refused).toBeGreaterThan(10);
});
